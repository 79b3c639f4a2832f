"""Takes a file of existing workers in: tries it without writing, or keeps it, sealed, for the job that works it off."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import INVALID_INPUT, Kind, Pointer, ProblemType, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_registry.commands import import_rows
from sangathan_registry.commands.import_file import FONTS, Found, OpenFile, days_first, find_out, open_file
from sangathan_registry.commands.import_rows import Sorted
from sangathan_registry.domain.import_cells import DayOrder
from sangathan_registry.domain.import_fields import is_field
from sangathan_registry.domain.import_rows import NAMES, Reading, RowReader
from sangathan_registry.domain.imports import Import, Tally
from sangathan_registry.domain.particulars import PhoneReader
from sangathan_registry.domain.refusals import UNIT_CLOSED
from sangathan_registry.domain.worker import Place
from sangathan_registry.queries.imports import unit_index
from sangathan_registry.queries.units import get_place
from sangathan_registry.store import audit, imports

IMPORTS_WAITING: Final = ProblemType(
    "imports-waiting", Kind.TOO_MANY, "Too many files wait already", "पहले से बहुत-सी फ़ाइलें प्रतीक्षा में हैं"
)
MOST_WAITING: Final = 5
MOST_TRIED: Final = 2_000
"""How many rows a trial looks at."""
_DAYS: Final = frozenset({"birth_date", "office_from", "office_to"})


@dataclass(frozen=True, slots=True)
class ImportFile:
    """The file for a unit, and how it is to be read; what is None is found out."""

    unit_id: UUID
    data: bytes
    mapping: Mapping[str, str] | None = None
    kruti_dev: Sequence[str] | None = None
    day_first: bool | None = None
    relation_unsaid: str | None = None


@dataclass(frozen=True, slots=True)
class StartImport:
    """What is imported, and on what basis the organisation holds it."""

    file: ImportFile
    basis: str
    collected_on: date | None


@dataclass(frozen=True, slots=True)
class Trial:
    """What a file would come to: how it is read, what was found out, and how the first rows would end."""

    file: OpenFile
    found: Found
    reading: Reading
    order: DayOrder
    rows: Sequence[Sorted]
    tally: Tally = field(default_factory=Tally)


async def attempt(work: Work, sealer: Sealer, read_phone: PhoneReader, asked: ImportFile) -> Trial:
    """Reads the file and up to 2,000 of its rows, and writes nothing."""
    place = await _open_place(work, asked.unit_id)
    file = await asyncio.to_thread(open_file, asked.data)
    found = await asyncio.to_thread(find_out, file, read_phone)
    reading, order = _reading(file, found, asked)
    index = await unit_index(work.raw, work.scope, place.path)
    reader = RowReader(reading, FONTS, read_phone)
    read = await import_rows.read(reader, index, file.rows[:MOST_TRIED], work.now)
    rows = await import_rows.sort(work, sealer, asked.unit_id, read)
    return Trial(file, found, reading, order, rows, import_rows.tally(rows))


async def handle(work: Work, sealer: Sealer, caller: Caller, asked: tuple[StartImport, PhoneReader]) -> UUID:
    """The id of the import that waits to be worked; raises refusals for what cannot be read at all."""
    command, read_phone = asked
    place = await _open_place(work, command.file.unit_id)
    if await imports.waiting_of(work, caller.person) >= MOST_WAITING:
        raise Refusal(IMPORTS_WAITING, f"At most {MOST_WAITING} wait at a time; send this one when one is done.")
    file = await asyncio.to_thread(open_file, command.file.data)
    _refuse_bent(file, command.file.mapping or {}, command.file.kruti_dev or ())
    found = await asyncio.to_thread(find_out, file, read_phone)
    reading, _ = _reading(file, found, command.file)
    if not file.rows:
        raise Refusal(INVALID_INPUT, errors=[Pointer("/file", "a file with at least one row below the first")])
    import_ = Import(
        id=uuid7(),
        unit_id=place.unit_id,
        path=place.path,
        asked_by=caller.person,
        appointment_id=caller.appointment_id,
        office=caller.own_office,
        basis=command.basis,
        collected_on=command.collected_on,
        rows=len(file.rows),
        worked=0,
        created_at=work.now,
    )
    await imports.insert(work, sealer, import_, reading=reading, file=command.file.data)
    subject = audit.Subject(place.unit_id, place.path, batch_id=import_.id, records=import_.rows)
    await audit.note(work, caller, subject, purpose=command.basis)
    return import_.id


def _reading(file: OpenFile, found: Found, asked: ImportFile) -> tuple[Reading, DayOrder]:
    mapping = dict(found.mapping if asked.mapping is None else asked.mapping)
    order = days_first(file, [header for header, one in mapping.items() if one in _DAYS and header in file.headers])
    if asked.day_first is not None:
        order = DayOrder(asked.day_first, certain=True)
    kruti_dev = found.kruti_dev if asked.kruti_dev is None else list(asked.kruti_dev)
    watches = asked.kruti_dev is None
    return Reading(file.headers, mapping, kruti_dev, order.day_first, asked.relation_unsaid, watches), order


def _refuse_bent(file: OpenFile, mapping: Mapping[str, str], kruti_dev: Sequence[str]) -> None:
    """A mapping names columns of the file and fields that there are, and somebody's name is among them."""
    faults = [
        Pointer(f"/mapping/{_step(header)}", "no such column; the file's first row names those there are")
        for header in mapping
        if header not in file.headers
    ]
    faults += [
        Pointer(f"/mapping/{_step(header)}", "a field as the API describes, such as name, phone or unit.booth")
        for header, name in mapping.items()
        if not is_field(name)
    ]
    if not NAMES & set(mapping.values()):
        faults.append(Pointer("/mapping", "a column for name, name_hi or name_en; a dry run proposes one"))
    faults += [
        Pointer(f"/kruti_dev/{n}", "the header of a column")
        for n, one in enumerate(kruti_dev)
        if one not in file.headers
    ]
    if faults:
        raise Refusal(INVALID_INPUT, "Each error names the place and what would be accepted.", errors=faults[:50])


def _step(header: str) -> str:
    return header[:60].replace("~", "~0").replace("/", "~1")


async def _open_place(work: Work, unit_id: UUID) -> Place:
    place = await get_place(work.raw, work.scope, unit_id, field="unit_id")
    if place.closed:
        raise Refusal(UNIT_CLOSED, "Choose the unit that has taken its place.")
    return place
