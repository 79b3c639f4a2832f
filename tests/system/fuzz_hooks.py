"""What schemathesis is told of the running system: real ids among made-up ones, so that answers are seen too.

Loaded by `st run` through SCHEMATHESIS_HOOKS; one person's sign-in, token and the ids come in SANGATHAN_FUZZ.
"""

import json
import os
import zlib
from typing import Any, Final

import httpx
import schemathesis

_TOLD: Final = json.loads(os.environ["SANGATHAN_FUZZ"])
# One case of three stays as it was made up. Its own content decides, so that a seed gives the same run again.
_OUT_OF = 3
_ENDS_SESSIONS: Final = {"/v1/sign-out", "/v1/sessions/{session_id}/endings"}


@schemathesis.serializer("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
def sheet(_context: schemathesis.SerializationContext, value: Any) -> bytes:
    """A workbook is sent as the bytes that were made up."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "backslashreplace")


@schemathesis.hook
def before_call(_context: schemathesis.HookContext, case: schemathesis.Case[Any], _kwargs: dict[str, Any]) -> None:
    """Makes most cases ones that the person could send: signed in, in the own office, about what is there."""
    luck = _luck(case)
    if luck % _OUT_OF == 0:
        return
    case.headers["Authorization"] = f"Bearer {_own_token() if case.path in _ENDS_SESSIONS else _TOLD['token']}"
    case.headers["If-Match"] = '"1"'
    case.headers.pop("Sangathan-Appointment", None)
    for values in (case.path_parameters, case.query, case.body):
        if isinstance(values, dict):
            values.pop("cursor", None)
            values.update({name: ids[luck % len(ids)] for name, ids in _TOLD["ids"].items() if name in values})


def _luck(case: schemathesis.Case[Any]) -> int:
    said = repr((case.method, case.path, case.path_parameters, case.query, case.body))
    return zlib.crc32(said.encode("utf-8", "backslashreplace"))


def _own_token() -> str:
    """A sign-in of its own, for what ends it."""
    reply = httpx.post(f"{_TOLD['url']}/v1/sign-in", json=_TOLD["sign_in"], timeout=30, trust_env=False)
    return str(reply.raise_for_status().json()["access_token"])
