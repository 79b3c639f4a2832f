"""The statements that keep workers' photos: a table apart, so that no list or search of workers ever reads a picture.

A picture is sealed and bound to its own id, so that it can go from a record to the erasure of that record and back.
"""

import hashlib
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg

from sangathan_chassis.database import Work
from sangathan_chassis.resealing import SealedColumn
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.photos import Photo

_PICTURE: Final = "worker_photos.sealed"
_SENT: Final = "worker_photos.sent_index"
_COLUMNS: Final = "worker_id, id, version, sealed, sent_index, width, height, size, put_by, put_at"
_OF: Final = f"SELECT {_COLUMNS} FROM worker_photos WHERE worker_id = $1 AND path >= $2 AND path < $3"  # noqa: S608
# The path is the record's own, wherever its unit stands by now.
_PUT: Final = f"""
INSERT INTO worker_photos ({_COLUMNS}, path)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, w.path FROM workers w WHERE w.id = $1
ON CONFLICT (worker_id) DO UPDATE SET id = excluded.id, version = excluded.version, sealed = excluded.sealed,
    sent_index = excluded.sent_index, width = excluded.width, height = excluded.height, size = excluded.size,
    put_by = excluded.put_by, put_at = excluded.put_at
"""  # noqa: S608 - constants.
_TAKE: Final = f"DELETE FROM worker_photos WHERE worker_id = ANY($1) RETURNING {_COLUMNS}"  # noqa: S608 - constants.


def seal_picture(sealer: Sealer, photo_id: UUID, picture: bytes) -> bytes:
    """The picture, which opens under its own id alone."""
    return sealer.seal_bytes(picture, place=f"{_PICTURE}:{photo_id}")


def open_picture(sealer: Sealer, photo_id: UUID, sealed: bytes) -> bytes:
    """The same again."""
    return sealer.open_bytes(sealed, place=f"{_PICTURE}:{photo_id}")


def renewed_picture(sealer: Sealer, photo_id: UUID, sealed: bytes) -> bytes:
    """The same under the first key."""
    return seal_picture(sealer, photo_id, open_picture(sealer, photo_id, sealed))


SEALED: Final = SealedColumn(
    "worker_photos", "sealed", lambda sealer, row, sealed: renewed_picture(sealer, row["id"], sealed)
)
"""What is sealed here, to be renewed when the key is."""


def sent_index(sealer: Sealer, content: bytes) -> bytes:
    """By what a file that is sent again is known, which tells nobody whether they have the same file."""
    return sealer.index(hashlib.sha256(content).hexdigest(), place=_SENT)


async def find(work: Work, worker_id: UUID) -> Photo | None:
    """The photo of a record inside the scope; None when it has none."""
    row = await work.raw.fetchrow(_OF, worker_id, work.scope.lo, work.scope.hi)
    return None if row is None else _photo(row)


async def put(work: Work, photo: Photo) -> None:
    """The record has this photo, and no other."""
    values = (photo.worker_id, photo.id, photo.version, photo.sealed, photo.sent_index)
    await work.raw.execute(_PUT, *values, photo.width, photo.height, photo.size, photo.put_by, photo.put_at)


async def take(work: Work, worker_ids: Sequence[UUID]) -> list[Photo]:
    """Takes the photos of these records away, as far as the scope reaches, and gives them."""
    return [_photo(row) for row in await work.raw.fetch(_TAKE, worker_ids)]


async def remove_same(work: Work, worker_ids: Sequence[UUID], index: bytes) -> None:
    """Takes away what was made from the same file, as far as the scope reaches."""
    await work.raw.execute("DELETE FROM worker_photos WHERE worker_id = ANY($1) AND sent_index = $2", worker_ids, index)


def _photo(row: asyncpg.Record) -> Photo:
    return Photo(**dict(row))
