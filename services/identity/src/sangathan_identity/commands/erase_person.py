"""Ends and empties an erased person here: offices, sign-ins, everything they sign in with, name and number."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_chassis.scope import Scope
from sangathan_contracts.identity import PersonErased, PersonSuspended, SessionEnded
from sangathan_identity.commands.end_office import write_ended
from sangathan_identity.store import appointments, audit, erasing, persons, sessions, split_workers

ERASED = "person.erase"
"""The trail's word for it; nobody may ask for it here."""


async def handle(work: Work, erasure_id: UUID, person_ids: Sequence[UUID], record_ids: Sequence[UUID]) -> None:
    """Ids of offices held remain, as the history of the units; who it was is not known any more."""
    removed = Counter[str]()
    if named := await split_workers.forget(work, record_ids):
        removed["split_workers"] = named
    for person_id in person_ids:
        removed.update(await _erase(work, person_id))
    await audit.append(work, audit.Entry(ERASED, "done", detail={"erasure_id": str(erasure_id), "removed": removed}))
    work.publish(PersonErased(erasure_id=erasure_id, removed=removed, at=work.now), path="")


async def _erase(work: Work, person_id: UUID) -> dict[str, int]:
    person = await persons.find_person(work, person_id, lock=True)
    if person is None:
        return {}
    held = await appointments.offices_of(work, person_id, Scope.everything())
    await write_ended(work, [one.ended(work.now) for one in held if one.gives_rights_after(work.now)])
    for session_id in await sessions.end_all_sessions(work, person_id, "person erased"):
        work.publish(SessionEnded(session_id=session_id, person_id=person_id), path="")
    removed = await erasing.erase_person(work, person_id)
    work.publish(PersonSuspended(person_id=person_id, version=person.version + 1), path="")
    return removed
