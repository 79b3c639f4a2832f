"""The papers of a drive: what the QR code of a printed record names, and a serial that tells when it was misread."""

import re
from dataclasses import dataclass
from typing import Final
from uuid import UUID

_PRINTED: Final = re.compile(r"P[0-9]{10}")
_DIGITS: Final = str.maketrans("०१२३४५६७८९", "0123456789", " -")


class MisreadError(ValueError):
    """Digits of a serial, or of a code, do not agree with one another."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One printed record: of which drive, at which booth, on which version of the form, and its serial."""

    drive_id: UUID
    unit_id: UUID
    form_version_id: UUID | None
    serial: str


def printed_for_another(paper: Paper, drive_id: UUID | None, form_version_id: UUID | None, *, here: bool) -> str:
    """What the paper is of another of: drive, booth or version of the form; empty when it is of this one."""
    if paper.drive_id != drive_id:
        return "drive"
    if not here:
        return "booth"
    return "version" if paper.form_version_id != form_version_id else ""


def printed_serial(number: int) -> str:
    """P and ten digits, of which two tell when a digit is wrong or two stand in turn (ISO 7064, 97-10)."""
    return f"P{number:08d}{98 - number * 100 % 97:02d}"


def number_of(serial: str) -> int:
    """The number in a printed serial; raises MisreadError."""
    number = int(serial[1:9])
    if printed_serial(number) != serial:
        raise MisreadError
    return number


def read_serial(text: str) -> str:
    """The serial as it is kept: a printed one without blanks, any other as it stands; raises MisreadError."""
    plain = text.translate(_DIGITS).upper()
    if _PRINTED.fullmatch(plain) is None:
        return text
    number_of(plain)
    return plain


def grouped(serial: str) -> str:
    """The serial in groups, as it is printed beside its code."""
    return f"{serial[0]} {serial[1:5]} {serial[5:9]} {serial[9:]}"
