"""Registers an application for the caller's unit; its secret is shown once and kept as a hash."""

from dataclasses import dataclass

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_identity.domain.clients import Client, ClientKind
from sangathan_identity.domain.units import Names
from sangathan_identity.store import audit, clients, tree


@dataclass(frozen=True, slots=True)
class MakeClient:
    """What it is called, whether it keeps a secret, and where it is answered."""

    names: Names
    kind: ClientKind
    redirect_uris: tuple[str, ...]


async def handle(work: Work, caller: Caller, command: MakeClient) -> tuple[Client, str | None]:
    """The application, and its secret when it keeps one."""
    await tree.share_tree(work, caller)
    if caller.unit_id is None:
        raise Refusal(NOT_FOUND)
    secret = clients.new_secret() if command.kind is not ClientKind.PUBLIC else None
    client = Client(
        id=uuid7(),
        kind=command.kind,
        names=command.names,
        redirect_uris=command.redirect_uris,
        secret_hash=clients.secret_hash(secret) if secret else None,
        unit_id=caller.unit_id,
        made_by=caller.person,
        made_at=work.now,
    )
    await clients.insert_client(work, client)
    await audit.append(work, audit.Entry.done(caller, client.id, caller.scope.lo, kind=str(client.kind)))
    return client, secret
