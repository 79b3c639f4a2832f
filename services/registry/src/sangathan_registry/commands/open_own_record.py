"""Opens a person's own records, wherever they stand, for that person alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.card import IssuedCard
from sangathan_registry.domain.worker import Worker
from sangathan_registry.queries.cards import cards_of_worker
from sangathan_registry.queries.photos import with_photos
from sangathan_registry.queries.units import names_of
from sangathan_registry.queries.whole_record import beyond_scope
from sangathan_registry.store import workers


@dataclass(frozen=True, slots=True)
class OwnRecord:
    """A record with its unit's names and its cards, and whether it has a photo."""

    worker: Worker
    unit_names: Mapping[str, str]
    cards: Sequence[IssuedCard]
    has_photo: bool

    @property
    def member_number(self) -> str | None:
        """The number of the card that is good, if there is one."""
        return next((card.number for card in self.cards if card.live), None)


async def handle(work: Work, sealer: Sealer, caller: Caller) -> list[OwnRecord]:
    """Every record by which the person is known; raises a refusal when there is none."""
    async with beyond_scope(work):
        ids = await workers.of_person(work, caller.person)
        found = [one for worker_id in ids if (one := await workers.find(work, sealer, worker_id))]
        if not found:
            raise Refusal(NOT_FOUND)
        pictured = await with_photos(work.raw, work.scope, ids)
        return [
            OwnRecord(
                one,
                await names_of(work.raw, one.unit_id),
                await cards_of_worker(work.raw, work.scope, one.id) or [],
                one.id in pictured,
            )
            for one in found
        ]
