"""Which files a case takes as evidence: by what is in them, never by what they are called."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sangathan_chassis.refusal import Refusal
from sangathan_registry.domain.refusals import EVIDENCE_NOT_TAKEN

MOST_BYTES: Final = 8_000_000
MOST_FILES: Final = 20
# The bytes that a file of the type has, and where they stand in it (the WHATWG's MIME Sniffing Standard, section 6).
_SIGNS: Final = (
    ("image/jpeg", 0, b"\xff\xd8\xff"),
    ("image/png", 0, b"\x89PNG\r\n\x1a\n"),
    ("image/webp", 8, b"WEBPVP"),
    ("application/pdf", 0, b"%PDF-"),
    ("audio/ogg", 0, b"OggS\x00"),
    ("audio/mpeg", 0, b"ID3"),
    ("audio/mp4", 4, b"ftypM4A"),
    ("video/mp4", 4, b"ftyp"),
)
ENDINGS: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "application/pdf": "pdf",
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "video/mp4": "mp4",
}
"""Every type that is taken, with the ending of a file's name."""


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file as it was sent, with the type that its content has."""

    content: bytes
    media_type: str


def type_of(content: bytes) -> str | None:
    """The type that the file is of by its content; None for one that is not taken."""
    return next((type_ for type_, at, sign in _SIGNS if content[at : at + len(sign)] == sign), None)


def read_evidence(content: bytes, said: str) -> EvidenceFile:
    """The file; raises a refusal unless it is of a type that is taken, and of the one that it is said to be."""
    return _read(content, said, types=tuple(ENDINGS), most=MOST_BYTES)


PUBLIC_TYPES: Final = ("image/jpeg", "image/png", "image/webp", "application/pdf")
MOST_PUBLIC_BYTES: Final = 5_000_000
MOST_PUBLIC_FILES: Final = 3


def read_public_evidence(content: bytes, said: str) -> EvidenceFile:
    """The same for a file from somebody who is not known: pictures and PDF alone, and smaller."""
    return _read(content, said, types=PUBLIC_TYPES, most=MOST_PUBLIC_BYTES)


def _read(content: bytes, said: str, *, types: Sequence[str], most: int) -> EvidenceFile:
    media_type = type_of(content)
    if media_type not in types or media_type != said.partition(";")[0].strip().lower():
        raise Refusal(EVIDENCE_NOT_TAKEN, f"The file and its Content-Type are one of {', '.join(types)}.")
    if len(content) > most:
        raise Refusal(EVIDENCE_NOT_TAKEN, f"A file has at most {most:,} bytes.")
    return EvidenceFile(content, media_type)
