"""The unit tree and the appointments in memory, for a process that owns no database and asks for every request.

It is loaded from identity's snapshot and then follows identity's events: structural changes in exactly the order of
their tree version, with a new snapshot after a gap; appointments each under their own version. Dates are compared at
each question, so that an appointment begins and lapses without anybody acting.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sangathan_chassis.scope import upper_bound
from sangathan_contracts import identity
from sangathan_contracts.envelope import Envelope
from sangathan_contracts.identity import AppointmentState, SnapshotPage, UnitState
from sangathan_hierarchy.replica import Structural, decode

log = logging.getLogger(__name__)

_STRUCTURAL: Final[dict[str, type[Structural]]] = {
    event.type: event for event in (identity.UnitCreated, identity.UnitRenamed, identity.UnitMoved, identity.UnitClosed)
}
_Held = identity.AppointmentMade | identity.AppointmentEnded | identity.AppointmentShortened
_APPOINTMENTS: Final[dict[str, type[_Held]]] = {
    event.type: event for event in (identity.AppointmentMade, identity.AppointmentEnded, identity.AppointmentShortened)
}

Snapshot = Callable[[], AsyncIterator[SnapshotPage]]
OnLoaded = Callable[[list[SnapshotPage]], None]


@dataclass(slots=True)
class Unit:
    """A unit's place in the tree; ``lo`` (its path) and ``hi`` bound its subtree."""

    unit_id: str
    parent_id: str
    level: str
    lo: str
    hi: str
    closed: bool


@dataclass(frozen=True, slots=True, eq=False)
class Appointment:
    """An office held at a unit; the times are seconds since the epoch. A new version is a new object."""

    appointment_id: str
    person_id: str
    office: str
    unit_id: str
    valid_from: float
    valid_to: float
    ended: bool
    version: int
    delegated_from: str = ""
    actions: frozenset[str] = frozenset()
    granted: bool = False
    """Whether it is held by another system, and by no person."""

    def active(self, now: float) -> bool:
        """Whether it gives rights at this moment: from its first moment up to and not at its last."""
        return self.valid_from <= now < self.valid_to and not self.ended


class MemoryHierarchy:
    """Answers "which unit is this?" and "which offices does this person hold?" without leaving the process."""

    def __init__(self, snapshot: Snapshot, on_loaded: OnLoaded = lambda _pages: None) -> None:
        self._snapshot = snapshot
        self._on_loaded = on_loaded
        self._lock = asyncio.Lock()
        self._units: dict[str, Unit] = {}
        self._children: dict[str, list[Unit]] = {}
        self._appointments: dict[str, Appointment] = {}
        self._by_person: dict[str, tuple[Appointment, ...]] = {}
        self.tree_version = 0
        self.loaded = False
        """False until the first snapshot, and again from a missed change until the next: nobody may act on it then."""

    def __len__(self) -> int:
        return len(self._units)

    def unit(self, unit_id: str) -> Unit | None:
        """The unit with this id (lower-case, with hyphens), or None."""
        return self._units.get(unit_id)

    def appointments_of(self, person_id: str) -> tuple[Appointment, ...]:
        """Every appointment of the person that is known, whether it gives rights now or not."""
        return self._by_person.get(person_id, ())

    def appointment(self, appointment_id: str) -> Appointment | None:
        """The appointment with this id (lower-case, with hyphens), whether it gives rights now or not; or None."""
        return self._appointments.get(appointment_id)

    def active_of(self, person_id: str, now: float) -> list[Appointment]:
        """The person's appointments that give rights at this moment."""
        return [held for held in self._by_person.get(person_id, ()) if self.gives_rights(held, now)]

    def gives_rights(self, appointment: Appointment, now: float) -> bool:
        """Whether it gives rights now; a delegation only beneath an active office that is held in its own right."""
        if not appointment.active(now):
            return False
        if not appointment.delegated_from:
            return True
        giver = self._appointments.get(appointment.delegated_from)
        if giver is None or giver.delegated_from or giver.office != appointment.office or not giver.active(now):
            return False
        above, own = self._units.get(giver.unit_id), self._units.get(appointment.unit_id)
        return above is not None and own is not None and above.lo <= own.lo < above.hi

    def giver_of(self, appointment: Appointment) -> str:
        """The person who has passed this appointment on; empty for one held in its own right."""
        giver = self._appointments.get(appointment.delegated_from)
        return giver.person_id if giver else ""

    async def load(self) -> None:
        """Replaces everything by a new snapshot; raises TimeoutError when identity gives none."""
        async with self._lock:
            await self._load()

    async def follow(self, envelope: Envelope) -> bool:
        """Applies one of identity's events; False when it is none of the tree's, or already in.

        Loads a new snapshot when a change of the tree was missed. Raises Poison for a body that cannot be read, and
        TimeoutError when a needed snapshot does not come.
        """
        async with self._lock:
            if envelope.type in _STRUCTURAL:
                return await self._change_tree(decode(envelope, _STRUCTURAL[envelope.type]))
            if envelope.type in _APPOINTMENTS:
                return self._put_appointment(decode(envelope, _APPOINTMENTS[envelope.type]).appointment)
            if envelope.type == identity.TreeReloaded.type:
                return await self._reload(decode(envelope, identity.TreeReloaded))
            return False

    async def _reload(self, event: identity.TreeReloaded) -> bool:
        if self.loaded and event.tree_version <= self.tree_version:
            return False
        self.loaded = False
        await self._load()
        return True

    async def _load(self) -> None:
        pages = [page async for page in self._snapshot()]
        self._units, self._children, self._appointments, self._by_person = {}, {}, {}, {}
        for page in pages:
            self.tree_version = page.tree_version
            for state in page.units:
                self._put_unit(state)
            for appointment in page.appointments:
                self._put_appointment(appointment)
        self._on_loaded(pages)
        self.loaded = True
        log.info("tree loaded", extra={"fields": {"units": len(self._units), "tree_version": self.tree_version}})

    async def _change_tree(self, event: Structural) -> bool:
        """Applies the next change; one already in is passed over, and after a gap everything is loaded anew."""
        if self.loaded and event.tree_version <= self.tree_version:
            return False
        if not self.loaded or event.tree_version > self.tree_version + 1:
            self.loaded = False
            await self._load()
            return True
        self._put_unit(event.unit)
        if isinstance(event, identity.UnitMoved):
            self._move_below(self._units[str(event.unit.unit_id)])
        self.tree_version = event.tree_version
        return True

    def _put_unit(self, state: UnitState) -> None:
        unit_id, parent_id = str(state.unit_id), str(state.parent_id or "")
        unit = self._units.get(unit_id)
        if unit is None:
            unit = self._units[unit_id] = Unit(unit_id, parent_id, state.level, "", "", closed=False)
            self._children.setdefault(parent_id, []).append(unit)
        elif unit.parent_id != parent_id:
            self._children[unit.parent_id].remove(unit)
            self._children.setdefault(parent_id, []).append(unit)
            unit.parent_id = parent_id
        unit.level, unit.closed = state.level, state.closed_at is not None
        unit.lo, unit.hi = state.path, upper_bound(state.path)

    def _move_below(self, top: Unit) -> None:
        """Gives every unit below its new place: the parent's path and the own last code."""
        waiting = [top]
        while waiting:
            parent = waiting.pop()
            for child in self._children.get(parent.unit_id, ()):
                code = child.lo[:-1].rpartition(".")[2]
                child.lo = f"{parent.lo}{code}."
                child.hi = upper_bound(child.lo)
                waiting.append(child)

    def _put_appointment(self, state: AppointmentState) -> bool:
        appointment = _appointment(state)
        known = self._appointments.get(appointment.appointment_id)
        if known is not None and known.version >= appointment.version:
            return False
        self._appointments[appointment.appointment_id] = appointment
        others = tuple(
            other
            for other in self._by_person.get(appointment.person_id, ())
            if other.appointment_id != appointment.appointment_id
        )
        self._by_person[appointment.person_id] = (*others, appointment)
        return True


def _appointment(state: AppointmentState) -> Appointment:
    return Appointment(
        appointment_id=str(state.appointment_id),
        person_id=str(state.person_id),
        office=state.office,
        unit_id=str(state.unit_id),
        valid_from=state.valid_from.timestamp(),
        valid_to=_end(state.valid_to),
        ended=state.ended_at is not None,
        version=state.version,
        delegated_from=str(state.delegated_from or ""),
        actions=frozenset(state.actions),
        granted=state.client_id is not None,
    )


def _end(moment: datetime | None) -> float:
    return float("inf") if moment is None else moment.timestamp()
