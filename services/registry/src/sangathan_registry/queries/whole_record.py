"""The one look-up that goes beyond the caller's scope: "is this person one of ours?"

A booth office-bearer who is shown a claim must be able to ask about anybody, and yet learn nothing but yes or no, the
unit, and the status. So the scope is widened here, for exactly one look-up by exact phone or worker id, which returns
no field of the record, and is set back before anything else happens. Eight other uses are there: a withdrawal, an
erasure and a removal of a photo, which take what was merged into a record with it, wherever that stands; a person who
reads or erases their own record, or reads who looked at it, which is found wherever it is; break-glass, which shows one
record for a while (docs/decisions/0017); a stranger who shows a card's genuine code, and is told what the public page
shows (docs/decisions/0018); a signed statement about a case, which says whether a claimed number is on record
(docs/decisions/0022); a transfer, which concerns two units and shows each side what it may know (docs/decisions/0026);
what a worker within the scope answered in drives and the signature by which they agreed, which stay under the record
that they came with, wherever the worker goes; and a person who is signed in and confirms what their own record says
they agreed to, or asks or complains of it.
Nowhere else may a caller's scope widen.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_chassis.scope import Scope

_MOST = 10
_COLUMNS = ("unit_id", "path", "name_hi", "name_en", "worker_id", "person_id")
_FOUND = """
SELECT u.unit_id, u.path, u.name_hi, u.name_en, w.id AS worker_id, w.person_id
FROM workers w JOIN unit_replica u ON u.unit_id = w.unit_id
WHERE w.status = 'active' AND {} ORDER BY w.id LIMIT $2
"""
_BY_PHONE = _FOUND.format("w.phone_index = $1")
_BY_ID = _FOUND.format("w.id = $1")


@dataclass(frozen=True, slots=True)
class OnRecord:
    """The unit at which somebody is on record; ``person_id`` when they can sign in."""

    unit_id: UUID
    path: str
    name_hi: str
    name_en: str
    worker_id: UUID
    person_id: UUID | None


@asynccontextmanager
async def beyond_scope(work: Work) -> AsyncIterator[None]:
    """Widens the work's scope to everything and sets it back; an exception ends the work altogether."""
    own = work.scope
    await work.set_scope(replace(Scope.everything(), person=own.person))
    yield
    await work.set_scope(own)


async def look_up(work: Work, *, phone_index: bytes | None, worker_id: UUID | None) -> list[OnRecord]:
    """Where the person is on record, at most ten places; call it within `beyond_scope`."""
    if phone_index is not None:
        rows = await work.raw.fetch(_BY_PHONE, phone_index, _MOST)
    else:
        rows = await work.raw.fetch(_BY_ID, worker_id, _MOST)
    return [OnRecord(*(row[name] for name in _COLUMNS)) for row in rows]
