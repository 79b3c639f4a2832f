"""Invites the holders, today, of an office at the units called to a workshop."""

from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.audit import Entry, append
from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_contracts.workshops import InvitationIssued
from sangathan_workshops.domain.calling import require_office_of_level
from sangathan_workshops.domain.invitation import Invitation
from sangathan_workshops.store.invitations import (
    CalledWorkshop,
    add_invitations,
    find_workshop,
    holders_today,
    lock_allocations,
)


@dataclass(frozen=True, slots=True)
class IssueInvitations:
    """An office to invite to a workshop, at those of its units that lie inside the caller's scope."""

    workshop_id: UUID
    office: str
    caller: Caller


@dataclass(frozen=True, slots=True)
class Issued:
    """How many units were looked at, how many holders found, and how many of them are newly invited."""

    units: int
    holders: int
    invited: int


async def handle(work: Work, command: IssueInvitations) -> Issued:
    """Invites whoever is not yet invited, each with an event at their unit; a repetition changes nothing."""
    workshop = await find_workshop(work.raw, work.scope, command.workshop_id)
    if workshop is None:
        raise Refusal(NOT_FOUND)
    require_office_of_level(command.office, workshop.level)
    units = await lock_allocations(work.raw, work.scope, workshop.id)
    invitees = await holders_today(work, workshop.id, command.office)
    invitations = await add_invitations(work, workshop, invitees, office=command.office, by=command.caller.person)
    for invitation in invitations:
        work.publish(_issued(workshop, invitation), path=invitation.path)
    detail = {"office": command.office, "invited": len(invitations)}
    await append(work, Entry.done(command.caller, workshop.id, work.scope.lo, **detail))
    return Issued(units, len(invitees), len(invitations))


def _issued(workshop: CalledWorkshop, invitation: Invitation) -> InvitationIssued:
    return InvitationIssued(
        invitation_id=invitation.id,
        workshop_id=workshop.id,
        person_id=invitation.person_id,
        unit_id=invitation.unit_id,
        held_on=workshop.held_on,
        venue_hi=workshop.venue_hi,
        venue_en=workshop.venue_en,
    )
