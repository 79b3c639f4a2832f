"""Opens the file of an import, CSV or XLSX, within bounds, and finds out what stands in its columns."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from sangathan_chassis.refusal import Kind, ProblemType, Refusal
from sangathan_chassis.spreadsheets import Limits, read_workbook
from sangathan_names.kruti_dev import from_kruti_dev
from sangathan_names.legacy_font import is_kruti_dev
from sangathan_registry.domain import import_cells as cells
from sangathan_registry.domain.import_fields import names_by_script, propose
from sangathan_registry.domain.import_rows import Fonts, plain
from sangathan_registry.domain.import_text import NotCsvError, read_text
from sangathan_registry.domain.imports import MOST_BYTES, MOST_COLUMNS, MOST_LETTERS, MOST_ROWS
from sangathan_registry.domain.name_key import is_devanagari
from sangathan_registry.domain.particulars import PhoneReader

IMPORT_NOT_READ: Final = ProblemType(
    "import-not-read", Kind.INVALID, "The file cannot be read", "यह फ़ाइल पढ़ी नहीं जा सकी"
)
_ZIP: Final = b"PK\x03\x04"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
_LOOKED_AT: Final = 500
_LIMITS: Final = Limits(
    MOST_BYTES, 100_000_000, rows=MOST_ROWS, columns=MOST_COLUMNS, letters=MOST_LETTERS, keeps_wide=True
)
_TITLES: Final = 10
_MOST: Final = 0.8
# What is typed in another font in these would be told by its header, if at all.
_NEVER_KRUTI: Final = frozenset(
    {"phone", "birth_date", "birth_year", "age", "pin", "epic", "own_id", "office_from", "office_to"}
)

FONTS: Final = Fonts(from_kruti_dev, lambda cell: is_kruti_dev([cell]))
"""Kruti Dev 010 and DevLys 010."""

FileRow = tuple[int, Sequence[str]]


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file's rows below its header, each with its line, and how the file was found to be written."""

    format: str
    encoding: str | None
    delimiter: str | None
    headers: Sequence[str]
    rows: Sequence[FileRow]

    def column(self, header: str) -> Iterator[str]:
        """The cells of a column that say something, cleaned, as far as it is looked at."""
        place = self.headers.index(header)
        found = (plain(row[place]) for _, row in self.rows if place < len(row))
        return islice((cell for cell in found if cell), _LOOKED_AT)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found out about a file's columns: proposals and traits by header."""

    mapping: dict[str, str]
    kruti_dev: list[str]
    traits: dict[str, list[str]]


def open_file(data: bytes) -> OpenFile:
    """The file; raises a refusal that says what would be read. Work for the processor: call it in a thread."""
    if len(data) > MOST_BYTES:
        raise refused(f"a file has at most {MOST_BYTES:,} bytes; send it in parts")
    if data.startswith(_OLD_EXCEL):
        raise refused("this is an old Excel file, or one with a password; save it as .xlsx without a password")
    if data.startswith(_ZIP):
        sheet = read_workbook(data, _LIMITS)[0]
        return _opened([(row.line, row.cells) for row in sheet.rows], "xlsx", None, None)
    try:
        text = read_text(data)
        rows = list(_within(text.rows()))
    except NotCsvError as fault:
        raise refused(str(fault)) from None
    return _opened(rows, "csv", text.encoding, text.delimiter)


def find_out(file: OpenFile, read_phone: PhoneReader) -> Found:
    """What the columns are, by their headers in Hindi, English or Kruti Dev, and by what stands in them."""
    sample = {header: list(file.column(header)) for header in file.headers}
    kruti_dev = [header for header, found in sample.items() if is_kruti_dev(found)]
    words = {_readable(header): header for header in file.headers}
    mapping = {words[readable]: field for readable, field in propose(words).items()}
    hindi = {header for header, found in sample.items() if header in kruti_dev or _mostly_hindi(found)}
    named = names_by_script(words, [readable for readable, header in words.items() if header in hindi])
    mapping |= {words[readable]: field for readable, field in named.items()}
    traits = {header: _traits(found, read_phone) for header, found in sample.items()}
    for header in file.headers:
        if "phone" not in mapping.values() and header not in mapping and "mobile-numbers" in traits[header]:
            mapping[header] = "phone"
    ordered = {header: mapping[header] for header in file.headers if header in mapping}
    old = [header for header in kruti_dev if ordered.get(header) not in _NEVER_KRUTI]
    for header in old:
        traits[header].append("kruti-dev")
    return Found(ordered, old, traits)


def days_first(file: OpenFile, headers: Iterable[str]) -> cells.DayOrder:
    """The order of day and month in these columns."""
    return cells.day_order(cell for header in headers for cell in file.column(header))


def refused(what: str) -> Refusal:
    """The refusal of a whole file."""
    return Refusal(IMPORT_NOT_READ, f"{what[:1].upper()}{what[1:]}.")


def _readable(header: str) -> str:
    """A header typed in Kruti Dev as it looks; one that is a word of ours already stays."""
    if propose([header]):
        return header
    shown = from_kruti_dev(header)
    return shown if propose([shown]) else header


def _mostly_hindi(sample: Sequence[str]) -> bool:
    return 2 * sum(map(is_devanagari, sample)) > len(sample)


def _traits(sample: Sequence[str], read_phone: PhoneReader) -> list[str]:
    traits = []
    if any(map(cells.has_hindi_digits, sample)):
        traits.append("hindi-digits")
    if sample and sum(cells.first_phone(cell, read_phone) is not None for cell in sample) >= _MOST * len(sample):
        traits.append("mobile-numbers")
    order = cells.day_order(sample)
    if order.certain:
        traits.append("days-first" if order.day_first else "months-first")
    return traits


def _opened(rows: Sequence[FileRow], format_: str, encoding: str | None, delimiter: str | None) -> OpenFile:
    if not rows:
        raise refused("the file is empty; its first row names the columns")
    place = _header_place(rows)
    header = _cleaned(rows[place][1])
    if not header:
        raise refused("the first row names the columns")
    if len(header) > MOST_COLUMNS:
        raise refused(f"a file has at most {MOST_COLUMNS} columns; line {rows[place][0]}, which names them, has more")
    return OpenFile(format_, encoding, delimiter, _told_apart(header), rows[place + 1 :])


def _header_place(rows: Sequence[FileRow]) -> int:
    """Which row names the columns: the first, unless titles stand above one that names two that are known."""
    for place, (_, row) in enumerate(rows[:_TITLES]):
        if len(propose(map(_readable, _cleaned(row)))) > 1:
            return place
    return 0


def _cleaned(row: Sequence[str]) -> list[str]:
    header = [" ".join(plain(cell).split())[:80] for cell in row]
    while header and not header[-1]:
        header.pop()
    return header


def _told_apart(header: Sequence[str]) -> list[str]:
    """Headers that stand twice get a number, and those that are empty the number of their column."""
    names: list[str] = []
    for number, name in enumerate(header, start=1):
        one, again = name or f"#{number}", 2
        while one in names:
            one, again = f"{name} ({again})", again + 1
        names.append(one)
    return names


def _within(rows: Iterable[FileRow]) -> Iterator[FileRow]:
    for number, (line, row) in enumerate(rows):
        if number > MOST_ROWS:
            raise refused(f"a file has at most {MOST_ROWS:,} rows below the first; send it in parts")
        cells = _cut(row)
        if any(len(cell) > MOST_LETTERS for cell in cells):
            raise refused(f"a cell has at most {MOST_LETTERS:,} letters; one of line {line} has more")
        yield line, cells


def _cut(row: Sequence[str]) -> Sequence[str]:
    """The row as far as columns can be, and behind these one cell of those beyond, by which it is rejected."""
    if len(row) <= MOST_COLUMNS:
        return row
    beyond = next((cell for cell in islice(row, MOST_COLUMNS, None) if cell.strip()), "")
    return [*row[:MOST_COLUMNS], beyond[:MOST_LETTERS]]
