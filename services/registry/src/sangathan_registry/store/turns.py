"""Whose turn it is: of several processes one does a background job at a time, and none while the tree moves."""

from sangathan_chassis.connection import Connection
from sangathan_hierarchy.ddl import TREE_LOCK


async def mine(connection: Connection, lock: int) -> bool:
    """Whether the job that this advisory lock stands for is this transaction's, until it ends; never waits."""
    statement = "SELECT pg_try_advisory_xact_lock($1) AND pg_try_advisory_xact_lock_shared($2)"
    return bool(await connection.fetchval(statement, lock, TREE_LOCK))
