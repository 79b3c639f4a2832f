"""A worker's photo: what is taken as one, and what is kept of it apart from the record."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sangathan_chassis.refusal import Refusal
from sangathan_registry.domain.evidence_files import type_of
from sangathan_registry.domain.refusals import PICTURE_NOT_TAKEN

PHOTO: Final = "photo"
"""The field class of photos."""
MOST_SENT: Final = 3_000_000
TAKEN: Final = ("image/jpeg", "image/png", "image/webp")


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as it is kept: the picture sealed, the keyed hash of the file it was made from, and who sent it.

    ``version`` is the record's under which it came: no other photo of the record ever has the same.
    """

    worker_id: UUID
    id: UUID
    version: int
    sealed: bytes
    sent_index: bytes
    width: int
    height: int
    size: int
    put_by: UUID
    put_at: datetime


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture drawn anew, as JPEG."""

    content: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Frame:
    """How large a picture may be once it is drawn anew: its longer side in pixels, and its bytes."""

    side: int
    most_bytes: int


PORTRAIT: Final = Frame(480, 64_000)
EXHIBIT: Final = Frame(2048, 2_000_000)


def read_photo(content: bytes, said: str) -> bytes:
    """What was sent; raises a refusal unless it is a picture by its content, of the type that it is said to be."""
    media_type = type_of(content)
    if media_type not in TAKEN or media_type != said.partition(";")[0].strip().lower():
        raise Refusal(PICTURE_NOT_TAKEN, f"Content-Type names what the file is, one of {', '.join(TAKEN)}.")
    if len(content) > MOST_SENT:
        raise Refusal(PICTURE_NOT_TAKEN, f"A photo has at most {MOST_SENT:,} bytes.")
    return content
