"""Turns the end of a page into a cursor and back.

A cursor travels in URLs and logs, and the name a page ends with is personal: so the name is sealed in it. The path is
kept relative to the scope, so that a cursor outlives the move of its unit.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from sangathan_chassis.pages import CursorCodec
from sangathan_chassis.refusal import INVALID_INPUT, Pointer, Refusal
from sangathan_chassis.scope import Scope
from sangathan_chassis.sealing import Sealer
from sangathan_registry.queries.list_workers import Position

_PLACE = "cursor"


def encode_position(codec: CursorCodec, sealer: Sealer, position: Position, *, purpose: str) -> str:
    """The cursor for the page after this position."""
    name = urlsafe_b64encode(sealer.seal(position.name_key, place=_PLACE)).decode()
    return codec.encode([position.below, name, str(position.id)], purpose=purpose)


def decode_position(codec: CursorCodec, sealer: Sealer, cursor: str | None, *, purpose: str) -> Position | None:
    """The position again; raises an invalid-input refusal for a cursor of another list, filter, or caller's unit."""
    if cursor is None:
        return None
    below, name, worker_id = codec.decode(cursor, purpose=purpose)
    return Position(below, sealer.open(urlsafe_b64decode(name), place=_PLACE), UUID(worker_id))


def refuse_cursor() -> Refusal:
    """The refusal of a cursor in a body."""
    return Refusal(
        INVALID_INPUT,
        "A cursor is taken unchanged from the `next` of the page before, with the same filters.",
        errors=[Pointer("/cursor", "this cursor was not given out for this list")],
    )


def position_of(scope: Scope, path: str, name_key: str, worker_id: UUID) -> Position:
    """Where a row stands within the scope."""
    return Position(path[len(scope.lo) :], name_key, worker_id)
