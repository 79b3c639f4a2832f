"""Which of some workers have a photo, and the picture in a row; lists of workers never read pictures."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import Scope
from sangathan_chassis.sealing import Sealer
from sangathan_registry.store import consent_evidence, photos

_WITH = "SELECT worker_id FROM worker_photos WHERE worker_id = ANY($1) AND path >= $2 AND path < $3"


async def with_photos(connection: Connection, scope: Scope, worker_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the workers inside the scope whose record has a photo."""
    rows = await connection.fetch(_WITH, worker_ids, scope.lo, scope.hi)
    return {row["worker_id"] for row in rows}


def consent_picture_in(sealer: Sealer, row: asyncpg.Record) -> bytes:
    """The signature or photo by which somebody agreed, as JPEG."""
    return consent_evidence.PICTURES.open(sealer, row["id"], row["sealed"])


def picture_in(sealer: Sealer, row: asyncpg.Record) -> bytes:
    """The picture, as JPEG."""
    return photos.PICTURES.open(sealer, row["id"], row["sealed"])
