"""What becomes of cards when records are merged, parted again, or withdrawn.

Two records of one person may each have a card. The kept record's stays good and the other's ends; has the kept record
none, the other's goes over to it with its number, and whoever carries it need not notice. What was done is kept beside
the merge, so that undoing it puts every card back where it was and as it was.
"""

from collections.abc import Mapping
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_contracts.registry import CardRestored
from sangathan_registry.commands.issue_card import ended
from sangathan_registry.domain.card import EndReason, IssuedCard
from sangathan_registry.domain.worker import Worker
from sangathan_registry.store import cards

MOVED = "moved"
ENDED = "ended"


async def merge(work: Work, kept: Worker, merged: Worker, by: UUID) -> dict[str, str]:
    """Leaves one card that is good; gives what `part` needs to take it back."""
    own, other = await cards.live_card(work, kept.id), await cards.live_card(work, merged.id)
    if other is None:
        return {}
    if own is None:
        await cards.move(work, other, kept.id, kept.path)
        return {MOVED: str(other.id)}
    await _end(work, other, merged, (EndReason.MERGED, by))
    return {ENDED: str(other.id)}


async def part(work: Work, ends: tuple[Worker, Worker], done: Mapping[str, str], by: UUID) -> None:
    """Undoes what `merge` did to the cards of the kept and the merged record."""
    merged = ends[1]
    if card_id := done.get(MOVED):
        await _give_back(work, ends, UUID(card_id), by)
    if card_id := done.get(ENDED):
        for card in await cards.cards_of(work, merged.id):
            # An erasure in between has forgotten what was printed, and taking it back does not bring that again.
            if card.id == UUID(card_id) and card.end_reason is EndReason.MERGED and card.number is not None:
                await cards.restore(work, card)
                event = CardRestored(card_id=card.id, worker_id=merged.id, unit_id=merged.unit_id)
                work.publish(event, path=merged.path)


async def withdraw(work: Work, worker: Worker, by: UUID) -> None:
    """Ends the worker's card, and forgets what was printed on it and on any before it."""
    if card := await cards.live_card(work, worker.id):
        await _end(work, card, worker, (EndReason.WITHDRAWN, by))
    await cards.forget(work, worker.id)


async def _give_back(work: Work, ends: tuple[Worker, Worker], moved: UUID, by: UUID) -> None:
    """The number goes back whole: a card issued under it meanwhile shows the other person's names, and ends."""
    kept, merged = ends
    own = await cards.cards_of(work, kept.id)
    number = next((card.number for card in own if card.id == moved), None)
    for card in own:
        if card.number != number or number is None:
            continue
        if card.live and card.id != moved:
            await _end(work, card, kept, (EndReason.MERGE_UNDONE, by))
        await cards.move(work, card, merged.id, merged.path)


async def _end(work: Work, card: IssuedCard, worker: Worker, why: tuple[EndReason, UUID]) -> None:
    reason, by = why
    await cards.end(work, card, reason, by)
    work.publish(ended(card, worker, reason), path=worker.path)
