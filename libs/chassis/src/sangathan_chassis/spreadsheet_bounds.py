"""What the readers of spreadsheets share: how much they read, what they give, and how they refuse."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sangathan_chassis.refusal import Kind, ProblemType, Refusal

SHEET_NOT_READ: Final = ProblemType("sheet-not-read", Kind.INVALID, "The sheet cannot be read", "यह शीट पढ़ी नहीं जा सकी")
# Line ends, tabs, and the underscore itself; no other control character is ever put into a text.
_ESCAPED: Final = re.compile(r"_x(000[9AaDd]|005[Ff])_")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read, in bytes, counts, and letters of one cell.

    ``keeps_wide`` lets a row with cells beyond the columns stand with one of these behind the last column, for whoever
    rejects the row by itself; otherwise it refuses the file.
    """

    file: int = 2_000_000
    unpacked: int = 40_000_000
    sheets: int = 20
    rows: int = 20_000
    columns: int = 100
    letters: int = 4_000
    keeps_wide: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of a row in which something stands; ``line`` is its line in the file, from 1."""

    line: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook."""

    name: str
    rows: Sequence[Row]


def refused(what: str) -> Refusal:
    """The refusal of a whole file."""
    return Refusal(SHEET_NOT_READ, f"{what[:1].upper()}{what[1:]}.")


def unescaped(text: str) -> str:
    """The text with what XML cannot hold put back (``_x000D_``, ECMA-376 22.9.2.19)."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
