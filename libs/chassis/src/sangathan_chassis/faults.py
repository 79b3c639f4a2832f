"""Turns what a database driver raises into what a caller may be told: try again, it conflicts, or our fault."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from sangathan_chassis.refusal import BUSY, CONFLICT, INVALID_INPUT, Refusal

TREE_BEHIND = "SG001"
TREE_MOVED = "SG002"
SCOPE_MOVED_HEADER = "sangathan-scope-moved"

_AWAY = (
    PoolTimeout,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # What asyncpg says of a connection that broke off in the middle of an answer.
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    # Its disk is full: nothing can be written until somebody frees space, whatever it is.
    asyncpg.DiskFullError,
    ConnectionError,
    TimeoutError,
    OSError,
)
_PASSING = (
    *_AWAY,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.InvalidCachedStatementError,
)
_KNOWN = (
    DBAPIError,
    PoolTimeout,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    UnicodeError,
)


class TreeBehind(Exception):  # noqa: N818 - the edge waits for the replica and tries again.
    """This service's replica is older than the tree under which the gateway resolved the scope."""


def is_away(error: BaseException) -> bool:
    """Whether it says that a server does not answer, which no other way of asking would change."""
    return isinstance(_driver_error(error), _AWAY)


@asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """Raises TreeBehind or a Refusal in place of the driver's error; lets everything else through."""
    try:
        yield
    except _KNOWN as error:
        meaning = _meaning(_driver_error(error))
        if meaning is None:
            raise
        raise meaning from error


def _driver_error(error: BaseException) -> BaseException:
    """The asyncpg error below SQLAlchemy's wrappers."""
    while isinstance(error, DBAPIError) or type(error).__module__.startswith("sqlalchemy.dialects"):
        below = error.orig if isinstance(error, DBAPIError) else error.__cause__
        if below is None:
            break
        error = below
    return error


def _meaning(error: BaseException) -> BaseException | None:
    state = getattr(error, "sqlstate", "")
    if state == TREE_BEHIND:
        return TreeBehind()
    if state == TREE_MOVED:
        return Refusal(
            BUSY, "Your unit has just moved; ask again.", headers={SCOPE_MOVED_HEADER: "1", "retry-after": "1"}
        )
    if isinstance(error, _PASSING):
        return Refusal(BUSY, "The database is busy or away.", headers={"retry-after": "1"})
    if isinstance(error, asyncpg.UniqueViolationError | asyncpg.ExclusionViolationError):
        return Refusal(CONFLICT, "It is there already.")
    if isinstance(error, asyncpg.DataError | asyncpg.UntranslatableCharacterError | UnicodeError):
        return Refusal(
            INVALID_INPUT, "A value cannot be stored: text must be valid Unicode without NUL, numbers in range."
        )
    return None
