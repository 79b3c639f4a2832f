"""Gives an application another secret beside the one so far, and ends the one before."""

from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_identity.domain.clients import Client
from sangathan_identity.store import audit, clients


@dataclass(frozen=True, slots=True)
class RenewClientSecret:
    """Which application."""

    client_id: UUID


@dataclass(frozen=True, slots=True)
class EndFormerSecret:
    """Of which application."""

    client_id: UUID


async def handle(work: Work, caller: Caller, command: RenewClientSecret) -> tuple[Client, str]:
    """The application and its new secret; the one so far is good for a week more, and one before that no longer."""
    secret = clients.new_secret()
    client = await clients.get_client(work, command.client_id)
    renewed = client.with_secret(clients.secret_hash(secret), work.now)
    await clients.save_client(work, renewed)
    await audit.append(work, audit.Entry.done(caller, renewed.id, caller.scope.lo, act="secret renewed"))
    return renewed, secret


async def end_former(work: Work, caller: Caller, command: EndFormerSecret) -> Client:
    """The application, whose former secret is good for nothing from now on."""
    ended = (await clients.get_client(work, command.client_id)).without_former_secret(work.now)
    await clients.save_client(work, ended)
    await audit.append(work, audit.Entry.done(caller, ended.id, caller.scope.lo, act="former secret ended"))
    return ended
