"""What shows that somebody agreed where there was no network: their own signature, or their photo while they agreed.

It stands beside the consent that was taken down, and replaces nothing: whether the person has confirmed is said by them
alone, later, by a code or signed in.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sangathan_registry.domain.photos import PORTRAIT, Frame

MOST_WAITING: Final = 1_000
"""How much from one sender may wait for records that have not come."""


class Kind(StrEnum):
    """What it is."""

    SIGNATURE = "signature"
    PHOTO = "photo"


FRAMES: Final = {Kind.SIGNATURE: Frame(480, 24_000), Kind.PHOTO: PORTRAIT}
"""How large each may be once it is drawn anew."""


@dataclass(frozen=True, slots=True)
class ConsentEvidence:
    """A picture as it is kept: sealed, with the keyed hash of the file it was made from, and who sent it.

    While it waits the record has not come yet, and nobody sees it.
    """

    worker_id: UUID
    kind: Kind
    id: UUID
    sealed: bytes
    sent_index: bytes
    width: int
    height: int
    size: int
    put_by: UUID
    put_at: datetime
    waiting: bool = False

    @property
    def version(self) -> int:
        """What tells it from any other that stood or will stand in its place: its moment, in milliseconds."""
        return int(self.put_at.timestamp() * 1000)
