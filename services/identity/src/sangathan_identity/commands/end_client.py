"""Shuts an application out: no sign-in, and every token it holds and all it was granted is refused from now on."""

from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_identity.commands.end_office import end_grants
from sangathan_identity.domain.clients import Client
from sangathan_identity.store import audit, clients


@dataclass(frozen=True, slots=True)
class EndClient:
    """Which application."""

    client_id: UUID


async def handle(work: Work, caller: Caller, command: EndClient) -> Client:
    """The application, shut out."""
    ended = (await clients.get_client(work, command.client_id)).ended(work.now)
    await clients.save_client(work, ended)
    granted = await end_grants(work, ended.id)
    await audit.append(work, audit.Entry.done(caller, ended.id, caller.scope.lo, grants=len(granted)))
    return ended
