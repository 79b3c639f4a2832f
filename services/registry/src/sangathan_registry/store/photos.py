"""The statements that keep workers' photos: a table apart, so that no list or search of workers ever reads a picture.

A picture is sealed and bound to its own id, so that it can go from a record to the erasure of that record and back.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg

from sangathan_chassis.database import Work
from sangathan_registry.domain.photos import Photo
from sangathan_registry.store.sealed_pictures import SealedPictures

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


PICTURES: Final = SealedPictures("worker_photos")
SEALED: Final = PICTURES.column()
"""What is sealed here, to be renewed when the key is."""


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
