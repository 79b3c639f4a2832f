"""From a row of somebody's list to what a record takes, by the columns that were said to hold it."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from sangathan_registry.domain import import_cells as cells
from sangathan_registry.domain.import_faults import TOO_WIDE, Fault, invalid, old_font, shortened
from sangathan_registry.domain.import_fields import OFFICE, OWN_ID, UNIT, level_of
from sangathan_registry.domain.import_units import UnitWords
from sangathan_registry.domain.name_key import is_devanagari
from sangathan_registry.domain.particulars import Particulars, PhoneReader, examine

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
_OLDEST: Final = 120
_YOUNGEST: Final = 18
_LONGEST_ID: Final = 80
_LONGEST_OFFICE: Final = 120
NAMES: Final = frozenset({"name", "name_hi", "name_en"})
_RELATIONS: Final = {"father_name": "father", "husband_name": "husband", "mother_name": "mother"}


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is read: its headers, what each column holds, and what was found out about the columns."""

    headers: Sequence[str]
    mapping: Mapping[str, str]
    kruti_dev: Sequence[str] = ()
    day_first: bool = True
    relation_unsaid: str | None = None
    watches_fonts: bool = False
    """Whether a name that looks typed in an old font is refused where its column was not found to be."""


@dataclass(frozen=True, slots=True)
class Fonts:
    """What reads text typed in an old font, and what tells a cell that looks so."""

    unicode_of: Callable[[str], str]
    looks_old: Callable[[str], bool]


@dataclass(slots=True)
class SentRow:
    """What a row says of a person, right in type and not yet in content."""

    name_hi: str | None = None
    name_en: str | None = None
    relation_type: str | None = None
    relation_name: str | None = None
    gender: str | None = None
    birth_year: int | None = None
    birth_date: date | None = None
    age_band: str | None = None
    phone: str | None = None
    address: str | None = None
    pin: str | None = None
    epic: str | None = None


@dataclass(frozen=True, slots=True)
class Office:
    """The office that a row says somebody holds, in words, and from when until when."""

    held: str
    begins: str = ""
    ends: str = ""


@dataclass(slots=True)
class ReadRow:
    """A row as it was read; with faults its particulars must not be used."""

    line: int
    cells: Sequence[str]
    particulars: Particulars
    units: list[UnitWords] = field(default_factory=list)
    own_id: str | None = None
    office: Office | None = None
    faults: list[Fault] = field(default_factory=list)


class RowReader:
    """Reads one row after another."""

    def __init__(self, reading: Reading, fonts: Fonts, read_phone: PhoneReader) -> None:
        self._reading = reading
        self._fonts = fonts
        self._read_phone = read_phone
        self._order = cells.DayOrder(reading.day_first, certain=True)

    def read(self, line: int, row: Sequence[str], at: datetime) -> ReadRow:
        """The row at this moment, which decides who is of age."""
        said = _Said(self._values(row), self._order, at)
        sent = said.person(self._reading.relation_unsaid, self._read_phone)
        pointers: list[Any] = []
        particulars = examine(sent, at=at, read_phone=self._read_phone, faults=pointers)
        faults = said.faults
        wrong = {fault.column for fault in faults}
        for pointer in pointers:
            name = pointer.pointer.removeprefix("/")
            column = said.column_of(name)
            if column not in wrong:
                faults.append(invalid(column, name, pointer.detail))
        if self._reading.watches_fonts:
            faults += [
                old_font(column) for column in said.names() if column not in wrong and self._is_old(said, column)
            ]
        if any(cell.strip() for cell in row[len(self._reading.headers) :]):
            faults.append(TOO_WIDE)
        return ReadRow(line, row, particulars, said.units(), said.own_id(), said.office(), faults)

    def _is_old(self, said: "_Said", column: str) -> bool:
        return self._fonts.looks_old(said.names()[column])

    def _values(self, row: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Cleaned cells with their headers, by field; of two columns for one field the first that is filled counts."""
        found: dict[str, tuple[str, str]] = {}
        for header, cell in zip(self._reading.headers, row, strict=False):
            name = self._reading.mapping.get(header)
            if name is None or (name in found and found[name][1]):
                continue
            text = plain(cell)
            if header in self._reading.kruti_dev and not is_devanagari(text):
                text = self._fonts.unicode_of(text)
            found[name] = (header, " ".join(text.split()))
        return found


class _Said:
    """The cells of one row by their fields, and what is wrong with them."""

    def __init__(self, values: Mapping[str, tuple[str, str]], order: cells.DayOrder, at: datetime) -> None:
        self._values = values
        self._order = order
        self._at = at
        self._columns: dict[str, str] = {}
        self.faults: list[Fault] = []

    def person(self, relation_unsaid: str | None, read_phone: PhoneReader) -> SentRow:
        sent = SentRow()
        for name in ("name_hi", "name_en", "name"):
            self._take_name(sent, name)
        self._take_relation(sent, relation_unsaid)
        sent.gender = self._read("gender", cells.read_gender)
        self._take_birth(sent)
        self._take_phone(sent, read_phone)
        sent.address = self._text("address") or None
        sent.pin = cells.in_latin_digits(self._text("pin")).removesuffix(".0") or None
        sent.epic = self._text("epic") or None
        return sent

    def column_of(self, name: str) -> str:
        """The header of the column that a field's value came from, or would have come from."""
        if name in self._columns:
            return self._columns[name]
        births = ("birth_date", "birth_year", "age", "age_band")
        usual = {"name_hi": ("name",), **dict.fromkeys(births, births)}
        for one in (name, *usual.get(name, ())):
            if one in self._values:
                return self._values[one][0]
        return name

    def names(self) -> dict[str, str]:
        """What stands in the columns that hold a person's name, by their headers."""
        return {header: text for name, (header, text) in self._values.items() if name in NAMES and text}

    def units(self) -> list[UnitWords]:
        """What the row says of its unit, in its columns' order."""
        found = []
        for name, (header, text) in self._values.items():
            if name == UNIT or level_of(name):
                found.append(UnitWords(header, level_of(name), cells.in_latin_digits(text)))
        return found

    def own_id(self) -> str | None:
        """The list's own number for the row."""
        text = self._text(OWN_ID)
        if len(text) > _LONGEST_ID:
            self._wrong(OWN_ID)
            return None
        return text or None

    def office(self) -> Office | None:
        """The office as it is written, if one is."""
        held = self._text(OFFICE)
        if len(held) > _LONGEST_OFFICE:
            self._wrong(OFFICE)
        if not held:
            return None
        days = [self._read(name, self._day) for name in ("office_from", "office_to")]
        return Office(held, *("" if day is None else day.isoformat() for day in days))

    def _take_name(self, sent: SentRow, name: str) -> None:
        """A name stands in the field of the script it is written in, whatever the column was called."""
        text = self._text(name)
        into = "name_hi" if is_devanagari(text) else "name_en"
        if text and getattr(sent, into) is None:
            setattr(sent, into, text)
            self._columns[into] = self._values[name][0]

    def _take_relation(self, sent: SentRow, unsaid: str | None) -> None:
        for name, kind in _RELATIONS.items():
            if (text := self._text(name)) and sent.relation_name is None:
                sent.relation_type, sent.relation_name = kind, cells.split_relation(text)[1]
                self._columns["relation_name"] = self._columns["relation_type"] = self._values[name][0]
        if sent.relation_name is None and (text := self._text("relation")):
            written, name_ = cells.split_relation(text)
            stated = self._read("relation_type", cells.read_kind)
            kind_ = written or stated or unsaid
            # Whose name it is cannot be guessed, and a relation of no kind is not kept.
            sent.relation_type, sent.relation_name = (kind_, name_) if kind_ else (None, None)
            self._columns["relation_name"] = self._values["relation"][0]

    def _take_birth(self, sent: SentRow) -> None:
        # A column of days of birth often holds bare years.
        sent.birth_year = cells.read_year(self._text("birth_date"))
        if sent.birth_year is None:
            sent.birth_date = self._read("birth_date", self._day)
            sent.birth_year = sent.birth_date.year if sent.birth_date else self._read("birth_year", cells.read_year)
        age = self._read("age", cells.read_age)
        band = self._read("age_band", cells.read_band)
        if sent.birth_year is None and age is not None:
            if _YOUNGEST <= age <= _OLDEST:
                sent.birth_year = self._at.year - age
                self._columns["birth_year"] = self._values["age"][0]
            else:
                self._wrong("age")
        sent.age_band = band if sent.birth_year is None else None

    def _take_phone(self, sent: SentRow, read_phone: PhoneReader) -> None:
        text = self._text("phone")
        if not text:
            return
        if cells.was_shortened(text):
            self.faults.append(shortened(self._values["phone"][0]))
            return
        sent.phone = cells.first_phone(text, read_phone)
        if sent.phone is None:
            self._wrong("phone")

    def _day(self, text: str) -> date | None:
        return cells.read_day(text, self._order, self._at.date())

    def _read(self, name: str, read: Callable[[str], Any]) -> Any:
        text = self._text(name)
        if not text:
            return None
        value = read(text)
        if value is None:
            self._wrong(name)
        return value

    def _text(self, name: str) -> str:
        return self._values[name][1] if name in self._values else ""

    def _wrong(self, name: str) -> None:
        self.faults.append(invalid(self._values[name][0], name))


def plain(cell: str) -> str:
    """The text of a cell as it was meant: composed, and without the quote that keeps a formula from being one."""
    text = cell.strip()
    if text.startswith("'") and text[1:].startswith(_FORMULA):
        text = text[1:]
    return unicodedata.normalize("NFC", text)
