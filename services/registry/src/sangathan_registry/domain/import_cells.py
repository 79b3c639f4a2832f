"""Reads single cells as offices in India write them: digits of both scripts, days first, ages, and relations."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from sangathan_registry.domain.age import BANDS

_DIGITS: Final = str.maketrans("०१२३४५६७८९", "0123456789")
_HINDI_DIGIT: Final = re.compile("[०-९]")
_DAY: Final = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4}|[0-9]{2})(?:[T ].*)?")
_YEAR_FIRST: Final = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[T ].*)?")
_YEAR: Final = re.compile(r"([12][0-9]{3})(?:\.0)?")
_AGE: Final = re.compile(r"([0-9]{1,3})(?:\.0)?(?: *(?:वर्ष|साल|years?|yrs?))?", re.IGNORECASE)
_SHORTENED: Final = re.compile(r"[0-9](?:\.[0-9]+)?E\+?[0-9]{1,2}", re.IGNORECASE)
_SEVERAL: Final = re.compile(r"[/,;|]|\bor\b|\bव\b")
_GENDERS: Final = {
    "female": "female", "f": "female", "woman": "female", "w": "female", "महिला": "female", "स्त्री": "female",
    "म": "female",
    "male": "male", "m": "male", "man": "male", "पुरुष": "male", "पु": "male",
    "other": "other", "o": "other", "t": "other", "transgender": "other", "third": "other",
    "अन्य": "other", "तृतीय": "other",
}  # fmt: skip
_KINDS: Final = {
    "father": "father", "पिता": "father", "s/o": "father", "d/o": "father", "पुत्र": "father", "पुत्री": "father",
    "husband": "husband", "पति": "husband", "w/o": "husband", "पत्नी": "husband",
    "mother": "mother", "माता": "mother", "मां": "mother", "माँ": "mother",
}  # fmt: skip
_RELATION: Final = re.compile(
    r"(s/o|d/o|w/o|father|husband|mother|पुत्री|पुत्र|पिता|पत्नी|पति|माता)[\s.:/-]+(?=\S)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class DayOrder:
    """Whether days stand before months, and whether the column itself shows it."""

    day_first: bool
    certain: bool


def in_latin_digits(text: str) -> str:
    """The text with Hindi digits written the Latin way."""
    return text.translate(_DIGITS)


def has_hindi_digits(text: str) -> bool:
    """Whether a Hindi digit stands in the text."""
    return _HINDI_DIGIT.search(text) is not None


def day_order(cells: Iterable[str]) -> DayOrder:
    """Days first, as in India, unless a second number cannot be a month and no first one cannot."""
    found = [match for cell in cells if (match := _DAY.fullmatch(in_latin_digits(cell)))]
    first, second = (any(int(match[n]) > 12 for match in found) for n in (1, 2))
    return DayOrder(day_first=first or not second, certain=first != second)


def read_day(cell: str, order: DayOrder, today: date) -> date | None:
    """The day; None for what is none. A year of two digits lies in the past."""
    text = in_latin_digits(cell)
    if match := _YEAR_FIRST.fullmatch(text):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    match = _DAY.fullmatch(text)
    if match is None:
        return None
    year = int(match[3])
    if len(match[3]) == 2:
        year += 2000 if year <= today.year % 100 else 1900
    day, month = (match[1], match[2]) if order.day_first else (match[2], match[1])
    return _date(year, int(month), int(day))


def read_year(cell: str) -> int | None:
    """A year of four digits, also when a spreadsheet made a fraction of it."""
    match = _YEAR.fullmatch(in_latin_digits(cell))
    return int(match[1]) if match else None


def read_age(cell: str) -> int | None:
    """An age in years."""
    match = _AGE.fullmatch(in_latin_digits(cell))
    return int(match[1]) if match else None


def read_band(cell: str) -> str | None:
    """An age band, with whatever dash; None for another range."""
    band = in_latin_digits(cell).replace("\u2013", "-").replace(" ", "")
    return band if band in BANDS else None


def read_gender(cell: str) -> str | None:
    """female, male or other; None for another word."""
    return _GENDERS.get(cell.lower().rstrip(". "))


def read_kind(cell: str) -> str | None:
    """father, husband or mother; None for another word."""
    return _KINDS.get(cell.lower().rstrip(". ").replace(" ", ""))


def split_relation(cell: str) -> tuple[str | None, str]:
    """What a cell such as ``S/o Ramlal`` or ``पति श्री रामलाल`` says of the kind, and the name."""
    match = _RELATION.match(cell)
    return (_KINDS[match[1].lower()], cell[match.end() :]) if match else (None, cell)


def was_shortened(cell: str) -> bool:
    """Whether a spreadsheet shows a number as 9.8E+09, so that its digits may be lost."""
    return _SHORTENED.fullmatch(cell.replace(" ", "")) is not None


def holds_several(cell: str) -> bool:
    """Whether a cell holds several numbers."""
    return _SEVERAL.search(cell) is not None


def first_phone(cell: str, read: Callable[[str], str | None]) -> str | None:
    """The first of the numbers in a cell that is a mobile number."""
    parts = [part.strip().removesuffix(".0") for part in _SEVERAL.split(in_latin_digits(cell))]
    return next((number for part in parts if part and (number := read(part))), None)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
