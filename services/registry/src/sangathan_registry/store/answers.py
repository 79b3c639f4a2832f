"""The statements that change and forget what was answered in a drive, and keep what each correction replaced.

What was answered stays where it was captured, whatever becomes of the record; so call these within `beyond_scope`.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.resealing import SealedColumn, in_place
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.answers import Answers, AnswerSet
from sangathan_registry.domain.revisions import Author
from sangathan_registry.store.sealed import open_content, seal_content

_BEFORE: Final = "answer_revisions.before"
_KEEP: Final = """
INSERT INTO answer_revisions (id, record_id, unit_id, path, at, person_id, appointment_id, office, before)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_FORGET: Final = (
    "UPDATE captures SET sealed = NULL WHERE record_id = ANY($1) AND sealed IS NOT NULL",
    "UPDATE answer_revisions SET before = NULL WHERE record_id = ANY($1) AND before IS NOT NULL",
)

SEALED: Final = SealedColumn("answer_revisions", "before", in_place(_BEFORE))
"""What is sealed here, to be renewed when the key is."""


def open_before(sealer: Sealer, before: bytes | None) -> dict[str, Any]:
    """What a correction replaced, in a row."""
    return msgspec.json.decode(sealer.open(before, place=_BEFORE), type=dict[str, Any]) if before else {}


async def lock(work: Work, record_id: UUID) -> bool:
    """Whether something was captured under this id; locked until this work ends."""
    return bool(await work.raw.fetchval("SELECT true FROM captures WHERE record_id = $1 FOR UPDATE", record_id))


async def save(work: Work, sealer: Sealer, one: AnswerSet, change: tuple[Answers, Answers, Author]) -> None:
    """Writes the answers anew beside whatever else was captured; ``change`` is what is there now, and was before."""
    answers, before, author = change
    sealed = await work.raw.fetchval("SELECT sealed FROM captures WHERE record_id = $1", one.record_id)
    kept = msgspec.json.decode(open_content(sealer, sealed), type=dict[str, msgspec.Raw]) if sealed else {}
    content = msgspec.json.encode({**kept, "answers": answers}).decode()
    await work.raw.execute(
        "UPDATE captures SET sealed = $2 WHERE record_id = $1", one.record_id, seal_content(sealer, content)
    )
    await work.raw.execute(
        _KEEP,
        *(uuid7(), one.record_id, one.unit_id, one.path, work.now),
        *(author.person_id, author.appointment_id, author.office),
        sealer.seal(msgspec.json.encode(before).decode(), place=_BEFORE),
    )


async def forget(connection: Connection, record_ids: Sequence[UUID]) -> None:
    """Nothing that these people answered is kept, now or from before."""
    for statement in _FORGET:
        await connection.execute(statement, list(record_ids))
