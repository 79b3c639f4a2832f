"""Makes up the sheets of a drive for paper: for each booth, records to fill in, each with a serial of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import asyncpg

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.scope import upper_bound
from sangathan_registry.domain.paper import Paper
from sangathan_registry.queries import booth_sheets
from sangathan_registry.queries.booth_packs import newest_form
from sangathan_registry.queries.drives import drive_row
from sangathan_registry.queries.units import get_place
from sangathan_registry.store import audit
from sangathan_registry.store.papers import take_serials

MOST_RECORDS: Final = 400


@dataclass(frozen=True, slots=True)
class PrintSheets:
    """Of which drive, for the booths at and below which unit, how many records each, and after which booth's path."""

    drive_id: UUID
    unit_id: UUID
    records: int
    after: str = ""


@dataclass(frozen=True, slots=True)
class BoothSheet:
    """A booth and its papers."""

    booth: asyncpg.Record
    papers: Sequence[Paper]


@dataclass(frozen=True, slots=True)
class Sheets:
    """What is printed, the names of the units above by their paths, and whether more booths follow."""

    drive: asyncpg.Record
    form: asyncpg.Record | None
    booths: Sequence[BoothSheet]
    names: Mapping[str, tuple[str, str]]
    more: bool


async def handle(work: Work, caller: Caller, command: PrintSheets) -> Sheets:
    """As many booths as come to 400 records; a unit that the drive or the scope does not hold reads as missing."""
    drive = await drive_row(work.raw, command.drive_id)
    place = await get_place(work.raw, work.scope, command.unit_id, field="unit_id")
    within = _within(place.path, drive["path"])
    most = MOST_RECORDS // command.records
    booths = await booth_sheets.booths(work.raw, within, command.after, most)
    if not booths and not command.after:
        raise Refusal(NOT_FOUND)
    shown = booths[:most]
    form = await newest_form(work.raw, drive["form_id"])
    serials = iter(await take_serials(work, len(shown) * command.records))
    version = form["id"] if form else None
    sheets = [
        BoothSheet(
            booth, [Paper(drive["id"], booth["unit_id"], version, next(serials)) for _ in range(command.records)]
        )
        for booth in shown
    ]
    await audit.note(work, caller, audit.Subject(place.unit_id, place.path, records=len(shown) * command.records))
    names = await booth_sheets.names_above(work.raw, [booth["path"] for booth in shown])
    return Sheets(drive, form, sheets, names, more=len(booths) > most)


def _within(unit: str, drive: str) -> tuple[str, str]:
    if not (unit.startswith(drive) or drive.startswith(unit)):
        raise Refusal(NOT_FOUND)
    lower = max(unit, drive, key=len)
    return lower, upper_bound(lower)
