"""How a table keeps pictures: each sealed and bound to its own id, and known again by an index of what was sent."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.resealing import SealedColumn
from sangathan_chassis.sealing import Sealer


@dataclass(frozen=True, slots=True)
class SealedPictures:
    """The pictures of one table, in its columns ``sealed`` and ``sent_index``."""

    table: str

    def seal(self, sealer: Sealer, picture_id: UUID, picture: bytes) -> bytes:
        """The picture, which opens under its own id alone."""
        return sealer.seal_bytes(picture, place=self._place(picture_id))

    def open(self, sealer: Sealer, picture_id: UUID, sealed: bytes) -> bytes:
        """The same again."""
        return sealer.open_bytes(sealed, place=self._place(picture_id))

    def renewed(self, sealer: Sealer, picture_id: UUID, sealed: bytes) -> bytes:
        """The same under the first key."""
        return self.seal(sealer, picture_id, self.open(sealer, picture_id, sealed))

    def sent_index(self, sealer: Sealer, content: bytes) -> bytes:
        """By what a file that is sent again is known, which tells nobody whether they have the same file."""
        return sealer.index(hashlib.sha256(content).hexdigest(), place=f"{self.table}.sent_index")

    def column(self) -> SealedColumn:
        """What is sealed here, to be renewed when the key is."""
        return SealedColumn(self.table, "sealed", lambda sealer, row, sealed: self.renewed(sealer, row["id"], sealed))

    def _place(self, picture_id: UUID) -> str:
        return f"{self.table}.sealed:{picture_id}"
