"""Tells those in office at the units that a case concerns."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_contracts.offices import OFFICES
from sangathan_notify.commands import deliver_message
from sangathan_notify.commands.tell_of_appointment import UnitNotKnownYet
from sangathan_notify.domain.cases import CaseEvent, of_case
from sangathan_notify.store.holders import find_holders
from sangathan_notify.store.messages import find_unit_names

_MAY_READ: Final = tuple(slug for slug, office in OFFICES.items() if office.allows("case.read"))


async def handle(work: Work, event: CaseEvent, unit_ids: Iterable[UUID]) -> None:
    """Delivers a message to whoever may read cases at each unit, and to those above them.

    Those above hear of it too, since the claim may be about the holder below. Nobody is told twice. Raises
    UnitNotKnownYet to be tried again.
    """
    told: set[UUID] = set()
    for unit_id in unit_ids:
        unit = await find_unit_names(work.raw, unit_id)
        if unit is None:
            raise UnitNotKnownYet
        for person_id in await find_holders(work, unit_id, _MAY_READ):
            if person_id not in told:
                told.add(person_id)
                await deliver_message.handle(work, of_case(event, person_id, (unit_id, unit)))
