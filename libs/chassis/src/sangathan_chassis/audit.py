"""The audit trail: who did, saw or was refused what, committed with the act itself, or the act does not happen.

``audit_entries`` can be added to and read, never changed or removed by the service. Moments after an entry commits, the
database links it: ``audit_links`` holds for each entry a number without gaps and
``sha256(hash of the one before + the entry's text)``, made by a function that belongs to the owner role, so that the
service cannot forge it. Every so often the newest link, the head, is published, and another service countersigns it on
its own trail (`witness`). Whoever then deletes, changes or reorders an entry contradicts a head that they cannot reach;
`sangathan_chassis.audit_verify` finds it. An entry that is removed within a second of its commit, before it is linked,
can be missed; the events of the same transaction still tell of the act.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from sangathan_chassis.caller import Caller, Viewing
from sangathan_chassis.consumer import Poison, Subscriber
from sangathan_chassis.countersign import WITNESSED, countersignature
from sangathan_chassis.database import Database, Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.logs import request_id
from sangathan_chassis.scope import Scope
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.envelope import Envelope, Event

VIEWED_AS: Final = "appointment.view-as"
"""The action of an entry that says who looked through whose eyes."""

_LINKS_AT_ONCE = 1_000
_LINK_EVERY_S = 1.0

_APPEND = """
INSERT INTO audit_entries (id, at, action, outcome, person_id, session_id, appointment_id, office, unit_id, path,
    subject_id, purpose, request_id, detail)
SELECT t.id, $13, t.action, t.outcome, t.person_id, t.session_id, t.appointment_id, t.office, t.unit_id, t.path,
    t.subject_id, t.purpose, $14, t.detail::jsonb
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::uuid[], $9::text[],
    $10::uuid[], $11::text[], $12::text[])
    AS t (id, action, outcome, person_id, session_id, appointment_id, office, unit_id, path, subject_id, purpose,
    detail)
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """What was done, seen or refused, by whom, to whom or what; ``detail`` holds no personal data."""

    act: str
    outcome: str
    person_id: UUID | None = None
    session_id: UUID | None = None
    appointment_id: UUID | None = None
    subject_id: UUID | None = None
    path: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    office: str = ""
    unit_id: UUID | None = None
    purpose: str | None = None

    @classmethod
    def done(cls, caller: Caller, subject_id: UUID, path: str, **detail: Any) -> "Entry":
        """Something a caller did under an office; ``path`` is the unit concerned."""
        return cls(
            caller.action,
            "done",
            caller.person_id,
            caller.session_id,
            caller.appointment_id,
            subject_id,
            path,
            detail,
            caller.own_office,
            caller.unit_id,
        )


def viewed(caller: Caller, viewing: Viewing, path: str) -> Entry:
    """That somebody looked through the eyes of an appointment; its holder is the subject and may read it."""
    detail = {"appointment_id": str(viewing.appointment_id), "office": caller.office, "action": caller.action}
    return Entry(
        VIEWED_AS,
        "done",
        caller.person_id,
        caller.session_id,
        caller.appointment_id,
        viewing.person_id,
        path,
        detail,
        viewing.office,
        caller.unit_id,
    )


def refused(caller: Caller, reason: str, route: str) -> Entry:
    """That somebody was refused something: the problem's slug, and the operation with its ids."""
    return Entry(
        caller.action,
        "refused",
        caller.person_id,
        caller.session_id,
        caller.appointment_id,
        path=caller.scope.lo,
        detail={"reason": reason, "route": route},
        office=caller.own_office,
        unit_id=caller.unit_id,
    )


async def append(work: Work, entry: Entry) -> None:
    """Adds the entry to the trail, to commit with the work."""
    await append_all(work, [entry])


async def append_all(work: Work, entries: Sequence[Entry]) -> None:
    """Adds the entries to the trail in one statement, in their order, to commit with the work."""
    await work.raw.execute(
        _APPEND,
        [uuid7() for _ in entries],
        [one.act for one in entries],
        [one.outcome for one in entries],
        [one.person_id for one in entries],
        [one.session_id for one in entries],
        [one.appointment_id for one in entries],
        [one.office for one in entries],
        [one.unit_id for one in entries],
        [one.path for one in entries],
        [one.subject_id for one in entries],
        [one.purpose for one in entries],
        [msgspec.json.encode(one.detail).decode() for one in entries],
        work.now,
        request_id.get(),
    )


HeadEvent = Callable[..., Event]


class Linker:
    """Links new entries, and publishes the head when it has moved and the last publication is old enough.

    Every process of a service runs one; the database lets one link at a time.
    """

    def __init__(self, database: Database, head_event: HeadEvent, *, publish_every_s: float) -> None:
        self._database = database
        self._head_event = head_event
        self._publish_every_s = publish_every_s
        self._published_at: datetime | None = None
        self._unpublished = False

    async def run(self) -> None:
        """Links until cancelled."""
        while True:
            while await self.link() == _LINKS_AT_ONCE:
                pass
            await asyncio.sleep(_LINK_EVERY_S)

    async def link(self) -> int:
        """Links what is waiting, up to a thousand entries; gives how many they were."""
        async with self._database.work(Scope.everything()) as work:
            [row] = await work.raw.fetch("SELECT linked, seq, hash FROM link_audit($1)", _LINKS_AT_ONCE)
            linked = row["linked"]
            self._unpublished = self._unpublished or linked > 0
            # Without a head another process is linking just now, and the head is told the next time.
            if self._unpublished and row["hash"] is not None and self._due(work.now):
                work.publish(self._head_event(seq=row["seq"], hash=row["hash"].hex(), at=work.now), path="")
                self._published_at, self._unpublished = work.now, False
        return int(linked)

    def _due(self, now: datetime) -> bool:
        last = self._published_at
        return last is None or (now - last).total_seconds() >= self._publish_every_s


def witness(sealer: Sealer, head_types: Sequence[type[Event]]) -> Mapping[str, Subscriber]:
    """Subscribers that countersign other services' heads on this service's own trail, which is linked itself."""

    def subscriber(head_type: type[Event]) -> Subscriber:
        async def on_trail_sealed(work: Work, envelope: Envelope) -> None:
            try:
                head: Any = msgspec.json.decode(envelope.body, type=head_type)
            except msgspec.MsgspecError as error:
                raise Poison(f"unreadable {head_type.type}") from error
            said = {"service": head_type.type.split(".", 1)[0], "seq": head.seq, "hash": head.hash}
            detail = {**said, "signature": countersignature(sealer, said)}
            await append(work, Entry(WITNESSED, "done", detail=detail))

        return on_trail_sealed

    return {head_type.type: subscriber(head_type) for head_type in head_types}
