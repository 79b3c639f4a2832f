"""Text messages on their way: sealed, committed with what they belong to, and gone once the provider has them.

A message is taken by putting its next try off. Whoever took it and was killed leaves it to be taken again, so that one
may come twice, and none is lost.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.resealing import SealedColumn, in_place
from sangathan_chassis.sealing import Sealer

_PLACE: Final = "text_messages.sealed"
SEALED: Final = SealedColumn("text_messages", "sealed", in_place(_PLACE))
"""What is sealed here, to be renewed when the key is."""
_TAKEN_FOR: Final = timedelta(minutes=2)
_PUT: Final = """
INSERT INTO text_messages (id, worker_id, path, sealed, not_before, until)
SELECT s.id, s.worker_id, s.path, s.sealed, $5, $6 FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bytea[])
    AS s (id, worker_id, path, sealed)
"""
_TAKE: Final = """
UPDATE text_messages SET not_before = $2 WHERE id IN (
    SELECT id FROM text_messages WHERE not_before <= $1 ORDER BY not_before, id LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING id, worker_id, sealed, until, tries
"""


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """What is sealed of a message: the number, the template, and what is put into it."""

    phone: str
    template: str
    variables: Mapping[str, str]
    hindi: bool


@dataclass(frozen=True, slots=True)
class New:
    """A message about one record."""

    worker_id: UUID
    path: str
    text: Text


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that this process is to hand over now."""

    id: UUID
    worker_id: UUID
    text: Text
    until: datetime
    tries: int


async def put(work: Work, sealer: Sealer, messages: Sequence[New], until: datetime) -> None:
    """Keeps messages, to go out at once."""
    if not messages:
        return
    sealed = [sealer.seal(msgspec.json.encode(one.text).decode(), place=_PLACE) for one in messages]
    places = ([uuid7() for _ in messages], [one.worker_id for one in messages], [one.path for one in messages])
    await work.raw.execute(_PUT, *places, sealed, work.now, until)


async def take(work: Work, sealer: Sealer, most: int) -> list[Taken]:
    """Takes messages that are due; nobody else takes them for two minutes."""
    rows = await work.raw.fetch(_TAKE, work.now, work.now + _TAKEN_FOR, most)
    return [
        Taken(
            row["id"],
            row["worker_id"],
            msgspec.json.decode(sealer.open(row["sealed"], place=_PLACE), type=Text),
            row["until"],
            row["tries"],
        )
        for row in rows
    ]


async def drop(work: Work, message_id: UUID) -> None:
    """The provider has it, or never will."""
    await work.raw.execute("DELETE FROM text_messages WHERE id = $1", message_id)


async def put_off(work: Work, message_id: UUID, until: datetime) -> None:
    """It is tried again then."""
    await work.raw.execute(
        "UPDATE text_messages SET not_before = $2, tries = tries + 1 WHERE id = $1", message_id, until
    )
