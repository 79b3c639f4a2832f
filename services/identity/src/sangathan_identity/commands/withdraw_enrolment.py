"""Withdraws a code that enrols a device; a device that was enrolled with it already signs in no more."""

from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_contracts.offices import CATALOGUE
from sangathan_identity.commands.doorway import whole_tree
from sangathan_identity.commands.end_other_sessions import end_sessions
from sangathan_identity.commands.own_session import announce_change
from sangathan_identity.domain.appointments import check_may_appoint
from sangathan_identity.domain.refusals import ENROLMENT_WITHDRAWN
from sangathan_identity.store import audit, devices, enrolments, tree


async def handle(work: Work, caller: Caller, enrolment_id: UUID) -> None:
    """Withdraws it; raises not-found outside the scope as for none at all, and a conflict when it is withdrawn."""
    await tree.share_tree(work, caller)
    found = await enrolments.find_in_scope(work, enrolment_id)
    if found is None:
        raise Refusal(NOT_FOUND)
    enrolment, office = found
    check_may_appoint(CATALOGUE, caller.office, office)
    if enrolment.withdrawn_at is not None:
        raise Refusal(ENROLMENT_WITHDRAWN)
    await enrolments.withdraw(work, enrolment.id)
    if enrolment.device_id is not None:
        await _end_device(work, enrolment.device_id, enrolment.person_id)
    await audit.append(
        work, audit.Entry.done(caller, enrolment.person_id, caller.scope.lo, withdrawn=str(enrolment.id))
    )


async def _end_device(work: Work, device_id: UUID, person_id: UUID) -> None:
    async with whole_tree(work):
        if await devices.end_device(work, device_id, person_id):
            await end_sessions(work, person_id, "device withdrawn", device=device_id)
            announce_change(work, person_id, "device-withdrawn")
