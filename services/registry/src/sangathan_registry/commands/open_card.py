"""Opens a card to be shown or printed: a copy of it is as good as the card, so that this is on the trail."""

from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.card import IssuedCard, Printed
from sangathan_registry.domain.photos import PHOTO
from sangathan_registry.domain.refusals import CARD_ENDED
from sangathan_registry.domain.worker import Status, Worker
from sangathan_registry.queries.whole_record import beyond_scope
from sangathan_registry.store import audit, cards, photos, workers


@dataclass(frozen=True, slots=True)
class OpenedCard:
    """A good card, what is printed on it, and its bearer's photo of today, if there is one to be seen."""

    card: IssuedCard
    printed: Printed
    photo: bytes | None


async def handle(work: Work, sealer: Sealer, caller: Caller, card_id: UUID) -> OpenedCard:
    """The card; refuses one that has ended."""
    found = await cards.find(work, sealer, card_id)
    worker = await workers.find(work, sealer, found[0].worker_id) if found else None
    if found is None or worker is None or worker.status is Status.HELD:
        raise Refusal(NOT_FOUND)
    return await _opened(work, sealer, caller, (*found, worker, PHOTO in caller.field_classes))


async def handle_own(work: Work, sealer: Sealer, caller: Caller) -> OpenedCard:
    """The person's own good card, wherever the record stands."""
    async with beyond_scope(work):
        for worker_id in await workers.of_person(work, caller.person):
            worker, card = await workers.find(work, sealer, worker_id), await cards.live_card(work, worker_id)
            found = await cards.find(work, sealer, card.id) if card else None
            if found is not None and worker is not None:
                return await _opened(work, sealer, caller, (*found, worker, True))
    raise Refusal(NOT_FOUND)


async def _opened(
    work: Work, sealer: Sealer, caller: Caller, found: tuple[IssuedCard, Printed | None, Worker, bool]
) -> OpenedCard:
    card, printed, worker, with_photo = found
    if printed is None or not card.live:
        raise Refusal(CARD_ENDED, "Issue the worker a new card, and show that.")
    photo = await photos.find(work, worker.id) if with_photo else None
    await audit.note(work, caller, audit.Subject(worker.unit_id, worker.path, worker.id))
    picture = photos.PICTURES.open(sealer, photo.id, photo.sealed) if photo else None
    return OpenedCard(card, printed, picture)
