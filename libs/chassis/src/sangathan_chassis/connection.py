"""asyncpg's connection, borrowed from a pool or not: the same to whoever runs SQL on it."""

from typing import TypeAlias

import asyncpg

Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record] | asyncpg.Connection[asyncpg.Record]"
