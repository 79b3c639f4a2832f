"""Pulling ends when it is told to, even at the moment at which something comes."""

import asyncio
from typing import Any, cast

from nats.aio.client import Client
from nats.aio.msg import Msg

from sangathan_chassis.nats_link import NatsLink
from sangathan_chassis.pull import Taker, pull


class Deaf:
    """A link, its client and a subscription in one; its waiting swallows the first cancellation, as `wait_for` may."""

    pending_msgs = 0
    told = False

    async def wait(self) -> "Deaf":
        return self

    def new_inbox(self) -> str:
        return "inbox"

    async def subscribe(self, _inbox: str) -> "Deaf":
        return self

    async def publish(self, _subject: str, _payload: bytes, *, reply: str) -> None:
        assert reply == "inbox"

    async def next_msg(self, timeout: float) -> Msg:  # noqa: ASYNC109 - the client's.
        try:
            await asyncio.sleep(timeout)
        except asyncio.CancelledError:
            if self.told:
                raise
            self.told = True
        return Msg(_client=cast("Client", self), headers={"Status": "408"})

    async def unsubscribe(self) -> None:
        pass


async def test_a_cancellation_that_was_swallowed_counts() -> None:
    async def take(_message: Any) -> None:
        raise AssertionError

    task = asyncio.create_task(pull(cast("NatsLink", Deaf()), "EV_IDENTITY", "feed", Taker(take)))
    await asyncio.sleep(0.05)
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=15)
    assert task in done
    assert task.cancelled()
