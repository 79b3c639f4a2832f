"""The version of the tree: who changes its shape holds the row alone, who relies on its shape shares it."""

from sqlmodel import select

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_identity.store.tables import TreeStateRow


async def lock_tree(work: Work, caller: Caller) -> None:
    """Waits for other changes of the tree, then makes sure that the caller's range still is the caller's unit."""
    await work.session.exec(select(TreeStateRow.version).with_for_update())
    await _still_there(work, caller)


async def share_tree(work: Work, caller: Caller) -> None:
    """Keeps the tree's shape as it is until this work ends, and makes sure of the caller's range."""
    await work.session.exec(select(TreeStateRow.version).with_for_update(read=True))
    await _still_there(work, caller)


async def next_tree_version(work: Work) -> int:
    """Counts a change of the tree; call it once per change, after `lock_tree`."""
    version: int = await work.raw.fetchval("UPDATE tree_state SET version = version + 1 RETURNING version")
    return version


async def _still_there(work: Work, caller: Caller) -> None:
    """A unit may have moved between the edge's check and the lock."""
    if caller.unit_id is not None:
        await work.raw.execute("SELECT tree_guard($1, $2, $3)", caller.tree_version, caller.unit_id, caller.scope.lo)
