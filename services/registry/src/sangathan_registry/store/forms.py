"""The statements that write forms and drives."""

from datetime import datetime
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_registry.domain.worker import Place

# The number comes after every version that is seen, be it drafted above; a form of those above alone is not one's own.
_NUMBER = """
SELECT coalesce(max(version), 0) + 1 AS version FROM forms
WHERE form_id = $2 HAVING $1 = $2 OR count(*) FILTER (WHERE path >= $3 AND path < $4) > 0
"""
_INSERT = """
INSERT INTO forms (id, form_id, version, unit_id, path, status, title_hi, title_en, definition, created_by, created_at)
VALUES ($1, $2, $3, $4, $5, 'draft', $6, $7, $8, $9, $10) ON CONFLICT (form_id, version) DO NOTHING RETURNING version
"""
_INSERT_DRIVE = """
INSERT INTO drives (id, unit_id, path, name_hi, name_en, form_id, starts_at, ends_at, grace_until, created_by,
    limits, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::text::jsonb, $12)
"""


async def insert_form(
    work: Work, place: Place, ids: tuple[UUID, UUID], *, content: tuple[str, str, str], author: UUID
) -> int:
    """The number of the new version; 0 when there is no such form in the scope. ``ids`` are version and form."""
    version = await work.raw.fetchval(_NUMBER, *ids, work.scope.lo, work.scope.hi)
    if version is None:
        return 0
    rest = (place.unit_id, place.path, *content, author, work.now)
    # A number may be taken unseen: by a unit that stood above before this one moved, or at this very moment.
    while await work.raw.fetchval(_INSERT, *ids, version, *rest) is None:
        version += 1
    return int(version)


async def publish(work: Work, version_id: UUID, by: UUID) -> None:
    """Marks a draft as published."""
    await work.raw.execute(
        "UPDATE forms SET status = 'published', published_by = $2, published_at = $3"
        " WHERE id = $1 AND status = 'draft'",
        version_id,
        by,
        work.now,
    )


async def retire(work: Work, version_id: UUID) -> None:
    """Marks a published version as retired."""
    await work.raw.execute(
        "UPDATE forms SET status = 'retired', retired_at = $2 WHERE id = $1 AND status = 'published'",
        version_id,
        work.now,
    )


async def insert_drive(
    work: Work,
    drive_id: UUID,
    place: Place,
    *,
    names: tuple[str, str],
    rest: tuple[UUID | None, datetime, datetime, datetime, UUID, str],
) -> None:
    """Adds a drive; ``rest`` is form, beginning, end, grace, who makes it, and its limits as JSON."""
    await work.raw.execute(_INSERT_DRIVE, drive_id, place.unit_id, place.path, *names, *rest, work.now)
