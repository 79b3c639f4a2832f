"""Files a grievance for the person on a record: signed in, by the link of a message, or by a code to their phone.

It goes to the unit of the record, or of what is complained of to the unit above; the office there is told at once.
"""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from sangathan_chassis.audit import Entry, append
from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Database, Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.scope import Scope
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.registry import GrievanceOpened
from sangathan_hierarchy.ddl import TREE_LOCK
from sangathan_registry.commands.confirm_consent import guessed
from sangathan_registry.domain.cases import new_reference
from sangathan_registry.domain.grievances import Grievance, clock, new_secret
from sangathan_registry.domain.refusals import CODE_NOT_GOOD
from sangathan_registry.domain.worker import Place, Worker
from sangathan_registry.queries.grievances import by_reference, office_for
from sangathan_registry.queries.whole_record import beyond_scope
from sangathan_registry.store import audit, confirmations, denials, grievances, workers

FILED: Final = "grievance.file"


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody asks or complains of."""

    kind: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody shows that a record is theirs: a link by itself, or a number with the code that came to it."""

    phone: str | None
    link: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class Filed:
    """The number to quote, the secret to read it by, which is told once, and by when there is an answer."""

    reference: str
    secret: str | None
    due_at: datetime


async def handle(database: Database, sealer: Sealer, way: Way, told: Told) -> Filed:
    """For whoever is not signed in; raises a refusal when the link or code is not good, the same for every number."""
    worker_id = await of_way(database, sealer, way)
    async with database.work(Scope.everything()) as work:
        await work.raw.execute("SELECT pg_advisory_xact_lock_shared($1)", TREE_LOCK)
        worker = await workers.find(work, sealer, worker_id)
        if worker is None:
            raise Refusal(CODE_NOT_GOOD)
        source = "link" if way.link and not way.code else "code"
        return (await file(work, sealer, worker, (told, source)))[1]


async def handle_own(work: Work, sealer: Sealer, caller: Caller, told: Told) -> Filed:
    """For the person who is signed in, about their first record; raises a refusal when there is none.

    It is theirs by this sign-in, also where the record is known by another since a merge.
    """
    async with beyond_scope(work):
        own = await workers.of_person(work, caller.person)
        worker = await workers.find(work, sealer, own[0]) if own else None
        if worker is None:
            raise Refusal(NOT_FOUND)
        mine = replace(worker, person_id=caller.person)
        return (await file(work, sealer, mine, (told, "signed-in")))[1]


async def take(work: Work, sealer: Sealer, caller: Caller, what: tuple[UUID, Told]) -> Filed:
    """For an office-bearer to whom the person on a record has come; a record outside the scope reads as missing."""
    worker = await workers.find(work, sealer, what[0])
    if worker is None:
        raise Refusal(NOT_FOUND)
    grievance, filed = await file(work, sealer, worker, (what[1], "office"))
    purpose = f"grievance {grievance.reference}"
    await audit.note(work, caller, audit.Subject(worker.unit_id, worker.path, worker.id), purpose=purpose)
    return filed


async def of_way(database: Database, sealer: Sealer, way: Way) -> UUID:
    """The record that a link or a code leads to; a wrong guess is counted, and refused like a link to nowhere."""
    async with database.work(Scope.everything()) as work:
        worker_id: UUID | None = None
        if way.link is not None and way.code is None:
            row = await denials.by_link(work, confirmations.link_hash(way.link))
            worker_id = None if row is None else row["worker_id"]
        else:
            asked = await guessed(work, sealer, (way.phone, way.link), way.code or "")
            worker_id = None if asked is None else asked["worker_id"]
    if not isinstance(worker_id, UUID):
        raise Refusal(CODE_NOT_GOOD, "Give the newest code that came; after five wrong ones ask for another.")
    return worker_id


async def file(
    work: Work, sealer: Sealer, worker: Worker, what: tuple[Told, str], *, place: Place | None = None
) -> tuple[Grievance, Filed]:
    """Keeps the grievance with its clock, and tells the office that is to answer."""
    grievance = await _new(work, worker, what, place)
    secret = new_secret()
    await grievances.put(work, sealer, grievance, (clock().first_look(grievance.kind, work.now), secret))
    entry = Entry(
        FILED,
        "done",
        person_id=worker.person_id if what[1] == "signed-in" else None,
        path=grievance.path,
        unit_id=grievance.unit_id,
        detail={"reference": grievance.reference, "kind": grievance.kind},
    )
    await append(work, entry)
    event = GrievanceOpened(
        grievance_id=grievance.id, unit_id=grievance.unit_id, kind=grievance.kind, due_at=grievance.due_at
    )
    work.publish(event, path=grievance.path)
    return grievance, Filed(grievance.reference, secret, grievance.due_at)


async def _new(work: Work, worker: Worker, what: tuple[Told, str], place: Place | None) -> Grievance:
    told, source = what
    at = place or await office_for(work.raw, worker.unit_id)
    return Grievance(
        id=uuid7(),
        reference=new_reference(),
        unit_id=at.unit_id,
        path=at.path,
        kind=told.kind,
        source=source,
        status="open",
        worker_id=worker.id,
        person_id=worker.person_id,
        told=told.text,
        answer=None,
        outcome=None,
        opened_at=work.now,
        due_at=clock().due_at(told.kind, work.now),
        escalations=0,
        answered_at=None,
        answered_by=None,
        version=1,
    )


def grievance_in(sealer: Sealer, row: asyncpg.Record) -> Grievance:
    """The grievance in a row, without what was told, for whoever filed it."""
    return replace(grievances.grievance_of(sealer, row), told=None)


async def state_of(work: Work, sealer: Sealer, reference: str, secret: str) -> Grievance:
    """A grievance for whoever holds its secret; a number that is not known reads like a wrong secret."""
    async with beyond_scope(work):
        row = await by_reference(work.raw, reference)
    wanted = grievances.secret_hash(reference, secret)
    if row is None or not hmac.compare_digest(row["secret_hash"], wanted):
        raise Refusal(NOT_FOUND)
    return grievance_in(sealer, row)
