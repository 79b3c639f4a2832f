"""Notes that a person has read a message of their own."""

from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_notify.store.messages import mark_read


async def handle(work: Work, message_id: UUID, recipient_id: UUID) -> None:
    """Notes the first reading; a repetition, and anybody else's message, changes nothing."""
    await mark_read(work, message_id, recipient_id)
