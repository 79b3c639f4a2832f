"""Drives and forms as far as they are seen, and the numbers of a drive: folded and waiting, in one snapshot."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.scope import Scope
from sangathan_registry.domain.drive import Drive
from sangathan_registry.domain.flags import Limits

_DRIVE = "SELECT id, path, form_id, starts_at, ends_at, grace_until, limits::text FROM drives WHERE id = $1"
_WITH_VERSIONS = """
SELECT d.id, d.path, d.form_id, d.starts_at, d.ends_at, d.grace_until, d.limits::text, f.id AS version_id,
    f.definition::text AS asked
FROM drives d LEFT JOIN forms f ON f.form_id = d.form_id AND f.id = ANY($2) AND f.published_at IS NOT NULL
WHERE d.id = $1
"""
# Set up above, seen below: what belongs to the scope, and what the units above it have set up for it.
_SEEN = "(path >= $1 AND path < $2 OR starts_with($1, path))"
_LIST_DRIVES = f"SELECT * FROM drives WHERE {_SEEN} AND ($3::uuid IS NULL OR id > $3) ORDER BY id LIMIT $4"  # noqa: S608
_FORM = "SELECT *, definition::text AS asked FROM forms"
_LIST_FORMS = f"{_FORM} WHERE {_SEEN} AND ($3::uuid IS NULL OR id > $3) ORDER BY id LIMIT $4"
_NUMBERS = ("target", "collected", "accepted", "rejected", "waiting")
_PROGRESS = f"""
SELECT u.unit_id, u.level, u.name_hi, u.name_en, d.day,
    {", ".join(f"coalesce(sum(n.{n}), 0)::bigint AS {n}" for n in _NUMBERS)}
FROM unit_replica u LEFT JOIN LATERAL (
    SELECT day, {", ".join(_NUMBERS)} FROM drive_counts c WHERE c.drive_id = $4 AND c.path = u.path
    UNION ALL
    SELECT day, {", ".join(_NUMBERS)} FROM drive_deltas w
    WHERE w.drive_id = $4 AND w.path >= u.path AND w.path < rtrim(u.path, '.') || '/'
) AS n ON true LEFT JOIN LATERAL (SELECT n.day) AS d ON true
WHERE (u.unit_id = $1 OR u.parent_id = $1 AND u.closed_at IS NULL) AND u.path >= $2 AND u.path < $3
GROUP BY u.unit_id, u.level, u.name_hi, u.name_en, u.path, d.day ORDER BY u.path, d.day
"""  # noqa: S608 - constants of this module.


async def find_drive(connection: Connection, drive_id: UUID) -> Drive | None:
    """The drive, if it is seen; row-level security decides."""
    row = await connection.fetchrow(_DRIVE, drive_id)
    return _drive(row) if row else None


async def get_drive(connection: Connection, drive_id: UUID) -> Drive:
    """The drive; raises a not-found refusal when it does not exist or is not seen."""
    drive = await find_drive(connection, drive_id)
    if drive is None:
        raise Refusal(NOT_FOUND)
    return drive


async def drive_with_versions(
    connection: Connection, drive_id: UUID, ids: Sequence[UUID]
) -> tuple[Drive, dict[UUID, str]]:
    """The drive, and those of the versions that its form has published, as JSON; raises as `get_drive` does."""
    rows = await connection.fetch(_WITH_VERSIONS, drive_id, ids)
    if not rows:
        raise Refusal(NOT_FOUND)
    return _drive(rows[0]), {row["version_id"]: row["asked"] for row in rows if row["version_id"]}


def _drive(row: asyncpg.Record) -> Drive:
    named = {name: row[name] for name in ("id", "path", "form_id", "starts_at", "ends_at", "grace_until")}
    return Drive(**named, limits=Limits.read(row["limits"]))


async def list_drives(connection: Connection, scope: Scope, after: UUID | None, limit: int) -> list[asyncpg.Record]:
    """Up to ``limit`` drives and one more."""
    return list(await connection.fetch(_LIST_DRIVES, scope.lo, scope.hi, after, limit + 1))


async def list_forms(connection: Connection, scope: Scope, after: UUID | None, limit: int) -> list[asyncpg.Record]:
    """Up to ``limit`` versions of forms and one more."""
    return list(await connection.fetch(_LIST_FORMS, scope.lo, scope.hi, after, limit + 1))


async def find_form(connection: Connection, version_id: UUID) -> asyncpg.Record:
    """The version of a form; raises a not-found refusal when it does not exist or is not seen."""
    row = await connection.fetchrow("SELECT *, definition::text AS asked FROM forms WHERE id = $1", version_id)
    if row is None:
        raise Refusal(NOT_FOUND)
    return row


async def progress(connection: Connection, scope: Scope, drive_id: UUID, unit_id: UUID) -> list[asyncpg.Record]:
    """The numbers of the unit and of those right below it, per day; refuses a unit outside the scope."""
    rows = await connection.fetch(_PROGRESS, unit_id, scope.lo, scope.hi, drive_id)
    if not any(row["unit_id"] == unit_id for row in rows):
        raise Refusal(NOT_FOUND)
    return list(rows)


async def limit_changes(connection: Connection, drive_id: UUID) -> list[asyncpg.Record]:
    """How a drive's limits were changed, the latest 100, newest first; row-level security decides."""
    return list(
        await connection.fetch(
            "SELECT at, person_id, office, why, before::text AS before, after::text AS after FROM drive_limit_changes"
            " WHERE drive_id = $1 ORDER BY id DESC LIMIT 100",
            drive_id,
        )
    )


async def has_published_version(connection: Connection, form_id: UUID) -> bool:
    """Whether a version of the form has been published and is seen."""
    found = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM forms WHERE form_id = $1 AND status = 'published')", form_id
    )
    return bool(found)


async def drive_row(connection: Connection, drive_id: UUID) -> asyncpg.Record:
    """The drive with its names; raises a not-found refusal when it does not exist or is not seen."""
    row = await connection.fetchrow("SELECT * FROM drives WHERE id = $1", drive_id)
    if row is None:
        raise Refusal(NOT_FOUND)
    return row
