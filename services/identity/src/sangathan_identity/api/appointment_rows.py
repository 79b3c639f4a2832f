"""The rows of a sheet of appointments as offices write them: numbers, names, and days the Indian way round."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, TypeVar

from sangathan_chassis.fields import one_line
from sangathan_identity.api.fields import as_mobile, as_moment
from sangathan_identity.domain.appointment_faults import NAME_EN, NAME_HI, NO_DAY, PHONE, Fault
from sangathan_identity.domain.appointment_sheet import Asked, Reject
from sangathan_identity.domain.sheets import Row
from sangathan_identity.domain.units import Names

T = TypeVar("T")

# Which columns a sheet must have.
COLUMNS: Final[Mapping[str, bool]] = {
    "phone": True,
    "name_hi": True,
    "name_en": True,
    "office": True,
    "unit": True,
    "valid_from": False,
    "valid_to": False,
}
_NAME_LENGTH: Final = 200
_PHONE_LENGTH: Final = 32
_DAY: Final = timedelta(days=1)
_TICK: Final = timedelta(microseconds=1)
_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})")
_DATE_LENGTH: Final = 10


def read_rows(rows: Iterable[Row]) -> tuple[list[Asked], list[Reject]]:
    """What the rows ask for, and those of which a cell cannot be read, with every such cell."""
    asked, unreadable = [], []
    for row in rows:
        reader = _Reader(row)
        one = reader.asked()
        if reader.faults:
            unreadable.append(Reject(row, reader.faults))
        else:
            asked.append(one)
    return asked, unreadable


class _Reader:
    """Reads the cells of one row and notes what is wrong with them."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self.faults: list[Fault] = []

    def asked(self) -> Asked:
        """What the row asks for, good only while ``faults`` is empty."""
        values = self._row.values
        return Asked(
            row=self._row,
            phone=self._cell("phone", _mobile, PHONE) or "",
            names=Names(self._cell("name_hi", _name, NAME_HI) or "", self._cell("name_en", _name, NAME_EN) or ""),
            office=values["office"],
            path=values["unit"] if values["unit"].endswith(".") else f"{values['unit']}.",
            begins=self._cell("valid_from", _first_moment, NO_DAY["valid_from"]),
            ends=self._cell("valid_to", _moment_after, NO_DAY["valid_to"]),
        )

    def _cell(self, column: str, read: Callable[[str], T], fault: Fault) -> T | None:
        try:
            return read(self._row.values[column])
        except (ValueError, OverflowError):
            self.faults.append(fault)
            return None


def _mobile(text: str) -> str:
    return as_mobile(text[:_PHONE_LENGTH])


def _name(text: str) -> str:
    name = one_line(text)
    if len(name) > _NAME_LENGTH:
        msg = f"takes at most {_NAME_LENGTH} letters"
        raise ValueError(msg)
    return name


def _first_moment(text: str) -> datetime | None:
    """The first moment of the day, or the moment itself; None for an empty cell."""
    if not text:
        return None
    moment = as_moment(_year_first(text))
    return moment + _TICK - _DAY if _is_day(text) else moment


def _moment_after(text: str) -> datetime | None:
    """The first moment after the day, so that the day counts whole, or the moment itself; None for an empty cell."""
    if not text:
        return None
    moment = as_moment(_year_first(text))
    return moment + _TICK if _is_day(text) else moment


def _year_first(text: str) -> str:
    """The day as ISO 8601 has it: a spreadsheet in India saves 2022-01-31 as 31-01-2022."""
    day_first = _DAY_FIRST.fullmatch(text)
    if day_first is None:
        return text
    day, month, year = day_first.groups()
    return f"{year}-{month:0>2}-{day:0>2}"


def _is_day(text: str) -> bool:
    return len(text) <= _DATE_LENGTH
