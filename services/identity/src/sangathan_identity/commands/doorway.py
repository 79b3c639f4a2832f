"""The one place where identity looks across the whole tree and across people, and why it must.

Who signs in is nobody yet: no appointment, so no range, so the edge's unit of work would see no session and no unit.
Sign-in, refresh and introspection therefore run in works of their own with the scope of everything. They ask for one
person by phone, one session by id or one token, and nothing they answer with is another person's.

A second reason: here a refusal is itself something to keep (a spent try, a family of tokens ended, a line on the audit
trail), while the edge rolls a refused request back. A command commits through this doorway first, then refuses.
And a third: hashing a password takes long, and no connection is held meanwhile.

`whole_tree` is the same for a moment within a caller's own work: to see whether somebody holds an office elsewhere, and
to end the sign-ins of a person who is suspended.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from sangathan_chassis.caller import Caller
from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Database, Work
from sangathan_chassis.scope import Scope


class Doorway:
    """Opens works and reads that see everything."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def work(self) -> AbstractAsyncContextManager[Work]:
        """A work of its own that commits on a clean exit."""
        return self._database.work(Scope.everything())

    def within(self, caller: Caller) -> AbstractAsyncContextManager[Work]:
        """A work of its own within the caller's scope, where the reply is a secret that the edge must not keep."""
        return self._database.work(caller.scope)

    @asynccontextmanager
    async def aside(self) -> AsyncIterator[Connection]:
        """A short write of its own while a caller's work is open, on a connection that no work ever waits for."""
        async with self._database.pool.acquire() as connection, connection.transaction():
            yield connection

    def read(self) -> AbstractAsyncContextManager[Connection]:
        """A read-only snapshot."""
        return self._database.read(Scope.everything())


@asynccontextmanager
async def whole_tree(work: Work) -> AsyncIterator[None]:
    """Widens the work to everything for the block, then gives it back the caller's scope."""
    own = work.scope
    await work.session.flush()
    await work.set_scope(Scope.everything())
    yield
    await work.session.flush()
    await work.set_scope(own)
