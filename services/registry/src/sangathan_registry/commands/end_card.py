"""Ends a card that was lost, stolen or given back, without another in its place."""

from dataclasses import dataclass, replace
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_registry.commands.issue_card import ended
from sangathan_registry.domain.card import EndReason, IssuedCard
from sangathan_registry.store import audit, cards, workers


@dataclass(frozen=True, slots=True)
class EndCard:
    """Which card, and why."""

    card_id: UUID
    why: str


async def handle(work: Work, sealer: Sealer, caller: Caller, command: EndCard) -> IssuedCard:
    """The card as it now is; ending it again changes nothing."""
    found = await cards.find(work, sealer, command.card_id)
    # The worker's row is locked first, as by whoever issues, merges or withdraws.
    worker = await workers.find_for_change(work, sealer, found[0].worker_id) if found else None
    if worker is None:
        raise Refusal(NOT_FOUND)
    card = next((one for one in await cards.cards_of(work, worker.id) if one.id == command.card_id), None)
    if card is None:
        raise Refusal(NOT_FOUND)
    if not card.live:
        return card
    await cards.end(work, card, EndReason.ENDED, caller.person)
    await audit.note(work, caller, audit.Subject(worker.unit_id, worker.path, worker.id), purpose=command.why)
    work.publish(ended(card, worker, EndReason.ENDED), path=worker.path)
    return replace(card, ended_at=work.now, end_reason=EndReason.ENDED)
