"""A connection to the test servers' broker as one of its users, closed at the end whatever happens in between."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pydantic import SecretStr

from sangathan_chassis.nats_link import NatsLink
from sangathan_chassis.settings import ProcessSettings
from sangathan_embedded import EmbeddedServers


def link_settings(servers: EmbeddedServers, user: str) -> ProcessSettings:
    """What a process of that user is told of the broker."""
    password = SecretStr(servers.secrets.nats_password(user))
    return ProcessSettings(nats_url=servers.nats_url, nats_user=user, nats_password=password)


@asynccontextmanager
async def linked(servers: EmbeddedServers, user: str) -> AsyncIterator[NatsLink]:
    """The link, connected: one that a test left open would go on trying, and be heard of in tests after it."""
    link = NatsLink(link_settings(servers, user))
    link.start()
    try:
        await link.wait()
        yield link
    finally:
        await link.close()
