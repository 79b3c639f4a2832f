"""What a membership card is to the organisation: its number, what of a name strangers see, and why one ends."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

_VIRAMA: Final = "\u094d"
_JOINERS: Final = "\u200c\u200d"
_HIDDEN: Final = "**"


class EndReason(StrEnum):
    """Why a card is no longer good."""

    REISSUED = "reissued"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    MERGE_UNDONE = "merge-undone"


@dataclass(frozen=True, slots=True)
class Printed:
    """What stands on the card as it was issued: both names, the number, and the signed text of its QR code."""

    number: str
    name_hi: str | None
    name_en: str | None
    qr: str


@dataclass(frozen=True, slots=True)
class IssuedCard:
    """One card of a worker; ``number`` is gone once the worker is withdrawn."""

    id: UUID
    worker_id: UUID
    path: str
    number: str | None
    status_index: int
    issued_by: UUID
    issued_at: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    end_reason: EndReason | None = None

    @property
    def live(self) -> bool:
        """Whether nothing has ended it; its last day may have passed all the same."""
        return self.ended_at is None


def member_number(serial: int) -> str:
    """Ten digits: the serial's eight, and two by which a wrong digit or two in turn are noticed (ISO 7064, 97-10)."""
    return f"{serial:08d}{98 - serial * 100 % 97:02d}"


def is_member_number(digits: str) -> bool:
    """Whether these are ten digits that can have been given out as a number."""
    ten = len(digits) == 10 and digits.isascii() and digits.isdecimal()
    return ten and member_number(int(digits[:8])) == digits


def masked(name: str | None) -> str:
    """The name as a stranger sees it: of each word the first letter, or of a long one two; empty for none."""
    return " ".join(_masked(word) for word in (name or "").split())


def _masked(word: str) -> str:
    letters = _letters(word)
    shown = 2 if len(letters) >= 4 else min(len(letters) - 1, 1)
    return "".join(letters[:shown]) + _HIDDEN


def _letters(word: str) -> list[str]:
    """The word's letters as people see them: a consonant with its vowel sign, or several joined, are one."""
    letters: list[str] = []
    for character in word:
        joined = unicodedata.category(character).startswith("M") or character in _JOINERS
        if letters and (joined or letters[-1].rstrip(_JOINERS).endswith(_VIRAMA)):
            letters[-1] += character
        else:
            letters.append(character)
    return letters
