"""Workshops' rows follow their units, in the transaction that moves the unit in the replica."""

from sangathan_chassis.database import Work
from sangathan_hierarchy.replica import Resettled
from sangathan_workshops.store.follow import derive_paths, move_rows


class FollowTree:
    """What the replica calls when a unit has moved or the whole tree was loaded anew."""

    async def follow_move(self, work: Work, old_path: str, new_path: str) -> None:
        """Moves every row below the unit."""
        await move_rows(work, old_path, new_path)

    async def follow_all(self, work: Work, resettled: Resettled) -> None:  # noqa: ARG002 - the protocol's.
        """Derives every row's path from the new replica; nothing here goes on at another unit."""
        await derive_paths(work)
