"""Breaks the glass: opens one record outside the own range for a while, and tells those concerned and those above.

Who is told is settled here, in the same transaction, and without anybody above to tell there is no opening.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_contracts.registry import GlassBroken
from sangathan_registry.domain.break_glass import REVIEW_WITHIN, Told, who_is_told
from sangathan_registry.domain.refusals import (
    IN_SIGHT_ALREADY,
    NOBODY_TO_TELL,
    OPENINGS_USED_UP,
    SEVERAL_ON_RECORD,
)
from sangathan_registry.domain.units_above import above
from sangathan_registry.queries.openings import holders_at
from sangathan_registry.queries.units import get_place
from sangathan_registry.queries.whole_record import OnRecord, beyond_scope, look_up
from sangathan_registry.store import audit
from sangathan_registry.store.openings import Opener, Record, Terms, insert_opening, opened_since

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OpenByBreakGlass:
    """Which one record, by its id or by the exact phone's blind index; why; and for how many minutes."""

    worker_id: UUID | None
    phone_index: bytes | None
    reason: str
    minutes: int


async def handle(work: Work, caller: Caller, command: OpenByBreakGlass, *, per_day: int) -> UUID:
    """The id of the opening."""
    opener = await _opener(work, caller)
    async with beyond_scope(work):
        if await opened_since(work, opener.person_id, work.now - _DAY) >= per_day:
            detail = f"{per_day} records can be opened within 24 hours."
            raise Refusal(OPENINGS_USED_UP, detail, headers={"retry-after": "3600"})
        found = await _the_one(work, command)
        if caller.scope.contains(found.path):
            raise Refusal(IN_SIGHT_ALREADY, f"Read it by its id, {found.worker_id}.")
        told = await _told(work, found, opener)
        record = Record(found.worker_id, found.unit_id, found.path)
        people = (*told.owners, *told.superiors)
        expires_at = work.now + timedelta(minutes=command.minutes)
        terms = Terms(command.reason, expires_at, people, work.now + REVIEW_WITHIN)
        opening_id = await insert_opening(work, record, opener, terms)
        await audit.note_all(work, caller, _subjects(record, opener), purpose=command.reason)
    work.publish(_broken(opening_id, found, opener, (terms, told)), path=found.path)
    return opening_id


async def _opener(work: Work, caller: Caller) -> Opener:
    if caller.unit_id is None or caller.appointment_id is None or caller.viewing is not None:
        raise Refusal(NOT_FOUND)
    own = await get_place(work.raw, work.scope, caller.unit_id)
    return Opener(caller.person, caller.appointment_id, caller.own_office, own.unit_id, own.path)


async def _the_one(work: Work, command: OpenByBreakGlass) -> OnRecord:
    found = await look_up(work, phone_index=command.phone_index, worker_id=command.worker_id)
    if not found:
        raise Refusal(NOT_FOUND)
    if len(found) > 1:
        raise Refusal(SEVERAL_ON_RECORD, "One record is opened at a time: name it by worker_id.")
    return found[0]


async def _told(work: Work, found: OnRecord, opener: Opener) -> Told:
    paths = {*above(found.path), *above(opener.path)}
    holders = await holders_at(work.raw, sorted(paths), work.now)
    told = who_is_told(holders, record_path=found.path, opener_path=opener.path, opener=opener.person_id)
    if not told.superiors:
        raise Refusal(NOBODY_TO_TELL, "No office above yours that reviews openings is held by anybody else.")
    return told


def _subjects(record: Record, opener: Opener) -> list[audit.Subject]:
    """The unit and the person concerned, and beside them the opener's own unit, for those above it."""
    concerned = audit.Subject(record.unit_id, record.path, record.worker_id)
    return [concerned, audit.Subject(opener.unit_id, opener.path)]


def _broken(opening_id: UUID, found: OnRecord, opener: Opener, rest: tuple[Terms, Told]) -> GlassBroken:
    terms, told = rest
    return GlassBroken(
        opening_id=opening_id,
        worker_id=found.worker_id,
        unit_id=found.unit_id,
        person_id=found.person_id,
        opened_by=opener.person_id,
        appointment_id=opener.appointment_id,
        office=opener.office,
        opener_unit_id=opener.unit_id,
        expires_at=terms.expires_at,
        review_due_at=terms.review_due_at,
        owners=told.owners,
        superiors=told.superiors,
    )
