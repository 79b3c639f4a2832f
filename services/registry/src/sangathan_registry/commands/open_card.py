"""Opens a card to be shown or printed: a copy of it is as good as the card, so that this is on the trail."""

from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.card import IssuedCard, Printed
from sangathan_registry.domain.refusals import CARD_ENDED
from sangathan_registry.domain.worker import Status
from sangathan_registry.store import audit, cards, workers


async def handle(work: Work, sealer: Sealer, caller: Caller, card_id: UUID) -> tuple[IssuedCard, Printed]:
    """The card and what is printed on it; refuses one that has ended."""
    found = await cards.find(work, sealer, card_id)
    worker = await workers.find(work, sealer, found[0].worker_id) if found else None
    if found is None or worker is None or worker.status is Status.HELD:
        raise Refusal(NOT_FOUND)
    card, printed = found
    if printed is None or not card.live:
        raise Refusal(CARD_ENDED, "Issue the worker a new card, and show that.")
    await audit.note(work, caller, audit.Subject(worker.unit_id, worker.path, worker.id))
    return card, printed
