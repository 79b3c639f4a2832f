"""Puts a message into its recipient's inbox, once."""

from sangathan_chassis.database import Work
from sangathan_chassis.scope import Scope
from sangathan_notify.domain.messages import Message
from sangathan_notify.store.erasing import is_erased
from sangathan_notify.store.messages import add_inbox_delivery, add_message


async def handle(work: Work, message: Message) -> bool:
    """Writes the message as its recipient's own row, delivered; False when it was before, or they were erased."""
    if await is_erased(work, message.recipient_id):
        return False
    await work.set_scope(Scope.nothing(message.recipient_id))
    message_id = await add_message(work, message)
    if message_id is None:
        return False
    await add_inbox_delivery(work, message_id, message.recipient_id)
    return True
