"""Tells those in office at the units between which a worker goes, and the worker."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_contracts.offices import OFFICES
from sangathan_contracts.registry import TransferAsked, TransferEnded
from sangathan_notify.commands import deliver_message
from sangathan_notify.commands.tell_of_appointment import UnitNotKnownYet
from sangathan_notify.domain.templates import Both
from sangathan_notify.domain.transfers import of_asked, of_declined, of_ended, of_you
from sangathan_notify.store.holders import find_holders
from sangathan_notify.store.messages import find_unit_names

_MAY_ANSWER: Final = tuple(slug for slug, office in OFFICES.items() if office.allows("transfer.answer"))


async def asked(work: Work, event: TransferAsked) -> None:
    """A message to those in office at and just above each unit that has to agree; raises UnitNotKnownYet."""
    units = await _units(work, event)
    sides = {"giving": event.unit_id, "receiving": event.to_unit_id}
    for person_id in await _holders(work, (sides[side] for side in event.waits_for if side in sides), event.asked_by):
        await deliver_message.handle(work, of_asked(event, person_id, units))


async def ended(work: Work, event: TransferEnded) -> None:
    """A message to those in office at and just above both units, and to the worker; raises UnitNotKnownYet."""
    units = await _units(work, event)
    told = await _holders(work, (event.unit_id, event.to_unit_id), event.decided_by)
    for person_id in told:
        if person_id != event.person_id:
            await deliver_message.handle(work, of_ended(event, person_id, units))
    if event.person_id is not None:
        await deliver_message.handle(work, of_you(event, event.person_id, units))
    if event.asker_id is not None:
        await deliver_message.handle(work, of_declined(event, event.asker_id, units))


async def _units(work: Work, event: TransferAsked | TransferEnded) -> tuple[Both, Both]:
    names = [await find_unit_names(work.raw, unit_id) for unit_id in (event.unit_id, event.to_unit_id)]
    if names[0] is None or names[1] is None:
        raise UnitNotKnownYet
    return names[0], names[1]


async def _holders(work: Work, unit_ids: Iterable[UUID], but: UUID) -> list[UUID]:
    """Everybody once, without who did it."""
    found: dict[UUID, None] = {}
    for unit_id in unit_ids:
        found |= dict.fromkeys(await find_holders(work, unit_id, _MAY_ANSWER))
    return [person_id for person_id in found if person_id != but]
