"""Packs what a device needs at a booth without network; a vistarak gets only packs of booths assigned to them."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_registry.domain import vistarak
from sangathan_registry.queries import booth_packs
from sangathan_registry.queries.assignments import assignments_of
from sangathan_registry.queries.drives import drive_row
from sangathan_registry.store import audit


@dataclass(frozen=True, slots=True)
class Pack:
    """The rows a pack is made of."""

    drive: asyncpg.Record
    unit: asyncpg.Record
    above: list[UUID]
    form: asyncpg.Record | None
    workers: list[asyncpg.Record]


async def handle(work: Work, caller: Caller, drive_id: UUID, unit_id: UUID) -> Pack:
    """The pack; a unit outside the scope, the drive, or the vistarak's own booths reads as missing."""
    drive = await drive_row(work.raw, drive_id)
    unit = await booth_packs.booth(work.raw, unit_id, (work.scope.lo, work.scope.hi))
    if unit is None or not unit["path"].startswith(drive["path"]):
        raise Refusal(NOT_FOUND)
    if vistarak.sees_only_own_captures(caller.office):
        own = await assignments_of(work.raw, work.scope, caller.person, [unit_id])
        if not any(one.valid_to is None or one.valid_to > work.now for one in own):
            raise Refusal(NOT_FOUND)
    workers = await booth_packs.short_list(work.raw, unit["path"])
    subject = audit.Subject(unit["unit_id"], unit["path"], records=len(workers))
    await audit.note(work, caller, subject, fields=["open"])
    form = await booth_packs.newest_form(work.raw, drive["form_id"])
    return Pack(drive, unit, await booth_packs.units_above(work.raw, unit["path"]), form, workers)
