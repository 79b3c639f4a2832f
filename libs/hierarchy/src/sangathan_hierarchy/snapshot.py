"""Asks identity for its snapshot, over NATS, where each user's permissions are the authorization.

Pages come one by one, each acknowledged before the next is sent, all from one database snapshot. Whoever asks must hold
a place in the stream first (a durable consumer, or a positioned feed), so that nothing falls between.
"""

import os
from collections.abc import AsyncIterator

import msgspec
from nats.aio.client import Client
from nats.errors import TimeoutError as NatsTimeout

from sangathan_contracts.identity import SNAPSHOT_SUBJECT, SnapshotPage
from sangathan_contracts.topology import snapshot_inbox

_PAGE_WITHIN_S = 10.0


async def fetch_snapshot(client: Client, service: str) -> AsyncIterator[SnapshotPage]:
    """Yields the snapshot's pages; raises TimeoutError when identity does not answer or stops in the middle."""
    inbox = snapshot_inbox(service, os.urandom(12).hex())
    subscription = await client.subscribe(inbox)
    decoder = msgspec.json.Decoder(SnapshotPage)
    try:
        await client.publish(SNAPSHOT_SUBJECT, b"", reply=inbox)
        last = False
        while not last:
            try:
                message = await subscription.next_msg(timeout=_PAGE_WITHIN_S)
            except NatsTimeout as error:
                raise TimeoutError from error
            if not message.data:
                raise TimeoutError
            page = decoder.decode(message.data)
            last = page.last
            yield page
            await message.respond(b"")
    finally:
        await subscription.unsubscribe()
