"""Lists the applications of the caller's unit and those beneath it."""

from uuid import UUID

from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import Scope
from sangathan_identity.domain.clients import Client
from sangathan_identity.store.clients import client_of, find_client


async def list_clients(connection: Connection, scope: Scope, after: UUID, limit: int) -> list[Client]:
    """Up to ``limit`` applications in the order of their registration, those shut out included."""
    rows = await connection.fetch(
        "SELECT c.id, c.kind, c.name_hi, c.name_en, c.redirect_uris, NULL::bytea AS secret_hash, c.unit_id, c.made_by,"
        " c.made_at, c.ended_at, c.version, NULL::bytea AS former_secret_hash, c.former_secret_until"
        " FROM clients c JOIN units u ON u.id = c.unit_id"
        " WHERE u.path >= $1 AND u.path < $2 AND c.id > $3 ORDER BY c.id LIMIT $4",
        scope.lo,
        scope.hi,
        after,
        limit,
    )
    return [client_of(row) for row in rows]


async def named_client(connection: Connection, client_id: str) -> Client | None:
    """The application that goes by this id, ended or not; None also for what is no id."""
    try:
        return await find_client(connection, UUID(client_id))
    except ValueError:
        return None
