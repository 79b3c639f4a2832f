"""The job that hands text messages to the provider, and notes who was reached; number and text are never logged."""

import asyncio
import logging
from typing import Final

from sangathan_chassis.database import Database
from sangathan_chassis.scope import Scope
from sangathan_chassis.sealing import Sealer
from sangathan_chassis.sms import SmsMessage, SmsNotSent, SmsSender
from sangathan_registry.domain.confirmations import State, Unreached, pause_after
from sangathan_registry.store import confirmations, renotices, text_messages
from sangathan_registry.store.text_messages import Taken

log = logging.getLogger(__name__)

_AT_ONCE: Final = 50


async def keep_sending(database: Database, sealer: Sealer, sender: SmsSender, every_s: float) -> None:
    """Rests, then sends what is due; whatever fails is tried again by whoever keeps background jobs running."""
    try:
        while True:
            await asyncio.sleep(every_s)
            while await send_some(database, sealer, sender) == _AT_ONCE:
                pass
    finally:
        await sender.close()


async def send_some(database: Database, sealer: Sealer, sender: SmsSender) -> int:
    """Sends up to fifty; gives how many were taken."""
    async with database.work(Scope.everything()) as work:
        taken = await text_messages.take(work, sealer, _AT_ONCE)
    await asyncio.gather(*(_send(database, sender, one) for one in taken))
    return len(taken)


async def _send(database: Database, sender: SmsSender, taken: Taken) -> None:
    text = taken.text
    try:
        if database.clock.now() < taken.until:
            await sender.send(SmsMessage(text.phone, text.template, text.variables, text.hindi))
            await _settle(database, taken, State.SENT, None)
        else:
            # Its code is good no more; who waits is asked anew on another day.
            async with database.work(Scope.everything()) as work:
                await text_messages.drop(work, taken.id)
    except SmsNotSent as error:
        log.warning("a text message was not sent", extra={"fields": {"reason": str(error), "tries": taken.tries + 1}})
        if error.again:
            async with database.work(Scope.everything()) as work:
                await text_messages.put_off(work, taken.id, work.now + pause_after(taken.tries))
        else:
            await _settle(database, taken, State.UNREACHED, Unreached.REFUSED)


async def _settle(database: Database, taken: Taken, state: State, reason: Unreached | None) -> None:
    async with database.work(Scope.everything()) as work:
        await text_messages.drop(work, taken.id)
        await confirmations.settle(work, taken.worker_id, state, reason)
        await renotices.settle(work, taken.worker_id, state, reason)
