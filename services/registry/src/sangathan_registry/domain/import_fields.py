"""What a column of somebody's list may hold, and by which words its header is known, in Hindi and English."""

import re
import tomllib
import unicodedata
from collections.abc import Container, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

_FOUND: Final = tomllib.loads((Path(__file__).parents[1] / "import_headers.toml").read_text(encoding="utf-8"))
FIELDS: Final[Mapping[str, Sequence[str]]] = _FOUND["fields"]
"""Fields by name, with the words of headers that mean them; a unit may also be named by its level (``unit.booth``)."""
LEVELS: Final[Mapping[str, Sequence[str]]] = _FOUND["levels"]
UNIT: Final = "unit"
OWN_ID: Final = "own_id"
OFFICE: Final = "office"
ADDED: Final = ("line", "outcome", "column", "reason", "reason_hi")
"""Columns that a file of rejects has beside those it was sent with; they are passed over when it comes back."""
_EXPORTED: Final = ("unit_name_hi", "unit_name_en", "export_id")
"""Columns that an export has beside those of the record."""
_BETWEEN: Final = re.compile("[^a-z0-9\u0900-\u0963\u0966-\u097f]+")
_LEVEL: Final = re.compile("unit\\.[a-z0-9-]{1,40}")


def is_field(name: str) -> bool:
    """Whether a column may be said to hold this."""
    return name in FIELDS or _LEVEL.fullmatch(name) is not None


def level_of(field: str) -> str | None:
    """The level that a field names a unit of, or None."""
    return field.removeprefix("unit.") if field.startswith("unit.") else None


def header_key(header: str) -> str:
    """A header as it is compared: NFC without nukta, small letters, words with single blanks."""
    text = unicodedata.normalize("NFD", header.lower()).replace("\u093c", "")
    return _BETWEEN.sub(" ", unicodedata.normalize("NFC", text)).strip()


_BY_WORDS: Final = {
    header_key(words): field
    for field, every in (*FIELDS.items(), *((f"unit.{level}", words) for level, words in LEVELS.items()))
    for words in every
} | {name.replace("_", " "): name for name in FIELDS}


def propose(headers: Iterable[str]) -> dict[str, str]:
    """The field of each header that is known, each field once; the whole header counts before its longest words."""
    found: dict[str, str] = {}
    keys = {header: header_key(header) for header in headers if header not in {*ADDED, *_EXPORTED}}
    for header, key in keys.items():
        if key in _BY_WORDS and _BY_WORDS[key] not in found.values():
            found[header] = _BY_WORDS[key]
    for header, key in keys.items():
        if header in found:
            continue
        inside = [words for words in _BY_WORDS if f" {words} " in f" {key} " and _BY_WORDS[words] not in found.values()]
        if inside:
            found[header] = _BY_WORDS[max(inside, key=len)]
    return found


def names_by_script(headers: Iterable[str], hindi: Container[str]) -> dict[str, str]:
    """``name_hi`` and ``name_en`` for the two columns of a list that has the same names once in each script, else none.

    Their headers say no more than "name", such as नाम and Name; which is in Hindi is told by what stands in it.
    """
    alone = {header: propose([header]).get(header) for header in headers}
    both = [header for header, field in alone.items() if field == "name"]
    found = {header: "name_hi" if header in hindi else "name_en" for header in both}
    taken = {"name_hi", "name_en"} & set(alone.values())
    return found if not taken and len(both) == len(set(found.values())) == 2 else {}
