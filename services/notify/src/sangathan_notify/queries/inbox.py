"""A person's own messages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from asyncpg import Record

from sangathan_chassis.connection import Connection
from sangathan_chassis.refusal import NOT_FOUND, Refusal


class InboxMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message with what it is about and how it was delivered, both as JSON from the database."""

    id: UUID
    kind: str
    title_hi: str
    title_en: str
    body_hi: str
    body_en: str
    refs: msgspec.Raw
    deliveries: msgspec.Raw
    created_at: datetime
    read_at: datetime | None
    version: int


# As text, since SQLAlchemy's connections decode JSON and asyncpg's own do not.
_SELECT: Final = (
    "SELECT m.id, m.kind, m.title_hi, m.title_en, m.body_hi, m.body_en, m.refs::text AS refs,"
    " m.created_at, m.read_at, m.version,"
    " (SELECT coalesce(json_agg(json_build_object('channel', d.channel, 'state', d.state, 'reason', d.reason,"
    " 'changed_at', d.changed_at) ORDER BY d.channel), '[]')"
    " FROM deliveries d WHERE d.message_id = m.id)::text AS deliveries"
    " FROM inbox_messages m WHERE m.recipient_id = $1"
)


async def list_inbox(
    connection: Connection, recipient_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[InboxMessage]:
    """Up to ``limit`` of the person's messages, the newest first, older than the message ``after``."""
    rows = await connection.fetch(
        _SELECT + " AND ($2::uuid IS NULL OR m.id < $2) ORDER BY m.id DESC LIMIT $3", recipient_id, after, limit
    )
    return [_message(row) for row in rows]


async def get_inbox_message(connection: Connection, recipient_id: UUID, message_id: UUID) -> InboxMessage:
    """One of the person's own messages; raises Refusal for anybody else's."""
    row = await connection.fetchrow(_SELECT + " AND m.id = $2", recipient_id, message_id)
    if row is None:
        raise Refusal(NOT_FOUND)
    return _message(row)


def _message(row: Record) -> InboxMessage:
    values = dict(row)
    values |= {name: msgspec.Raw(values[name].encode()) for name in ("refs", "deliveries")}
    return InboxMessage(**values)
