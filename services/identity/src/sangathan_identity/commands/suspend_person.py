"""Suspends a person: no sign-in, no refresh, no act, until reinstated."""

from dataclasses import dataclass, replace
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import Refusal
from sangathan_chassis.scope import Scope
from sangathan_contracts.identity import PersonSuspended, SessionEnded
from sangathan_identity.commands.doorway import whole_tree
from sangathan_identity.commands.end_office import end_delegations
from sangathan_identity.commands.reach import person_in_reach
from sangathan_identity.domain.persons import Person
from sangathan_identity.domain.refusals import PERSON_SUSPENDED
from sangathan_identity.store import appointments, audit, persons, sessions


@dataclass(frozen=True, slots=True)
class SuspendPerson:
    """Whom, and why, for the trail."""

    person_id: UUID
    reason: str


async def handle(work: Work, caller: Caller, command: SuspendPerson) -> Person:
    """The suspended person, whose sign-ins have ended, and with them all that they had passed on."""
    person = await person_in_reach(work, caller, command.person_id)
    if person.suspended_at is not None:
        raise Refusal(PERSON_SUSPENDED)
    suspended = replace(person, suspended_at=work.now, version=person.version + 1)
    await persons.save_suspension(work, suspended)
    async with whole_tree(work):
        ended = await sessions.end_all_sessions(work, person.id, "person suspended")
        held = await appointments.offices_of(work, person.id, Scope.everything())
    await end_delegations(work, held)
    work.publish(PersonSuspended(person_id=person.id, version=suspended.version), path="")
    for session_id in ended:
        work.publish(SessionEnded(session_id=session_id, person_id=person.id), path="")
    await audit.append(work, audit.Entry.done(caller, person.id, caller.scope.lo, reason=command.reason))
    return suspended
