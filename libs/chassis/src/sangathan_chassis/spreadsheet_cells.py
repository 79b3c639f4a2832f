"""The cells of an XLSX sheet as texts: shared and inline texts, numbers, days, booleans, and results of formulas."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sangathan_chassis.spreadsheet_bounds import Limits, Row, refused, unescaped

_PLACE: Final = re.compile(r"([A-Z]{1,4})([1-9][0-9]{0,6})")
# What a format says beside day, month, year, hour and second: quoted and escaped letters, colours and conditions.
_ASIDE: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]', re.IGNORECASE)
_DATED: Final = re.compile(r"[dmyhs]", re.IGNORECASE)
_BUILT_IN_DATES: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_MOST_DAYS: Final = 2_958_466


class Formats:
    """Tells which cell styles show a number as a day, and what day it is."""

    def __init__(self, styles: tuple[Sequence[int], Mapping[int, str]], dated_1904: bool) -> None:  # noqa: FBT001
        self._dates = [_is_date(number, styles[1].get(number)) for number in styles[0]]
        self._first = datetime(1904, 1, 1) if dated_1904 else datetime(1899, 12, 30)  # noqa: DTZ001 - a day on a sheet.
        self._skips = not dated_1904

    def shown(self, text: str, style: int) -> str:
        """The number as a text; raises ValueError when it is none."""
        value = float(text)
        if not math.isfinite(value):
            raise ValueError
        if style < len(self._dates) and self._dates[style] and 0 <= value < _MOST_DAYS:
            return self._date(value)
        if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        if text.isascii() and text.lstrip("-").isdigit():
            return text
        return _decimal(value)

    def _date(self, value: float) -> str:
        # The count of 1900 has a 29th of February that never was.
        days = value + 1 if self._skips and value < 60 else value
        moment = self._first + timedelta(seconds=round(days * 86_400))
        if value < 1:
            return f"{moment:%H:%M:%S}"
        return f"{moment:%Y-%m-%d}" if value.is_integer() else f"{moment:%Y-%m-%dT%H:%M:%S}"


class Cells:
    """Collects the rows of a sheet from its XML, which it is told piece by piece."""

    def __init__(self, limits: Limits, texts: Sequence[str], formats: Formats) -> None:
        self._limits = limits
        self._texts = texts
        self._formats = formats
        self._letters_left = limits.unpacked
        self.begin()

    def begin(self) -> None:
        """Starts a sheet."""
        self.rows: list[Row] = []
        self._line = self._column = 0
        self._cells: dict[int, str] = {}
        self._kind, self._style, self._reading = "n", 0, False
        self._formula = self._valued = self._hint = False
        self._parts: list[str] = []
        self._length = 0

    def start(self, name: str, given: Mapping[str, str]) -> None:
        """Begins a row, a cell, or what stands in it."""
        if name == "row":
            self._line = _whole(given.get("r", ""), self._line + 1)
            self._column, self._cells = 0, {}
        elif name == "c":
            self._begin_cell(given)
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._hint = True
        self._reading = name in {"v", "t"} and not self._hint
        self._valued = self._valued or self._reading

    def end(self, name: str) -> None:
        """Ends a row, a cell, or what stands in it."""
        self._reading = False
        if name == "rPh":
            self._hint = False
        elif name == "c":
            self._end_cell()
        elif name == "row" and self._cells:
            if len(self.rows) > self._limits.rows:
                raise refused(f"a sheet has at most {self._limits.rows:,} rows below the first; send it in parts")
            last = max(self._cells)
            self.rows.append(Row(self._line, tuple(self._cells.get(n, "") for n in range(1, last + 1))))
            self._cells = {}

    def text(self, piece: str) -> None:
        """Takes a piece of what stands in a cell."""
        if self._reading:
            self._length += len(piece)
            if self._length > self._limits.letters:
                raise refused(f"a cell has at most {self._limits.letters:,} letters; one of line {self._line} has more")
            self._parts.append(piece)

    def _begin_cell(self, given: Mapping[str, str]) -> None:
        self._column = _column(given.get("r", ""), self._column + 1)
        self._kind = given.get("t", "n")
        self._style = _whole(given.get("s", ""), 0)
        self._formula = self._valued = self._hint = False
        self._parts, self._length = [], 0

    def _end_cell(self) -> None:
        if not self._parts:
            if self._formula and not (self._valued and self._kind == "str"):
                raise refused(f"a formula of line {self._line} has no result; save the sheet with values instead")
            return
        if self._column > self._limits.columns and not self._limits.keeps_wide:
            raise refused(f"a sheet has at most {self._limits.columns} columns; line {self._line} has more")
        shown = self._shown("".join(self._parts))
        self._letters_left -= len(shown)
        if self._letters_left < 0:
            raise refused("this file has too much text; send it in parts")
        place = min(self._column, self._limits.columns + 1)
        if shown and not self._cells.get(place, "").strip():
            self._cells[place] = shown

    def _shown(self, text: str) -> str:
        try:
            if self._kind == "s":
                return self._texts[_index(text)]
            if self._kind == "b":
                return "true" if text.strip() == "1" else "false"
            if self._kind == "n":
                return self._formats.shown(text.strip(), self._style)
        except (ValueError, LookupError, OverflowError):
            raise refused(f"a cell of line {self._line} holds neither a text nor a number") from None
        return unescaped(text)


def _is_date(number: int, code: str | None) -> bool:
    if code is None:
        return number in _BUILT_IN_DATES
    return _DATED.search(_ASIDE.sub("", code.partition(";")[0])) is not None


def _decimal(value: float) -> str:
    """As many digits as a spreadsheet keeps, 15, and no exponent."""
    text = f"{value:.15g}"
    if "e" not in text:
        return text
    return f"{value:.15f}".rstrip("0").rstrip(".") if abs(value) < 1 else f"{value:.0f}"


def _index(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError
    return number


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else otherwise


def _column(place: str, otherwise: int) -> int:
    found = _PLACE.fullmatch(place)
    if found is None:
        return otherwise
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return column
