"""Gives a worker a membership card; the one they had ends, so that at most one is good."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sangathan_cards.card import Card
from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.registry import CardEnded, CardIssued
from sangathan_registry.commands.sign_cards import CardSigner
from sangathan_registry.domain.card import EndReason, IssuedCard, Printed, masked, member_number
from sangathan_registry.domain.refusals import WORKER_MERGED, WORKER_WITHDRAWN
from sangathan_registry.domain.worker import Status, Worker
from sangathan_registry.store import audit, cards, workers


@dataclass(frozen=True, slots=True)
class IssueCard:
    """For whom, for how long, and why."""

    worker_id: UUID
    valid_days: int
    why: str


async def handle(work: Work, keys: tuple[Sealer, CardSigner], caller: Caller, command: IssueCard) -> IssuedCard:
    """The new card; the number stays that of the worker's earlier cards."""
    sealer, signer = keys
    worker = await _on_record(work, sealer, command.worker_id)
    earlier = await cards.cards_of(work, worker.id)
    number = _number(earlier) or member_number(await cards.next_serial(work))
    for card in earlier:
        if card.live:
            await cards.end(work, card, EndReason.REISSUED, caller.person)
            work.publish(ended(card, worker, EndReason.REISSUED), path=worker.path)
    issued = IssuedCard(
        id=uuid7(),
        worker_id=worker.id,
        path=worker.path,
        number=number,
        status_index=await cards.next_index(work),
        issued_by=caller.person,
        issued_at=work.now.replace(microsecond=0),
        expires_at=work.now.replace(microsecond=0) + timedelta(days=command.valid_days),
    )
    who = worker.particulars
    kid, text = signer.sign_card(_written(issued, number, worker))
    await cards.insert(work, sealer, issued, Printed(number, who.name_hi, who.name_en, text), kid=kid)
    await audit.note(work, caller, audit.Subject(worker.unit_id, worker.path, worker.id), purpose=command.why)
    work.publish(CardIssued(card_id=issued.id, worker_id=worker.id, unit_id=worker.unit_id), path=worker.path)
    return issued


def ended(card: IssuedCard, worker: Worker, reason: EndReason) -> CardEnded:
    """What is announced when a card ends."""
    return CardEnded(card_id=card.id, worker_id=worker.id, unit_id=worker.unit_id, reason=reason.value)


async def _on_record(work: Work, sealer: Sealer, worker_id: UUID) -> Worker:
    worker = await workers.find_for_change(work, sealer, worker_id)
    if worker is None:
        raise Refusal(NOT_FOUND)
    if worker.status in {Status.WITHDRAWN, Status.ERASED, Status.HELD}:
        raise Refusal(WORKER_WITHDRAWN, "Who is not on record gets no card.")
    if worker.status is Status.MERGED:
        raise Refusal(WORKER_MERGED, "Issue the card to the record that was kept, whose id stands in merged_into.")
    return worker


def _number(earlier: list[IssuedCard]) -> str | None:
    """The number of the card that is good, else of the latest: a merge may have brought a second."""
    numbers = [card.number for card in sorted(earlier, key=lambda card: (card.live, card.issued_at))]
    return numbers[-1] if numbers else None


def _written(issued: IssuedCard, number: str, worker: Worker) -> Card:
    who = worker.particulars
    times = (int(issued.issued_at.timestamp()), int(issued.expires_at.timestamp()))
    return Card(number, issued.status_index, masked(who.name_hi), masked(who.name_en), *times)
