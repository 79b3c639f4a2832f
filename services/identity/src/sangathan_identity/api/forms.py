"""Reads what OAuth sends: forms and queries in which nothing is said twice, and an application's credentials."""

from base64 import b64decode
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_plus

from fastapi import Request

from sangathan_identity.commands.known_client import ShownClient
from sangathan_identity.domain.openid import Declined

_MOST: Final = 40
FORM: Final = "application/x-www-form-urlencoded"


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form; raises Declined for what is none, and for a field that is there twice (RFC 6749, 3.2)."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise Declined("invalid_request", f"The body is a form: {FORM}.")
    return _fields(await request.body())


def read_query(request: Request) -> dict[str, str]:
    """The parameters of a query; raises Declined for one that is there twice (RFC 6749, 3.1)."""
    return _fields(request.scope["query_string"])


def _fields(raw: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(raw.decode("ascii"), errors="strict", max_num_fields=_MOST)
    except ValueError:
        raise Declined("invalid_request", f"At most {_MOST} fields, in UTF-8 and percent-encoded.") from None
    fields = dict(pairs)
    if len(fields) != len(pairs) or any("\x00" in text for pair in pairs for text in pair):
        raise Declined("invalid_request", "Every parameter is given once, and holds no NUL.")
    return fields


def shown_client(request: Request, form: Mapping[str, str]) -> ShownClient:
    """The application's credentials, from the Authorization header or from the form (RFC 6749, section 2.3.1)."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if not scheme:
        return ShownClient(form.get("client_id", ""), form.get("client_secret", ""))
    try:
        name, colon, secret = b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except ValueError:
        colon = ""
    if scheme.lower() != "basic" or not colon or "client_secret" in form:
        raise Declined("invalid_client", "Show the client_id and the secret in one way.")
    shown = ShownClient(unquote_plus(name), unquote_plus(secret))
    if form.get("client_id", shown.client_id) != shown.client_id:
        raise Declined("invalid_client", "The client_id is one thing in the header and another in the form.")
    return shown


def form_body(required: tuple[str, ...], **fields: str) -> dict[str, Any]:
    """The form for the OpenAPI document: each field with what it is."""
    schema = {
        "type": "object",
        "required": list(required),
        "properties": {name: {"type": "string", "description": text} for name, text in fields.items()},
    }
    return {"requestBody": {"required": True, "content": {FORM: {"schema": schema}}}}
