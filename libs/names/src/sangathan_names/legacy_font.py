"""Finds columns that were typed in Kruti Dev or DevLys, which to a program look like Latin letters.

Two things must agree over a whole column. Its letters: `k` ends every second syllable in these fonts, and `;`, `/` or
`'` stand within words, while names in English have vowels and few capitals inside. The weights below are how many
tenths of a bit a letter speaks for the font, counted on every other line of `names_hi_en.tsv`, Hindi as it is typed
there against English in small letters, in capitals, and as usual. And its syllables: read as the font shows them, nine
of ten words are Hindi that somebody could say. On columns of the other lines a test finds no English one of three full
names or more that is taken for the font, and 97 of 100 columns of three names in it, all of thirty.
"""

import re
from collections.abc import Iterable
from itertools import islice
from typing import Final

from sangathan_names.kruti_dev import from_kruti_dev, is_well_formed

_FOR: Final = {
    67: ";", 65: "'", 57: "x", 53: "/", 52: "qf", 44: '."', 43: "+", 40: "=", 39: "#{", 38: "[`", 34: ",", 33: "k",
    31: "z", 29: "Z?", 27: "~:", 26: "Ø", 25: "Q", 22: "é&", 21: "XF", 20: ")j", 19: "o", 18: "}¸¡", 16: "|ä", 14: "c%",
    13: "y", 11: "_u", 10: "g>", 8: "lã", 6: "w‚íe", 5: "v", 4: "dáª¶<Å",
}  # fmt: skip
_AGAINST: Final = {
    2: "rh", 3: "t", 4: "p", 6: "n", 7: "b", 10: "U", 11: "J", 12: "L", 14: "i", 15: "Y", 17: "-", 18: "H", 21: "C",
    22: "O", 24: "S", 25: "RE", 27: "a", 28: "W", 30: "m", 32: "T", 34: "B", 37: "V", 39: "D", 43: "MP", 44: "I",
    46: "G", 50: "K", 60: "N", 83: "A",
}  # fmt: skip
_WEIGHTS: Final = {letter: tenths for tenths, letters in _FOR.items() for letter in letters} | {
    letter: -tenths for tenths, letters in _AGAINST.items() for letter in letters
}
_WORD: Final = re.compile(r"\S+")
_ENDS: Final = ".,;:()"
_LETTERS: Final = re.compile("[A-Za-z]")
_NO_NAME: Final = re.compile(r"[0-9]|@.*\.|://")
_DEVANAGARI: Final = re.compile("[\u0900-\u097f]")
_MOST: Final = 500
_ENOUGH: Final = 60
_A_WORD: Final = 30
_SAID: Final = 0.9


def is_kruti_dev(cells: Iterable[str]) -> bool:
    """Whether the cells of a column were typed in Kruti Dev or DevLys; it looks at the first 500 that say anything."""
    words = [word for cell in islice(_speaking(cells), _MOST) for word in _words(cell)]
    if not words or sum(map(_tenths, words)) < max(_ENOUGH, _A_WORD * len(words)):
        return False
    return sum(is_well_formed(from_kruti_dev(word)) for word in words) >= _SAID * len(words)


def _speaking(cells: Iterable[str]) -> Iterable[str]:
    return (cell for cell in cells if _LETTERS.search(cell) and not _DEVANAGARI.search(cell))


def _words(cell: str) -> list[str]:
    """Words that could be names: neither numbers, nor addresses of the net, nor what ends a sentence in English."""
    found = (word.rstrip(_ENDS) for word in _WORD.findall(cell) if not _NO_NAME.search(word))
    return [word for word in found if len(word) > 1]


def _tenths(word: str) -> int:
    return sum(_WEIGHTS.get(letter, 0) for letter in word)
