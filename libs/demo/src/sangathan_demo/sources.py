"""Reads the files in ``data/``: real districts, constituencies and workshops, and the public list of given names.

Their origin and licences stand in ``data/README.md``; nothing here changes them.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

_ROMAN: Final = re.compile(r"[A-Z][a-z]{2,11}")
_DEVANAGARI: Final = re.compile(r"[\u0901-\u094d\u0958-\u0963]{2,}")
# Most feminine given names of the list end so in Devanagari; a demo needs no more than "most".
_FEMININE_ENDINGS: Final = ("ा", "ी", "ि")


@dataclass(frozen=True, slots=True)
class Name:
    """A name in both scripts."""

    hi: str
    en: str


@dataclass(frozen=True, slots=True)
class WorkshopRow:
    """One organisational district of the plan: the day and the place it is called to."""

    date: str
    venue: Name
    district: Name


@dataclass(frozen=True, slots=True)
class Constituency:
    """One of the 230 assembly constituencies, with the English name of its organisational district."""

    number: int
    name: Name
    district_en: str


@dataclass(frozen=True, slots=True)
class GivenNames:
    """The given names fit for the demo, split in two by a rule of thumb."""

    feminine: tuple[Name, ...]
    masculine: tuple[Name, ...]


@cache
def workshop_rows() -> tuple[WorkshopRow, ...]:
    """The plan's 57 rows in the order of the file, one per organisational district."""
    return tuple(
        WorkshopRow(
            date=row["date"],
            venue=Name(hi=row["venue_hi"], en=row["venue_en"]),
            district=Name(hi=row["district_hi"], en=row["district_en"]),
        )
        for row in _rows("workshops.csv")
    )


@cache
def constituencies() -> tuple[Constituency, ...]:
    """The 230 constituencies by number."""
    return tuple(
        Constituency(
            number=int(row["number"]),
            name=Name(hi=row["name_hi"], en=row["name_en"]),
            district_en=row["district_en"],
        )
        for row in _rows("constituencies.csv")
    )


@cache
def given_names() -> GivenNames:
    """The single names of the list that are written in letters of their script only, each Roman spelling once."""
    pairs = {row["english"]: row["hindi"] for row in _rows("names_hi_en.tsv") if _usable(row)}
    names = [Name(hi=hi, en=en) for en, hi in pairs.items()]
    return GivenNames(
        feminine=tuple(name for name in names if name.hi.endswith(_FEMININE_ENDINGS)),
        masculine=tuple(name for name in names if not name.hi.endswith(_FEMININE_ENDINGS)),
    )


def _usable(row: dict[str, str]) -> bool:
    return bool(_ROMAN.fullmatch(row["english"]) and row["hindi"] and _DEVANAGARI.fullmatch(row["hindi"]))


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = resources.files("sangathan_demo").joinpath("data", name).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line]
    yield from csv.DictReader(lines, delimiter="\t" if name.endswith(".tsv") else ",")
