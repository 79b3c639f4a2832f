"""Writes messages with their deliveries, each within the recipient's own rows."""

from uuid import UUID

import msgspec

from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_notify.domain.delivery import Channel, State
from sangathan_notify.domain.messages import Message
from sangathan_notify.domain.templates import Both


async def add_message(work: Work, message: Message) -> UUID | None:
    """Writes the message and gives its id; None when its dedupe key has been used already."""
    text = message.text
    message_id: UUID | None = await work.raw.fetchval(
        "INSERT INTO inbox_messages (id, recipient_id, kind, dedupe_key, title_hi, title_en, body_hi, body_en, refs,"
        " created_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::jsonb, $10, 1)"
        " ON CONFLICT (dedupe_key) DO NOTHING RETURNING id",
        uuid7(),
        message.recipient_id,
        message.kind,
        message.dedupe_key,
        text.title_hi,
        text.title_en,
        text.body_hi,
        text.body_en,
        msgspec.json.encode(message.refs).decode(),
        work.now,
    )
    return message_id


async def add_inbox_delivery(work: Work, message_id: UUID, person_id: UUID) -> None:
    """Writes that the message has reached the person's inbox, which it does by being there."""
    channel, state = Channel.INBOX, State.DELIVERED
    delivery_id = uuid7()
    await work.raw.execute(
        "INSERT INTO deliveries (id, message_id, person_id, channel, state, changed_at)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        delivery_id,
        message_id,
        person_id,
        channel.value,
        state.value,
        work.now,
    )
    await work.raw.execute(
        "INSERT INTO delivery_states (delivery_id, number, state, at) VALUES ($1, 1, $2, $3)",
        delivery_id,
        state.value,
        work.now,
    )


async def mark_read(work: Work, message_id: UUID, recipient_id: UUID) -> None:
    """Notes the first reading of the recipient's own message; anything else stays as it is."""
    await work.raw.execute(
        "UPDATE inbox_messages SET read_at = $3, version = version + 1"
        " WHERE id = $1 AND recipient_id = $2 AND read_at IS NULL",
        message_id,
        recipient_id,
        work.now,
    )


async def find_unit_names(connection: Connection, unit_id: UUID) -> Both | None:
    """The unit's names, or None when the replica does not know it yet."""
    row = await connection.fetchrow("SELECT name_hi, name_en FROM unit_replica WHERE unit_id = $1", unit_id)
    return Both(row["name_hi"], row["name_en"]) if row else None
