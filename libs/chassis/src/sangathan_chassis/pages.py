"""Keyset pages: an opaque signed cursor, at most 200 rows, no totals."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from fastapi import Query
from pydantic import BaseModel

from sangathan_chassis.assertion import KeyFile
from sangathan_chassis.refusal import INVALID_INPUT, Pointer, Refusal
from sangathan_chassis.scope import Scope

T = TypeVar("T")
MAX_LIMIT = 200
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Rows per page.")]
CursorParam = Annotated[str | None, Query(max_length=1000, description="`next` of the page before; opaque.")]


class Page(BaseModel, Generic[T]):
    """One page; ``next`` is null on the last."""

    items: Sequence[T]
    next: str | None


def below(path: str, scope: Scope) -> str:
    """A path as a cursor keeps it: from the scope on, so that the cursor outlives the move of the caller's unit."""
    return path.removeprefix(scope.lo)


def path_of(kept: str, scope: Scope) -> str:
    """The path that stands there now; the reverse of `below`."""
    return f"{scope.lo}{kept}"


class CursorCodec:
    """Signs a page's end so that it can be neither bent nor used for another list or another filter."""

    def __init__(self, keys: KeyFile) -> None:
        self._keys = keys

    def encode(self, position: Sequence[Any], *, purpose: str) -> str:
        """The opaque cursor for a position; ``purpose`` names the list and its filters."""
        body = msgspec.json.encode(list(position))
        _, key = self._keys.current()
        return urlsafe_b64encode(self._mac(key, purpose, body) + body).rstrip(b"=").decode()

    def decode(self, cursor: str, *, purpose: str) -> list[Any]:
        """The position again; raises an invalid-input refusal for a cursor that was bent or belongs elsewhere."""
        try:
            raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            mac, body = raw[:12], raw[12:]
            genuine = any(hmac.compare_digest(mac, self._mac(k, purpose, body)) for k in self._keys.all().values())
            position = msgspec.json.decode(body) if genuine else None
        except (ValueError, msgspec.MsgspecError):
            position = None
        if not isinstance(position, list):
            raise Refusal(
                INVALID_INPUT,
                "A cursor is taken unchanged from the `next` of the page before, with the same filters.",
                errors=[Pointer("#query/cursor", "this cursor was not given out for this list")],
            )
        return position

    def _mac(self, key: bytes, purpose: str, body: bytes) -> bytes:
        return hmac.digest(key, b"cursor:" + purpose.encode() + b"\0" + body, "sha256")[:12]
