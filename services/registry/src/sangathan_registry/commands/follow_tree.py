"""Lets the registry's rows follow the unit tree; the caller holds the lock that keeps writers away meanwhile."""

from sangathan_chassis.database import Work
from sangathan_registry.store.paths import derive_paths, move_paths


async def move_below(work: Work, old_path: str, new_path: str) -> None:
    """Every path that began with the old one begins with the new one."""
    await move_paths(work.raw, old_path, new_path)


async def derive_everything(work: Work) -> None:
    """Every path is its unit's path in the replica; the counters are counted anew."""
    await derive_paths(work.raw)
