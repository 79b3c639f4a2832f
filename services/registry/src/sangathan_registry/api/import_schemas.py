"""What the routes of imports take and give."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from sangathan_registry.api.schemas import In, UnitField
from sangathan_registry.domain.imports import MOST_BYTES, MOST_COLUMNS, MOST_ROWS

_HEADER = Annotated[str, Meta(min_length=1, max_length=90)]
_FIELD = Annotated[str, Meta(min_length=2, max_length=50)]
_LINE = Annotated[int, Meta(description="The row's line in the file; the first holds the headers.", examples=[3])]
_WHAT_FIELDS = (
    "Which field each of your columns holds, by its header: name (in either script), name_hi, name_en, phone, relation"
    " (with S/o and the like, or without), relation_type, father_name, husband_name, mother_name, gender, birth_date,"
    " birth_year, age, age_band, address, pin, epic, unit (path or code), unit.LEVEL (name, code or number of the"
    " unit at that level, such as unit.booth), office, office_from, office_to, own_id. Other columns are passed over."
    " In a dry run, null asks for a proposal."
)


class ImportIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of existing workers."""

    unit_id: UnitField
    file: Annotated[
        bytes,
        Meta(
            description=f"CSV (UTF-8, UTF-16 or Windows-1252; comma, semicolon or tab) or XLSX, in base64: at most"
            f" {MOST_BYTES:,} bytes, {MOST_ROWS:,} rows and {MOST_COLUMNS} columns.",
            examples=["4KSo4KS+4KSuLOCkruCli+CkrOCkvuCkh+CksizgpKzgpYLgpKUK"],
        ),
    ]
    dry_run: Annotated[bool, Meta(description="Say how it would be read and what it would come to; keep nothing.")] = (
        False
    )
    mapping: Annotated[
        dict[_HEADER, _FIELD] | None,
        Meta(description=_WHAT_FIELDS, examples=[{"उनका नाम": "name_hi", "मोबाइल": "phone", "बूथ": "unit.booth"}]),
    ] = None
    kruti_dev: Annotated[
        list[_HEADER] | None,
        Meta(description="The columns typed in Kruti Dev or DevLys; null: find out.", examples=[["उनका नाम"]]),
    ] = None
    days: Annotated[
        Literal["first", "second"] | None,
        Meta(description="Whether 01/02 is the first of February (first) or 2 January (second); null: find out."),
    ] = None
    relation_unsaid: Annotated[
        Literal["father", "husband", "mother"] | None,
        Meta(description="Whose name stands in `relation` where no cell says; null: such names are not taken."),
    ] = None
    basis: Annotated[
        Annotated[str, Meta(min_length=5, max_length=300)] | None,
        Meta(
            description="On what the organisation holds the list, one line of 5 to 300 characters, for the trail"
            " and for whoever asks; needed unless dry_run.",
            examples=["Membership register of the district office, 2019"],
        ),
    ] = None
    collected_on: Annotated[
        date | None, Meta(description="When the list was taken down, for the consents; null: unknown.")
    ] = None


class RowFaultOut(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong in a column of a row, and what would be accepted."""

    column: Annotated[str, Meta(examples=["मोबाइल"])]
    reason: Annotated[str, Meta(examples=["invalid"])]
    detail_hi: Annotated[str, Meta(examples=["स्वीकार्य: दस अंकों का भारतीय मोबाइल नंबर"])]
    detail_en: Annotated[str, Meta(examples=["takes an Indian mobile number of ten digits"])]


class TriedRowOut(msgspec.Struct, frozen=True, kw_only=True):
    """A row as it would be read, and how it would end."""

    line: _LINE
    outcome: Literal["accepted", "already-there", "rejected", "needs-review"]
    name_hi: str | None
    name_en: str | None
    relation_type: str | None
    relation_name: str | None
    gender: str | None
    birth_year: int | None
    birth_date: str | None
    age_band: str | None
    phone: str | None
    address: str | None
    pin: str | None
    epic: str | None
    unit_id: UUID | None
    unit_hi: str | None
    unit_en: str | None
    office: str | None
    faults: list[RowFaultOut]


class ColumnOut(msgspec.Struct, frozen=True, kw_only=True):
    """A column: what it is said or proposed to hold, and what was found in it."""

    header: str
    field: Annotated[str | None, Meta(examples=["name_hi"])]
    found: Annotated[
        list[str], Meta(description="kruti-dev, mobile-numbers, hindi-digits, days-first or months-first.")
    ]


class NoteOut(msgspec.Struct, frozen=True, kw_only=True):
    """Something to know before the file is brought in."""

    code: Annotated[str, Meta(examples=["days-unclear"])]
    hi: str
    en: str


class TrialOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a file would come to; the counts are of the rows that were looked at."""

    format: Literal["csv", "xlsx"]
    encoding: str | None
    delimiter: str | None
    rows: int
    examined: int
    mapping: Annotated[dict[str, str], Meta(description="As given, or as proposed: send it back with what you change.")]
    kruti_dev: list[str]
    days: Literal["first", "second"]
    columns: list[ColumnOut]
    notes: list[NoteOut]
    accepted: int
    already_there: int
    rejected: int
    needs_review: int
    sample: Annotated[
        list[TriedRowOut], Meta(description="The first 20 rows, and the first 20 that would not end well.")
    ]


class ImportOut(msgspec.Struct, frozen=True, kw_only=True):
    """How far an import is; ``worked`` of ``rows`` have ended in one of the four ways."""

    id: UUID
    unit_id: UUID
    asked_by: UUID
    office: Annotated[str, Meta(examples=["district-president"])]
    basis: str
    collected_on: date | None
    state: Literal["waiting", "done", "stopped"]
    stop: Literal["asked", "office-ended", "too-late", "unit-closed"] | None
    rows: int
    worked: int
    accepted: int
    already_there: int
    rejected: int
    needs_review: int
    created_at: datetime
    changed_at: datetime
    ended_at: datetime | None


class ImportPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page; ``next`` is null on the last."""

    items: list[ImportOut]
    next: str | None


class ImportedRowOut(msgspec.Struct, frozen=True, kw_only=True):
    """How a row ended; ``worker_id`` is the record that it is."""

    line: _LINE
    outcome: Literal["accepted", "already-there", "rejected", "needs-review"]
    reason: str | None
    worker_id: UUID | None
    faults: list[RowFaultOut]


class ImportedRowPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page; ``next`` is null on the last."""

    items: list[ImportedRowOut]
    next: str | None
