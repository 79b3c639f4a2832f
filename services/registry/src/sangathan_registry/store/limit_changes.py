"""The statements that change a drive's limits, and keep each change."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_registry.domain.drive import Drive
from sangathan_registry.domain.flags import Limits

_CHANGE: Final = """
WITH changed AS (
    UPDATE drives SET limits = $2::text::jsonb WHERE id = $1 RETURNING id, unit_id, path
)
INSERT INTO drive_limit_changes (id, drive_id, unit_id, path, at, person_id, office, why, before, after)
SELECT $3, id, unit_id, path, $4, $5, $6, $7, $8::text::jsonb, $2::text::jsonb FROM changed
"""


@dataclass(frozen=True, slots=True)
class By:
    """Who changes limits, under which office, and why."""

    person_id: UUID
    office: str
    why: str


async def lock_drive(work: Work, drive_id: UUID) -> tuple[UUID, str] | None:
    """The drive's unit and its path, with the drive locked; None for one that was not set up inside the scope."""
    row = await work.raw.fetchrow(
        "SELECT unit_id, path FROM drives WHERE id = $1 AND path >= $2 AND path < $3 FOR UPDATE",
        drive_id,
        work.scope.lo,
        work.scope.hi,
    )
    return None if row is None else (row["unit_id"], row["path"])


async def change(work: Work, drive: Drive, after: Limits, by: By) -> None:
    """The drive has these limits, and that they were others is kept."""
    await work.raw.execute(
        _CHANGE, drive.id, after.text(), uuid7(), work.now, by.person_id, by.office, by.why, drive.limits.text()
    )
