"""Removes codes and refresh tokens that no longer say anything."""

from sangathan_identity.commands.doorway import Doorway
from sangathan_identity.store.forgetting import AT_ONCE
from sangathan_identity.store.forgetting import forget_old as forget_some


async def forget_old(doorway: Doorway) -> None:
    """Removes all of them, a thousand at a time, each in a short work of its own."""
    gone = AT_ONCE
    while gone >= AT_ONCE:
        async with doorway.work() as work:
            gone = await forget_some(work)
