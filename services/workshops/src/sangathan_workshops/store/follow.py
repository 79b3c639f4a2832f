"""Lets every row that carries a unit's path follow the unit."""

from typing import Final

from sangathan_chassis.database import Work
from sangathan_chassis.scope import upper_bound

_FOLLOWERS: Final = ("plans", "workshops", "allocations", "invitations", "attendances")


async def move_rows(work: Work, old_path: str, new_path: str) -> None:
    """Every path that begins with ``old_path`` begins with ``new_path`` from now on."""
    for table in _FOLLOWERS:
        await work.raw.execute(
            f"UPDATE {table} SET path = $3 || substr(path, $4) WHERE path >= $1 AND path < $2",  # noqa: S608
            old_path,
            upper_bound(old_path),
            new_path,
            len(old_path) + 1,
        )


async def derive_paths(work: Work) -> None:
    """Gives every row its unit's path as the replica has it; a workshop stands where its plan stands."""
    for table in _FOLLOWERS:
        source = "plans p, unit_replica u" if table == "workshops" else "unit_replica u"
        link = "p.id = t.plan_id AND u.unit_id = p.unit_id" if table == "workshops" else "u.unit_id = t.unit_id"
        await work.raw.execute(
            f"UPDATE {table} t SET path = u.path FROM {source} WHERE {link} AND t.path <> u.path"  # noqa: S608
        )
