"""Takes one-time codes to phones in the background, by the sender that every service shares."""

import asyncio
import logging
from typing import Final

from sangathan_chassis.sms import SmsMessage, SmsNotSent, SmsSender
from sangathan_identity.domain.codes import CODE_LIFETIME
from sangathan_identity.domain.ports import CodeMessage

log = logging.getLogger(__name__)

WAITING: Final = 1_000
SENDERS: Final = 4
# Waits between tries; the last one still leaves most of a code's five minutes.
TRY_AGAIN_AFTER_S: Final = (1.0, 4.0)


def as_sms(message: CodeMessage) -> SmsMessage:
    """The code in the template of its purpose."""
    variables = {"code": message.code, "minutes": str(int(CODE_LIFETIME.total_seconds()) // 60)}
    return SmsMessage(message.phone, message.purpose, variables, message.hindi)


class CodePost:
    """Sends in the background, so that an answer takes equally long whether or not a number gets a code."""

    def __init__(self, sender: SmsSender, *, again_after_s: tuple[float, ...] = TRY_AGAIN_AFTER_S) -> None:
        self._sender = sender
        self._again_after_s = again_after_s
        self._queue: asyncio.Queue[CodeMessage] = asyncio.Queue(WAITING)

    def post(self, message: CodeMessage) -> None:
        """Queues a code; when a thousand wait already the person has to ask again."""
        try:
            self._queue.put_nowait(message)
        except asyncio.QueueFull:
            log.warning("a one-time code was dropped: too many wait for the provider")

    async def run(self) -> None:
        """Sends until cancelled, a few at a time."""
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(SENDERS):
                    group.create_task(self._send_each())
        finally:
            await self._sender.close()

    async def _send_each(self) -> None:
        while True:
            message = await self._queue.get()
            try:
                await self._send(message)
            finally:
                self._queue.task_done()

    async def _send(self, message: CodeMessage) -> None:
        for wait in (*self._again_after_s, None):
            try:
                await self._sender.send(as_sms(message))
            except SmsNotSent as error:
                log.warning("a one-time code was not sent", extra={"fields": {"reason": str(error)}})
                if wait is None or not error.again:
                    return
                await asyncio.sleep(wait)
            else:
                return
