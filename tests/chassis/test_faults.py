"""A database that is away is a reason to ask again, whichever way its driver says so."""

import asyncpg
import pytest
from sqlalchemy.exc import InternalError

from sangathan_chassis.faults import translated
from sangathan_chassis.refusal import BUSY, Refusal

BROKEN_OFF = asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress")
AWAY: list[Exception] = [
    BROKEN_OFF,
    InternalError("COMMIT", None, BROKEN_OFF),
    ConnectionRefusedError(),
    TimeoutError(),
    asyncpg.DiskFullError("could not extend file: No space left on device"),
    asyncpg.CannotConnectNowError("the database system is in recovery mode"),
    asyncpg.AdminShutdownError("terminating connection due to unexpected postmaster exit"),
    asyncpg.InterfaceError("connection is closed"),
]


@pytest.mark.parametrize("error", AWAY, ids=lambda error: type(error).__name__)
async def test_a_database_that_is_away_asks_for_patience(error: Exception) -> None:
    with pytest.raises(Refusal) as refused:
        async with translated():
            raise error
    assert (refused.value.type, dict(refused.value.headers)) == (BUSY, {"retry-after": "1"})


async def test_a_mistake_of_ours_is_not_taken_for_an_outage() -> None:
    with pytest.raises(asyncpg.UndefinedColumnError):
        async with translated():
            raise asyncpg.UndefinedColumnError
