"""The statements that keep the fences of units; a ring is kept as latitudes and longitudes in turn."""

from collections.abc import Iterable, Mapping
from uuid import UUID

import asyncpg

from sangathan_chassis.database import Work
from sangathan_registry.domain.fences import Fence
from sangathan_registry.domain.worker import Place

_KEEP = """
INSERT INTO unit_fences AS f (unit_id, path, latitude, longitude, radius_m, ring, changed_by, changed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (unit_id) DO UPDATE SET latitude = EXCLUDED.latitude, longitude = EXCLUDED.longitude,
    radius_m = EXCLUDED.radius_m, ring = EXCLUDED.ring, changed_by = EXCLUDED.changed_by,
    changed_at = EXCLUDED.changed_at
"""


async def keep(work: Work, fences: Mapping[Place, Fence], by: UUID) -> None:
    """The units have these fences, and no others."""
    # In one order for every sheet: two of them with common units wait for each other and never lock up.
    ordered = sorted(fences.items(), key=lambda one: one[0].unit_id.int)
    rows = [(place.unit_id, place.path, *_columns(fence), by, work.now) for place, fence in ordered]
    await work.raw.executemany(_KEEP, rows)


async def drop(work: Work, unit_ids: Iterable[UUID]) -> None:
    """The units have no fence any more."""
    await work.raw.execute(
        "DELETE FROM unit_fences WHERE unit_id = ANY($1) AND path >= $2 AND path < $3",
        list(unit_ids),
        work.scope.lo,
        work.scope.hi,
    )


def fence_of(row: asyncpg.Record) -> Fence:
    """The fence that a row holds."""
    if row["ring"] is None:
        return Fence((row["latitude"], row["longitude"]), row["radius_m"])
    return Fence(ring=list(zip(row["ring"][::2], row["ring"][1::2], strict=True)))


def _columns(fence: Fence) -> tuple[object, ...]:
    if fence.centre is not None:
        return *fence.centre, fence.radius_m, None
    return None, None, None, [degrees for corner in fence.ring for degrees in corner]
