"""The statements that keep what each version of a record replaced."""

from uuid import UUID

import msgspec

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.particulars import Particulars
from sangathan_registry.domain.revisions import HIDING, Act, Author, replaced
from sangathan_registry.domain.worker import Status, Worker
from sangathan_registry.store.sealed import seal_revision

_KEEP = """
INSERT INTO worker_revisions (worker_id, version, path, at, act, person_id, appointment_id, office, before)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_FORGET = "UPDATE worker_revisions SET before = NULL, note = NULL WHERE worker_id = $1 AND path >= $2 AND path < $3"
_REHOMED = """
INSERT INTO worker_revisions (worker_id, version, path, at, act, left_unit_id, person_id, appointment_id, office)
SELECT id, version, path, $3, $4, $2, $5, $6, $7 FROM workers WHERE id = ANY($1::uuid[])
"""


_IMPORTED = """
INSERT INTO worker_revisions (worker_id, version, path, at, act, person_id, appointment_id, office, note)
SELECT id, version, path, $2, $3, $4, $5, $6, $7 FROM workers WHERE id = ANY($1::uuid[])
ON CONFLICT DO NOTHING
"""


def by(caller: Caller, act: Act) -> Author:
    """The caller as the author of a version."""
    return Author(act, caller.person, caller.appointment_id, caller.own_office)


async def keep(work: Work, worker: Worker, author: Author, *, sealer: Sealer, before: Particulars) -> None:
    """Keeps what this version replaced; a withdrawal forgets what all of them did, and keeps that they were."""
    fields = {} if author.act in HIDING else replaced(before, worker.particulars)
    body = seal_revision(sealer, msgspec.json.encode(fields).decode()) if fields else None
    if worker.status is Status.WITHDRAWN:
        await work.raw.execute(_FORGET, worker.id, work.scope.lo, work.scope.hi)
    await work.raw.execute(
        _KEEP,
        *(worker.id, worker.version, worker.path, work.now, author.act.value),
        *(author.person_id, author.appointment_id, author.office, body),
    )


async def note_rehomed(work: Work, worker_ids: list[UUID], left_unit_id: UUID, author: Author | None = None) -> None:
    """Keeps that these records left a unit, and who transferred them; nobody did when units were split or merged."""
    act = Act.REHOMED if author is None else author.act
    who = (None, None, "") if author is None else (author.person_id, author.appointment_id, author.office)
    await work.raw.execute(_REHOMED, worker_ids, left_unit_id, work.now, act.value, *who)


async def note_imported(work: Work, worker_ids: list[UUID], author: Author, note: str) -> None:
    """Keeps that these records came by a list, and on what basis."""
    who = (author.person_id, author.appointment_id, author.office)
    await work.raw.execute(_IMPORTED, worker_ids, work.now, author.act.value, *who, note)
