"""Gives workers another unit, as a split or a merger of units says; counters follow as deltas, like any other write."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_contracts.identity import SplitOff
from sangathan_hierarchy.ddl import TREE_LOCK
from sangathan_registry.domain.revisions import Author
from sangathan_registry.store import confirmation_counts, counts, revisions

# Within the old unit's own path: the index of a scope finds the rows. Those that have gone on already are not there.
_WORKERS = """
UPDATE workers SET unit_id = $2, path = $4, version = version + 1, changed_at = $6
WHERE path = $3 AND unit_id = $1 AND ($5::uuid[] IS NULL OR id = ANY($5))
RETURNING id, version, status
"""
_WITH_THEM = (
    "UPDATE consents SET path = $1 WHERE worker_id = ANY($2::uuid[])",
    "UPDATE worker_keys SET path = $1 WHERE worker_id = ANY($2::uuid[])",
    "UPDATE worker_photos SET path = $1 WHERE worker_id = ANY($2::uuid[])",
    "UPDATE consent_evidence SET path = $1 WHERE worker_id = ANY($2::uuid[]) AND NOT waiting",
    "UPDATE cards SET path = $1 WHERE worker_id = ANY($2::uuid[])",
    "UPDATE worker_revisions SET path = $1 WHERE worker_id = ANY($2::uuid[])",
    "UPDATE duplicates SET one_path = $1 WHERE one = ANY($2::uuid[])",
    "UPDATE duplicates SET other_path = $1 WHERE other = ANY($2::uuid[])",
)
_ERASURES = "UPDATE erasures SET unit_id = $1, path = $2 WHERE worker_id = ANY($3::uuid[])"
# One that waits goes on with the worker; what was decided stays where it was.
_TRANSFERS = """
UPDATE transfers SET unit_id = $1, path = $2 WHERE worker_id = ANY($3::uuid[]) AND state = 'asked'
"""
_TRANSFERS_THERE = """
UPDATE transfers t SET to_unit_id = $2, to_path = $4 WHERE t.to_path = $3 AND t.to_unit_id = $1 AND t.state = 'asked'
    AND NOT EXISTS (SELECT FROM transfers o
        WHERE o.worker_id = t.worker_id AND o.to_unit_id = $2 AND o.state = 'asked')
"""
_ASSIGNMENTS = """
UPDATE assignments a SET unit_id = $2, path = $4 WHERE a.path = $3 AND a.unit_id = $1
    AND (a.valid_to IS NULL OR a.valid_to > $5)
    AND NOT EXISTS (SELECT FROM assignments b WHERE b.unit_id = $2 AND b.appointment_id = a.appointment_id)
"""
_LEFT_BEHIND = """
SELECT EXISTS (SELECT FROM unit_replica u WHERE u.unit_id = $1 AND (
    EXISTS (SELECT FROM workers w WHERE w.path = u.path AND w.unit_id = u.unit_id)
    OR EXISTS (SELECT FROM assignments a WHERE a.path = u.path AND a.unit_id = u.unit_id
        AND (a.valid_to IS NULL OR a.valid_to > $2))
    OR EXISTS (SELECT FROM transfers t WHERE t.to_path = u.path AND t.to_unit_id = u.unit_id AND t.state = 'asked')))
"""
_NEVER_MOVED = """
SELECT w.id FROM workers w WHERE w.id = ANY($1::uuid[]) AND w.unit_id = $2 AND NOT EXISTS (
    SELECT FROM worker_revisions r
    WHERE r.worker_id = w.id AND r.left_unit_id IS NOT NULL AND r.at >= $3 AND r.at < $4)
ORDER BY w.id
"""
_CLOSED_AT = """
SELECT unit_id, coalesce(closed_at, $2) AS closed_at FROM unit_replica WHERE unit_id = ANY($1)
"""


@dataclass(frozen=True, slots=True)
class Rehomed:
    """A worker's record in its new version."""

    worker_id: UUID
    version: int


async def paths_of(work: Work, from_id: UUID, to_id: UUID) -> tuple[str, str] | None:
    """Where the two units stand in the replica, with writers kept away; None while one of them is not known yet."""
    await work.raw.execute("SELECT pg_advisory_xact_lock($1)", TREE_LOCK)
    rows = await work.raw.fetch("SELECT unit_id, path FROM unit_replica WHERE unit_id IN ($1, $2)", from_id, to_id)
    places = {row["unit_id"]: row["path"] for row in rows}
    return (places[from_id], places[to_id]) if len(places) == 2 else None


async def left_behind(work: Work, unit_id: UUID) -> bool:
    """Whether a worker is at the unit, or somebody is still sent or asked there."""
    return bool(await work.raw.fetchval(_LEFT_BEHIND, unit_id, work.now))


async def never_moved(work: Work, split: SplitOff) -> Sequence[UUID]:
    """The named workers who are at the unit yet and have gone nowhere since it was split, but by this very work."""
    rows = await work.raw.fetch(_NEVER_MOVED, split.worker_ids, split.unit_id, split.split_at, work.now)
    return [row["id"] for row in rows]


async def closed_at(work: Work, unit_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """Since when each of the units is closed."""
    return {row["unit_id"]: row["closed_at"] for row in await work.raw.fetch(_CLOSED_AT, unit_ids, work.now)}


async def rehome_workers(
    work: Work,
    ends: tuple[UUID, UUID],
    paths: tuple[str, str],
    worker_ids: Sequence[UUID] | None,
    *,
    author: Author | None = None,
) -> Sequence[Rehomed]:
    """Takes the named workers, or all, from the first unit to the second; gives those that went.

    ``author`` is who transfers them; a split or a merger of units has none.
    """
    ids = None if worker_ids is None else list(worker_ids)
    rows = await work.raw.fetch(_WORKERS, *ends, *paths, ids, work.now)
    for statement in _WITH_THEM:
        await work.raw.execute(statement, paths[1], [row["id"] for row in rows])
    await confirmation_counts.rehome(work, paths, [row["id"] for row in rows])
    await revisions.note_rehomed(work, [row["id"] for row in rows], ends[0], author)
    if active := sum(row["status"] == "active" for row in rows):
        await counts.add_deltas(work, {paths[0]: -active, paths[1]: active})
    for statement in (_ERASURES, _TRANSFERS):
        await work.raw.execute(statement, ends[1], paths[1], [row["id"] for row in rows])
    return [Rehomed(row["id"], row["version"]) for row in rows]


async def rehome_assignments(work: Work, ends: tuple[UUID, UUID], paths: tuple[str, str]) -> None:
    """Lets vistaraks who were sent to the first unit go to the second, unless they are sent there already."""
    await work.raw.execute(_ASSIGNMENTS, *ends, *paths, work.now)


async def rehome_transfers(work: Work, ends: tuple[UUID, UUID], paths: tuple[str, str]) -> None:
    """Lets transfers that wait to bring workers to the first unit bring them to the second."""
    await work.raw.execute(_TRANSFERS_THERE, *ends, *paths)
