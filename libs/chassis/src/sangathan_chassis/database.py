"""The unit of work: one transaction, one scope, one commit, made at the edge.

``work`` opens a transaction for a write: SQLModel's session and asyncpg's raw connection on the same transaction.
``read`` opens a read-only snapshot on asyncpg alone, for hot reads. Both set the scope with SET LOCAL semantics, so
that row-level security stands behind every statement and nothing leaks to the next borrower of the connection.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from sangathan_chassis.clock import Clock, SystemClock
from sangathan_chassis.connection import Connection
from sangathan_chassis.outbox import Pending, write_outbox
from sangathan_chassis.scope import Scope, refuse_bent_bounds, scope_statement
from sangathan_chassis.settings import sqlalchemy_url
from sangathan_contracts.envelope import Event

# Longer than the server lets a statement run: who has heard nothing by then talks to nobody.
ANSWERED_WITHIN_S = 20.0
CONNECTED_WITHIN_S = 5.0
_SET_SCOPE = "SELECT set_config('app.lo', $1, true), set_config('app.hi', $2, true), set_config('app.person', $3, true)"
_SERVER_SETTINGS = {
    "jit": "off",
    "statement_timeout": "15s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "60s",
    # The server asks a silent client after half a minute whether it is still there, and after two leaves it.
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "9",
    "tcp_user_timeout": "120s",
}


@dataclass(slots=True)
class Work:
    """One write: everything done through it commits together, with its events, or not at all."""

    session: AsyncSession
    raw: asyncpg.Connection
    scope: Scope
    now: datetime
    pending: list[Pending] = field(default_factory=list)

    def publish(self, event: Event, *, path: str) -> None:
        """Announces the event when, and only when, this work commits; ``path`` is the unit it concerns."""
        self.pending.append(Pending.of(event, path=path, at=self.now))

    async def set_scope(self, scope: Scope) -> None:
        """Narrows or changes the scope for the rest of this transaction."""
        await self.raw.execute(scope_statement(scope))
        self.scope = scope


class Database:
    """One service's own database: an asyncpg pool for reads, an SQLAlchemy engine for writes."""

    def __init__(self, engine: AsyncEngine, pool: asyncpg.Pool, clock: Clock) -> None:
        self.engine = engine
        self.pool = pool
        self.clock = clock
        self.on_commit: Callable[[], None] = lambda: None

    @classmethod
    async def open(cls, url: str, *, size: int = 10, clock: Clock | None = None) -> "Database":
        """Prepares both pools; the server need not be up yet, readiness says whether it is."""
        engine = create_async_engine(
            sqlalchemy_url(url),
            pool_size=size,
            max_overflow=0,
            connect_args={
                "server_settings": _SERVER_SETTINGS,
                "command_timeout": ANSWERED_WITHIN_S,
                "timeout": CONNECTED_WITHIN_S,
            },
        )
        sqlalchemy_event.listen(engine.sync_engine, "checkout", _refuse_dead_connection)
        pool = await asyncpg.create_pool(
            url,
            min_size=0,
            max_size=size,
            server_settings=_SERVER_SETTINGS,
            command_timeout=ANSWERED_WITHIN_S,
            timeout=CONNECTED_WITHIN_S,
            reset=_end_transaction,
        )
        return cls(engine, pool, clock or SystemClock())

    async def close(self) -> None:
        """Gives every connection back to the server."""
        await self.engine.dispose()
        await self.pool.close()

    @asynccontextmanager
    async def work(self, scope: Scope, *, guard: str = "") -> AsyncIterator[Work]:
        """A write transaction; commits on a clean exit, rolls back on any exception. ``guard`` is further SQL."""
        refuse_bent_bounds(scope)
        async with AsyncSession(self.engine, expire_on_commit=False) as session:
            connection = await session.connection()
            # One text for every scope: SQLAlchemy prepares and keeps each text that it has not seen before.
            await connection.exec_driver_sql(_SET_SCOPE, (scope.lo, scope.hi, str(scope.person or "")))
            raw = (await connection.get_raw_connection()).driver_connection
            assert raw is not None  # noqa: S101 - asyncpg's dialect always has one.
            if guard:
                await raw.execute(guard.removeprefix(";"))
            work = Work(session, raw, scope, self.clock.now())
            yield work
            await session.flush()
            await write_outbox(raw, work.pending)
            await session.commit()
        if work.pending:
            self.on_commit()

    @asynccontextmanager
    async def read(self, scope: Scope, *, guard: str = "") -> AsyncIterator[Connection]:
        """A read-only snapshot (REPEATABLE READ), so that a unit moving meanwhile is seen whole or not at all."""
        async with self.pool.acquire() as connection:
            await connection.execute(
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; " + scope_statement(scope) + guard
            )
            try:
                yield connection
            finally:
                if not connection.is_closed():
                    await connection.execute("COMMIT")


async def _end_transaction(connection: Connection) -> None:
    """All that a returned connection can hold: settings are local to transactions, and nothing listens or locks."""
    if connection.is_in_transaction():
        await connection.execute("ROLLBACK")


def _refuse_dead_connection(dbapi_connection: Any, _record: Any, _proxy: Any) -> None:
    if dbapi_connection.driver_connection.is_closed():
        raise DisconnectionError
