"""Where somebody lives, and the number on a voter's card: read from how people write them, digits in either script."""

import re
import unicodedata
from typing import Final

LONGEST_ADDRESS: Final = 300

_DIGITS: Final = str.maketrans("०१२३४५६७८९", "0123456789")
_PIN: Final = re.compile("[1-9][0-9]{5}")
_EPIC: Final = re.compile("[A-Za-z]{3}[0-9]{7}")
_SPREAD: Final = str.maketrans("", "", " -/\u00a0")
# What steers a screen rather than being read on it: controls, marks that turn the direction of writing, and what stands
# for text that could not be read.
_UNREADABLE: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffd]")
_WORD: Final = re.compile(r"[^\W_]")


def read_address(sent: str) -> str | None:
    """The lines as they were written, in NFC, single blanks, without empty lines; None for what is no address."""
    if _UNREADABLE.search(sent):
        return None
    lines = (" ".join(line.split()) for line in unicodedata.normalize("NFC", sent).splitlines())
    text = "\n".join(line for line in lines if line)
    return text if len(text) <= LONGEST_ADDRESS and _WORD.search(text) else None


def read_pin(sent: str) -> str | None:
    """The six digits of a PIN code (India Post), the first not 0; None for anything else."""
    pin = sent.translate(_DIGITS).translate(_SPREAD)
    return pin if _PIN.fullmatch(pin) else None


def read_epic(sent: str) -> str | None:
    """The number of a voter's card (EPIC), three capitals and seven digits; None for anything else.

    It is a hint for people and stands for nobody: its check digit is not asked for, and nothing is found by it.
    """
    epic = sent.translate(_DIGITS).translate(_SPREAD)
    return epic.upper() if _EPIC.fullmatch(epic) else None
