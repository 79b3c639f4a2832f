"""Gives an application another secret; the one before is worth nothing from then on."""

from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import Refusal
from sangathan_identity.domain.clients import Client, ClientKind
from sangathan_identity.domain.refusals import CLIENT_KEEPS_NO_SECRET
from sangathan_identity.store import audit, clients


@dataclass(frozen=True, slots=True)
class RenewClientSecret:
    """Which application."""

    client_id: UUID


async def handle(work: Work, caller: Caller, command: RenewClientSecret) -> tuple[Client, str]:
    """The application and its new secret."""
    client = await clients.get_client(work, command.client_id)
    if client.kind is ClientKind.PUBLIC:
        raise Refusal(CLIENT_KEEPS_NO_SECRET, "It proves itself by PKCE at each sign-in.")
    secret = clients.new_secret()
    renewed = client.with_secret(clients.secret_hash(secret))
    await clients.save_client(work, renewed)
    await audit.append(work, audit.Entry.done(caller, renewed.id, caller.scope.lo))
    return renewed, secret
