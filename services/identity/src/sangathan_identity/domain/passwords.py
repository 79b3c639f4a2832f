"""Which new passwords are refused: short ones, and those that a guesser tries first (NIST SP 800-63B, 3.1.1.2).

A list of whole passwords is long and never long enough, so the shipped one holds bare words, and a password is reduced
to the words in it: case, marks, digits at the ends, and letters written as digits are taken away. What is left must not
consist of one or two common words, one thing repeated, or a run along the alphabet or the keyboard.
"""

import unicodedata
from collections.abc import Set
from typing import Final

SHORTEST: Final = 10
_LONGEST_KNOWN: Final = 2
_FEWEST_DIFFERENT: Final = 5
_RUN: Final = 5
_SPELT: Final = str.maketrans(
    {"@": "a", "4": "a", "0": "o", "1": "i", "!": "i", "3": "e", "$": "s", "5": "s", "7": "t"}
)
_ROWS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "01234567890",
    "1qaz2wsx3edc4rfv5tgb",
)


def too_short(password: str) -> bool:
    """Whether it has fewer characters than are asked for."""
    return len(password) < SHORTEST


def too_common(password: str, words: Set[str]) -> bool:
    """Whether a guesser would try it early; ``words`` are common ones in lower case."""
    plain = _folded(password)
    if len(set(plain)) < _FEWEST_DIFFERENT or _repeats(plain) or _is_run(plain):
        return True
    spellings = {plain, plain.strip("0123456789!@#$%^&*._- ").translate(_SPELT), plain.translate(_SPELT)}
    return any(_only_common(spelling, words) for spelling in spellings)


def mentions(password: str, phone: str) -> bool:
    """Whether the own phone number stands in it: everybody who might guess knows it."""
    digits = "".join(letter for letter in password if letter.isdigit())
    return phone[-10:] in digits


def _folded(password: str) -> str:
    return unicodedata.normalize("NFKC", password).casefold()


def _repeats(plain: str) -> bool:
    """Whether it is one piece over and over."""
    return plain in (plain + plain)[1:-1]


def _is_run(plain: str) -> bool:
    """Whether it is put together from pieces of five or more along a row of keys or the alphabet, and little else."""
    rest = plain
    for row in (*_ROWS, *(row[::-1] for row in _ROWS)):
        for length in range(len(row), _RUN - 1, -1):
            for start in range(len(row) - length + 1):
                rest = rest.replace(row[start : start + length], "")
    return len(rest) < _FEWEST_DIFFERENT and rest != plain


def _only_common(spelling: str, words: Set[str]) -> bool:
    """Whether nothing is left but digits, marks, and at most two common words."""
    # Vowel signs of Indian scripts are marks, and belong to the word.
    tokens = "".join(each if unicodedata.category(each)[0] in "LM" else " " for each in spelling).split()
    if len(tokens) > _LONGEST_KNOWN:
        return False
    return all(token in words or _two_words(token, words) for token in tokens)


def _two_words(token: str, words: Set[str]) -> bool:
    return any(token[:cut] in words and token[cut:] in words for cut in range(2, len(token) - 1))
