"""Lets a suspended person sign in and act again."""

from dataclasses import dataclass, replace
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import Refusal
from sangathan_contracts.identity import PersonReinstated
from sangathan_identity.commands.reach import person_in_reach
from sangathan_identity.domain.persons import Person
from sangathan_identity.domain.refusals import PERSON_NOT_SUSPENDED
from sangathan_identity.store import audit, persons


@dataclass(frozen=True, slots=True)
class ReinstatePerson:
    """Whom."""

    person_id: UUID


async def handle(work: Work, caller: Caller, command: ReinstatePerson) -> Person:
    """The person, who signs in anew."""
    person = await person_in_reach(work, caller, command.person_id)
    if person.suspended_at is None:
        raise Refusal(PERSON_NOT_SUSPENDED)
    reinstated = replace(person, suspended_at=None, version=person.version + 1)
    await persons.save_suspension(work, reinstated)
    work.publish(PersonReinstated(person_id=person.id, version=reinstated.version), path="")
    await audit.append(work, audit.Entry.done(caller, person.id, caller.scope.lo))
    return reinstated
