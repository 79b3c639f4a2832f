"""How trials and rows of imports are shown, and the files that are made of them."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import asyncpg

from sangathan_contracts.offices import CATALOGUE
from sangathan_registry.api.import_schemas import (
    ColumnOut,
    ImportedRowOut,
    ImportOut,
    NoteOut,
    RowFaultOut,
    TrialOut,
    TriedRowOut,
)
from sangathan_registry.commands.import_rows import Sorted
from sangathan_registry.commands.start_import import Trial
from sangathan_registry.domain import import_cells as cells
from sangathan_registry.domain.import_fields import ADDED, header_key
from sangathan_registry.domain.import_rows import NAMES, Reading
from sangathan_registry.domain.sync import Outcome

_SHOWN: Final = 20
_BIRTH: Final = frozenset({"birth_date", "birth_year", "age", "age_band"})
_NOTES: Final = {
    "days-unclear": (
        "किसी तिथि से स्पष्ट नहीं कि दिन पहले है या महीना; दिन पहले माना गया है",
        "no date shows whether days or months come first; days are taken to come first",
    ),
    "several-numbers": (
        "कुछ खानों में एक से अधिक नंबर हैं; पहला मोबाइल नंबर लिया जाएगा",
        "some cells hold several numbers; the first mobile number is taken",
    ),
    "relation-unsaid": (
        "कुछ खानों में नहीं लिखा कि नाम पिता, पति या माता का है; relation_unsaid में बताएँ, नहीं तो वे नाम नहीं लिए जाएँगे",
        "some cells do not say whose name it is; say it in relation_unsaid, or those names are not taken",
    ),
    "no-birth": (
        "जन्म तिथि, जन्म वर्ष या आयु का कॉलम नहीं है; 18 वर्ष पूरे होना दिखे बिना किसी को दर्ज नहीं किया जाता",
        "there is no column of birth date, birth year or age; nobody is recorded without being known to be 18",
    ),
    "no-unit": (
        "इकाई का कोई कॉलम नहीं है; सब इसी इकाई में दर्ज होंगे",
        "there is no column for the unit; everybody is recorded at this very unit",
    ),
    "no-name": ("नाम का कॉलम नहीं मिला; mapping में बताएँ", "no column for the name was found; say it in mapping"),
}


def trial_out(trial: Trial) -> TrialOut:
    """A trial, with the rows that whoever decides has to see."""
    file, reading, tally = trial.file, trial.reading, trial.tally
    shown = [*trial.rows[:_SHOWN], *[one for one in trial.rows[_SHOWN:] if one.faults][:_SHOWN]]
    return TrialOut(
        format=file.format,  # type: ignore[arg-type]  # One of the two.
        encoding=file.encoding,
        delimiter=file.delimiter,
        rows=len(file.rows),
        examined=len(trial.rows),
        mapping=dict(reading.mapping),
        kruti_dev=list(reading.kruti_dev),
        days="first" if reading.day_first else "second",
        columns=[
            ColumnOut(header=one, field=reading.mapping.get(one), found=trial.found.traits[one]) for one in file.headers
        ],
        notes=[NoteOut(code=code, hi=_NOTES[code][0], en=_NOTES[code][1]) for code in _notes(trial)],
        accepted=tally.accepted,
        already_there=tally.already_there,
        rejected=tally.rejected,
        needs_review=tally.needs_review,
        sample=[_tried(one) for one in shown],
    )


def import_out(row: asyncpg.Record) -> ImportOut:
    """An import."""
    return ImportOut(**dict(row))


def row_out(row: asyncpg.Record, content: dict[str, Any]) -> ImportedRowOut:
    """How a row ended."""
    faults = [
        RowFaultOut(column=one["column"], reason=one["reason"], detail_hi=one["hi"], detail_en=one["en"])
        for one in content.get("faults", ())
    ]
    return ImportedRowOut(
        line=row["line"], outcome=row["outcome"], reason=row["reason"], worker_id=row["worker_id"], faults=faults
    )


def reject_rows(
    reading: Reading, rows: Sequence[tuple[asyncpg.Record, dict[str, Any]]]
) -> tuple[list[str], Iterator[list[str]]]:
    """The columns and rows of a file of rejects: as they were sent, and what is wrong; ready to be corrected."""
    columns = [*(header for header in reading.headers if header not in ADDED), *ADDED]
    kept = [place for place, header in enumerate(reading.headers) if header not in ADDED]

    def lines() -> Iterator[list[str]]:
        for row, content in rows:
            sent, faults = content.get("cells", []), content.get("faults", [])
            yield [
                *(sent[place] if place < len(sent) else "" for place in kept),
                str(row["line"]),
                row["outcome"],
                ", ".join(one["column"] for one in faults if one["column"]),
                "; ".join(one["en"] for one in faults),
                "; ".join(one["hi"] for one in faults),
            ]

    return columns, lines()


OFFICE_COLUMNS: Final = ("phone", "name_hi", "name_en", "office", "unit", "valid_from", "valid_to")
_OFFICES: Final = {
    header_key(name): slug
    for slug, office in CATALOGUE.offices.items()
    for name in (slug, office.name_hi, office.name_en)
}


def office_rows(rows: Sequence[tuple[asyncpg.Record, str | None, dict[str, Any]]]) -> Iterator[list[str]]:
    """The rows of a sheet of appointments; an office that the catalogue does not know stays in its own words."""
    for row, phone, said in rows:
        held = said.get("held", "")
        office = _OFFICES.get(header_key(held), held)
        names = [row["name_hi"] or "", row["name_en"] or ""]
        yield [phone or "", *names, office, row["worker_path"], said.get("begins", ""), said.get("ends", "")]


def _tried(one: Sorted) -> TriedRowOut:
    who, unit = one.row.particulars, one.unit
    return TriedRowOut(
        line=one.row.line,
        outcome=(one.outcome or Outcome.ACCEPTED).value,
        name_hi=who.name_hi,
        name_en=who.name_en,
        relation_type=who.relation_type,
        relation_name=who.relation_name,
        gender=who.gender,
        birth_year=who.birth_year,
        birth_date=who.birth_date,
        age_band=who.age_band,
        phone=who.phone,
        address=who.address,
        pin=who.pin,
        epic=who.epic,
        unit_id=unit.unit_id if unit else None,
        unit_hi=unit.names[0] if unit else None,
        unit_en=unit.names[1] if unit else None,
        office=one.row.office.held if one.row.office else None,
        faults=[
            RowFaultOut(column=fault.column, reason=fault.reason.value, detail_hi=fault.hi, detail_en=fault.en)
            for fault in one.faults
        ],
    )


def _notes(trial: Trial) -> Iterator[str]:
    fields, file = trial.reading.mapping, trial.file
    by_field = {field: header for header, field in fields.items() if header in file.headers}
    if not NAMES & set(fields.values()):
        yield "no-name"
    if not _BIRTH & set(fields.values()):
        yield "no-birth"
    if not any(field.startswith("unit") for field in fields.values()):
        yield "no-unit"
    if not trial.order.certain and "birth_date" in by_field:
        yield "days-unclear"
    if "phone" in by_field and any(cells.holds_several(cell) for cell in file.column(by_field["phone"])):
        yield "several-numbers"
    if "relation" in by_field and trial.reading.relation_unsaid is None and _some_unsaid(trial):
        yield "relation-unsaid"


def _some_unsaid(trial: Trial) -> bool:
    header = next(header for header, field in trial.reading.mapping.items() if field == "relation")
    if "relation_type" in trial.reading.mapping.values():
        return False
    return any(cells.split_relation(cell)[0] is None for cell in trial.file.column(header))
