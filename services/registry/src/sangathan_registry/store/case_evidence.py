"""The rows of evidence files: what a file is, and which case it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Work
from sangathan_registry.domain.cases import Case

_PUT: Final = """
INSERT INTO case_evidence (id, case_id, unit_id, path, media_type, size, sha256, added_by, added_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file by its type, size and SHA-256."""

    id: UUID
    media_type: str
    size: int
    sha256: bytes


async def put(work: Work, case: Case, kept: Kept, by: UUID | None) -> None:
    """Keeps the row of a file that lies there; the public is nobody."""
    place = (kept.id, case.id, case.unit_id, case.path)
    await work.raw.execute(_PUT, *place, kept.media_type, kept.size, kept.sha256, by, work.now)


async def digests(work: Work, case_id: UUID) -> set[bytes]:
    """The SHA-256 of every file of a case that is locked."""
    rows = await work.raw.fetch("SELECT sha256 FROM case_evidence WHERE case_id = $1", case_id)
    return {row["sha256"] for row in rows}


async def from_the_public(work: Work, case_id: UUID) -> int:
    """How many files of a case that is locked came from nobody known."""
    value: int = await work.raw.fetchval(
        "SELECT count(*) FROM case_evidence WHERE case_id = $1 AND added_by IS NULL", case_id
    )
    return value


async def media_type_of(work: Work, case_id: UUID, evidence_id: UUID) -> str | None:
    """The type of a file of this case; None when it has no such file."""
    value: str | None = await work.raw.fetchval(
        "SELECT media_type FROM case_evidence WHERE id = $1 AND case_id = $2", evidence_id, case_id
    )
    return value


async def with_rows(connection: Connection, ids: Sequence[UUID]) -> set[UUID]:
    """Those of the ids that have a row."""
    return {row["id"] for row in await connection.fetch("SELECT id FROM case_evidence WHERE id = ANY($1)", list(ids))}
