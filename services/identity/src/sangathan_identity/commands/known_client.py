"""Knows an application again: by its secret, or a public one by its name alone."""

import hmac
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sangathan_chassis.connection import Connection
from sangathan_identity.domain.clients import Client
from sangathan_identity.domain.openid import Declined
from sangathan_identity.store import clients


@dataclass(frozen=True, slots=True)
class ShownClient:
    """What an application says of itself; ``secret`` is empty for one that keeps none."""

    client_id: str
    secret: str = ""


async def known_client(connection: Connection, shown: ShownClient, now: datetime) -> Client:
    """The application; raises Declined, the same for an unknown one, one shut out, and a wrong secret."""
    try:
        client = await clients.find_client(connection, UUID(shown.client_id))
    except ValueError:
        client = None
    if client is None or client.ended_at is not None or not _genuine(client, shown.secret, now):
        raise Declined("invalid_client", "Check the client_id and the secret.")
    return client


def _genuine(client: Client, secret: str, now: datetime) -> bool:
    if client.secret_hash is None:
        return not secret
    shown = clients.secret_hash(secret)
    return any(hmac.compare_digest(good, shown) for good in client.secret_hashes(now))
