"""Argon2id (RFC 9106) in a bounded pool: a flood of sign-ins costs a queue, not the event loop or the memory."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from sangathan_chassis.refusal import BUSY, Refusal

T = TypeVar("T")

# OWASP's smallest: 19 MiB and two passes.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class PasswordPool:
    """Checks and hashes passwords on a few threads; refuses when too many wait already."""

    def __init__(self, *, threads: int, queue: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._most = threads + queue
        self._waiting = 0
        # Checked in place of the hash that a number nobody has does not have.
        self._nobodys = HASHER.hash("nobody's password")

    async def genuine(self, password: str, password_hash: str | None) -> bool:
        """Whether it is this hash's password; takes as long when there is no hash."""
        same = await self._in_turn(lambda: verify(password_hash or self._nobodys, password))
        return same and password_hash is not None

    async def hashed(self, password: str) -> str:
        """The hash to keep of a new password."""
        return await self._in_turn(lambda: HASHER.hash(password))

    async def _in_turn(self, work: Callable[[], T]) -> T:
        if self._waiting >= self._most:
            raise Refusal(BUSY, "Many are signing in at this moment.", headers={"retry-after": "2"})
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._waiting -= 1


def verify(password_hash: str, password: str) -> bool:
    """Whether it is this hash's password."""
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
