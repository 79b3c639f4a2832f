"""Whom a caller may suspend: somebody whose offices all lie in the caller's unit and are the caller's to give."""

from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.scope import Scope
from sangathan_contracts.offices import CATALOGUE
from sangathan_identity.commands.doorway import whole_tree
from sangathan_identity.domain.appointments import check_may_appoint
from sangathan_identity.domain.persons import Person
from sangathan_identity.domain.refusals import HOLDS_OFFICE_ELSEWHERE, NOT_YOURSELF
from sangathan_identity.store import appointments, persons, tree


async def person_in_reach(work: Work, caller: Caller, person_id: UUID) -> Person:
    """The person, locked; raises not-found for who never held an office in the scope, as for nobody at all."""
    await tree.share_tree(work, caller)
    if not await appointments.offices_of(work, person_id, work.scope):
        raise Refusal(NOT_FOUND)
    if person_id == caller.person:
        raise Refusal(NOT_YOURSELF, "Another office-bearer above you can do this.")
    person = await persons.find_person(work, person_id, lock=True)
    if person is None:
        raise Refusal(NOT_FOUND)
    async with whole_tree(work):
        everywhere = await appointments.offices_of(work, person_id, Scope.everything())
    held = [one for one in everywhere if one.gives_rights_after(work.now)]
    if any(not caller.scope.contains(one.path) for one in held):
        raise Refusal(HOLDS_OFFICE_ELSEWHERE, "An office above both units can do this.")
    for one in held:
        check_may_appoint(CATALOGUE, caller.office, one.office)
    return person
