"""The normalised form of a name by which workers are sorted and found.

Per script and without transliteration: the same spelling with another honorific, nukta, accent, or spacing gives the
same key, and a prefix of a name gives a prefix of its key, so that search is a range on an index. Keys that bridge the
two scripts are a matter of matching, not of this order.
"""

import re
import unicodedata
from typing import Final

LONGEST: Final = 120
_HIGHEST: Final = "\U0010ffff"
_DEVANAGARI: Final = re.compile("[\u0900-\u097f]")
_BETWEEN: Final = re.compile("[^a-z0-9\u0900-\u0963\u0966-\u097f]+")
# Nukta and joiners are typed or left out at will; candrabindu and anusvara stand for each other.
_FOLD: Final = str.maketrans(
    {
        "\u093c": None,
        "\u200c": None,
        "\u200d": None,
        "\u0901": "\u0902",
        "\u0929": "\u0928",
        "\u0931": "\u0930",
        "\u0934": "\u0933",
        "'": None,
        "\u2019": None,
    }
)
_HONORIFICS: Final = frozenset(
    {
        "श्री",
        "श्रीमती",
        "श्रीमान",
        "सुश्री",
        "स्व",
        "स्वर्गीय",
        "डॉ",
        "डा",
        "प्रो",
        "पं",
        "पंडित",
        "एड",
        "shri",
        "shree",
        "sri",
        "smt",
        "shrimati",
        "sushri",
        "late",
        "dr",
        "prof",
        "pt",
        "pandit",
        "adv",
        "mr",
        "mrs",
        "ms",
    }
)


def is_devanagari(text: str) -> bool:
    """Whether the text has a Devanagari character, and so is looked for among Hindi keys."""
    return _DEVANAGARI.search(text) is not None


def name_key(name: str) -> str:
    """The key of a name in either script; empty when nothing but honorifics and marks is there."""
    text = name.lower() if name.isascii() else _folded(name)
    words = _BETWEEN.sub(" ", text.translate(_FOLD)).split()
    kept = [word for word in words if word not in _HONORIFICS]
    return " ".join(kept)[:LONGEST]


def _folded(name: str) -> str:
    text = unicodedata.normalize("NFC", name).casefold()
    if is_devanagari(text):
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def keys_of(name_hi: str | None, name_en: str | None) -> tuple[str, str]:
    """The key a worker is sorted by (Hindi when there is a Hindi name) and the key of the English name."""
    english = name_key(name_en) if name_en else ""
    return (name_key(name_hi) if name_hi else "") or english, english


def prefix_range(key: str) -> tuple[str, str]:
    """The half-open range, in byte order, of all keys that begin with this one."""
    return key, key + _HIGHEST
