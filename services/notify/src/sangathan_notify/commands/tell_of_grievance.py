"""Tells those who are to answer a grievance of it, the state's data protection contact among them, and who filed it."""

from typing import Final

from sangathan_chassis.database import Work
from sangathan_contracts.offices import OFFICES
from sangathan_contracts.registry import GrievanceAnswered
from sangathan_notify.commands import deliver_message
from sangathan_notify.commands.tell_of_appointment import UnitNotKnownYet
from sangathan_notify.domain.grievances import GrievanceEvent, of_answer, of_grievance
from sangathan_notify.store.holders import find_holders
from sangathan_notify.store.messages import find_unit_names

CONTACT: Final = "state-data-protection-contact"
_ANSWERING: Final = tuple(
    slug for slug, office in OFFICES.items() if office.allows("grievance.answer") and slug != CONTACT
)


async def handle(work: Work, event: GrievanceEvent) -> None:
    """Delivers a message to the office at or above the unit, and to the contact. Nobody is told twice.

    Raises UnitNotKnownYet to be tried again.
    """
    unit = await find_unit_names(work.raw, event.unit_id)
    if unit is None:
        raise UnitNotKnownYet
    holders = await find_holders(work, event.unit_id, _ANSWERING)
    for person_id in dict.fromkeys([*holders, *await find_holders(work, event.unit_id, [CONTACT])]):
        await deliver_message.handle(work, of_grievance(event, person_id, (event.unit_id, unit)))


async def answered(work: Work, event: GrievanceAnswered) -> None:
    """Tells who filed it, if they sign in."""
    if event.person_id is not None:
        await deliver_message.handle(work, of_answer(event, event.person_id))
