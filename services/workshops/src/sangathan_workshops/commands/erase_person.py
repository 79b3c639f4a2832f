"""Removes an erased person's invitations and attendances, and reports."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from sangathan_chassis.audit import Entry, append
from sangathan_chassis.database import Work
from sangathan_contracts.workshops import PersonErased
from sangathan_workshops.store.erasing import erase_invitations

ERASED = "person.erase"
"""The trail's word for it; nobody may ask for it here."""


async def handle(work: Work, erasure_id: UUID, person_ids: Sequence[UUID]) -> None:
    """With no person there is nothing here, which is reported as well."""
    removed = Counter[str]()
    for person_id in person_ids:
        removed.update(await erase_invitations(work, person_id))
    await append(work, Entry(ERASED, "done", detail={"erasure_id": str(erasure_id), "removed": removed}))
    work.publish(PersonErased(erasure_id=erasure_id, removed=removed, at=work.now), path="")
