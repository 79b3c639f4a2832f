"""Pulls from a JetStream consumer with nothing but its own subjects, so that a NATS user needs no more than those.

Each request lives 1.5 s: a longer one would stall that long after a broker restart. Messages are handed over one after
another in stream order; the next batch is asked for when the last is done.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription

from sangathan_chassis.nats_link import NatsLink

log = logging.getLogger(__name__)

_BATCH = 64
_EXPIRES_S = 1.5
_FINISH_WITHIN_S = 10.0
# The consumer is there and has nothing. Without these words (503, 409) it may be gone, which is no contact.
_ANSWERS = frozenset({"404", "408"})
_NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Taker:
    """What to do with a message, and whom to tell whenever the broker answers, even with nothing."""

    take: Callable[[Msg], Awaitable[None]]
    contact: Callable[[], None] = lambda: None


async def pull(nats_link: NatsLink, stream: str, consumer: str, taker: Taker) -> None:
    """Pulls until cancelled; a message under way is finished first, those not begun go back to the broker."""
    client = await nats_link.wait()
    while True:
        try:
            await _pull_with(client, f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}", taker)
        except (nats.errors.Error, OSError, TimeoutError) as error:
            log.warning("pull failed", extra={"fields": {"consumer": consumer, "error": type(error).__name__}})
            await asyncio.sleep(0.5)


async def _pull_with(client: Client, subject: str, taker: Taker) -> None:
    inbox = client.new_inbox()
    subscription = await client.subscribe(inbox)
    request = json.dumps({"batch": _BATCH, "expires": int(_EXPIRES_S * _NANOSECONDS)}).encode()
    try:
        while not _asked_to_leave():
            await client.publish(subject, request, reply=inbox)
            await _take_batch(subscription, taker)
        raise asyncio.CancelledError
    finally:
        with contextlib.suppress(Exception):
            await _give_back(subscription)


async def _take_batch(subscription: Subscription, taker: Taker) -> None:
    left = _BATCH
    while left and not _asked_to_leave():
        try:
            message = await subscription.next_msg(timeout=_EXPIRES_S + 1)
        except nats.errors.TimeoutError:
            return
        if not is_status(message) or (message.headers or {}).get("Status") in _ANSWERS:
            taker.contact()
        if is_status(message):
            await _pause_after(message)
            return
        left -= 1
        await _finish(taker.take(message))


def _asked_to_leave() -> bool:
    """Whether this task was cancelled: the client's waiting swallows that when something comes at the same moment."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _finish(handling: Awaitable[None]) -> None:
    """Awaits the handling to its end even when cancelled meanwhile, then lets the cancellation through."""
    task = asyncio.ensure_future(handling)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=_FINISH_WITHIN_S)
        raise


async def _give_back(subscription: Subscription) -> None:
    """Returns what was fetched and not begun, so that another process need not wait for the ack time-out."""
    while subscription.pending_msgs:
        message = await subscription.next_msg(timeout=0.1)
        if message.reply:
            await message.nak()
    await subscription.unsubscribe()


def is_status(message: Msg) -> bool:
    """Whether the broker is speaking about the request, rather than delivering a message."""
    return not message.data and "Status" in (message.headers or {})


async def _pause_after(status: Msg) -> None:
    """408 is an ordinary end of waiting; anything else (no responders, consumer deleted) is not asked again at once."""
    if (status.headers or {}).get("Status") != "408":
        await asyncio.sleep(0.5)
