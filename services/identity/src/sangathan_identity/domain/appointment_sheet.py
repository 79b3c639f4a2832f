"""Many appointments as a sheet: each row by the rules of a single one, and for each that cannot be, what would do.

Rows count one after another, each on top of those above it, before anything is written. A row that says what is so
already changes nothing, so that a sheet may be brought in again.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_contracts.offices import Catalogue
from sangathan_identity.domain.appointment_faults import NAMED_TWICE, Fault, fault_of
from sangathan_identity.domain.appointments import Appointment, Term, check_gives, check_office_at, settle
from sangathan_identity.domain.ids import AppointmentId, PersonId
from sangathan_identity.domain.persons import Person, check_named, check_not_suspended
from sangathan_identity.domain.sheets import Row
from sangathan_identity.domain.units import Names, Unit


@dataclass(frozen=True, slots=True)
class Asked:
    """What a row asks for: whom (by number and name), which office, at which unit, from when up to when.

    ``begins`` is None for from now on, ``ends`` for an open end.
    """

    row: Row
    phone: str
    names: Names
    office: str
    path: str
    begins: datetime | None
    ends: datetime | None

    def term(self, now: datetime) -> Term:
        """The term, if it began now where it names no beginning."""
        return Term(self.begins or now, self.ends)

    def is_so(self, held: Appointment, now: datetime) -> bool:
        """Whether the appointment is the very one that is asked for."""
        begins = held.term.begins == self.begins if self.begins else held.term.begins <= now
        return held.regular and held.ended_at is None and begins and held.term.ends == self.ends


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot be, and everything that is wrong with it."""

    row: Row
    faults: Sequence[Fault]


@dataclass(frozen=True, slots=True)
class OnRecord:
    """What there is of what the sheet names: units by path, persons by number, and who holds those offices there."""

    units: Mapping[str, Unit]
    persons: Mapping[str, Person]
    held: Sequence[Appointment]


@dataclass(frozen=True, slots=True)
class Appointer:
    """Who appoints, under which office, and when."""

    catalogue: Catalogue
    office: str
    person_id: UUID | None
    now: datetime


@dataclass(slots=True)
class Plan:
    """What the sheet amounts to; ``relieved`` are acting charges as they are afterwards."""

    made: list[Appointment] = field(default_factory=list)
    newcomers: list[tuple[Person, str]] = field(default_factory=list)
    relieved: dict[AppointmentId, Appointment] = field(default_factory=dict)
    unchanged: int = 0
    rejects: list[Reject] = field(default_factory=list)


class AppointmentSheet:
    """Works through rows one by one."""

    def __init__(self, appointer: Appointer, known: OnRecord, new_id: Callable[[], UUID]) -> None:
        self._by = appointer
        self._units = known.units
        self._persons = dict(known.persons)
        self._on_record = frozenset(person.id for person in known.persons.values())
        self._held: dict[tuple[UUID, str], list[Appointment]] = defaultdict(list)
        for one in known.held:
            self._held[one.unit_id, one.office].append(one)
        self._new_id = new_id
        self._seen: set[tuple[UUID, str, UUID]] = set()
        self._plan = Plan()

    def plan(self, rows: Iterable[Asked]) -> Plan:
        """The appointments of all rows that can be, and the rejects."""
        for asked in rows:
            try:
                self._take(asked)
            except Refusal as refusal:
                self._reject(asked, fault_of(refusal, self._by.catalogue, self._by.office, asked.office))
        appointed = {one.person_id for one in self._plan.made} - self._on_record
        self._plan.newcomers = [(person, phone) for phone, person in self._persons.items() if person.id in appointed]
        return self._plan

    def _reject(self, asked: Asked, fault: Fault) -> None:
        self._plan.rejects.append(Reject(asked.row, [fault]))

    def _take(self, asked: Asked) -> None:
        check_gives(self._by.catalogue, self._by.office, asked.office)
        unit = self._units.get(asked.path)
        if unit is None:
            raise Refusal(NOT_FOUND)
        check_office_at(self._by.catalogue, asked.office, unit)
        person = self._person(asked)
        place = (person.id, asked.office, unit.id)
        if place in self._seen:
            self._reject(asked, NAMED_TWICE)
            return
        self._seen.add(place)
        self._appoint(asked, unit, person)

    def _person(self, asked: Asked) -> Person:
        person = self._persons.get(asked.phone)
        if person is None:
            person = Person(PersonId(self._new_id()), asked.names, None, 1, None)
            self._persons[asked.phone] = person
        check_named(person, asked.names)
        check_not_suspended(person)
        return person

    def _appoint(self, asked: Asked, unit: Unit, person: Person) -> None:
        there = self._held[unit.id, asked.office]
        if any(one.person_id == person.id and asked.is_so(one, self._by.now) for one in there):
            self._plan.unchanged += 1
            return
        term = asked.term(self._by.now)
        term.check(self._by.now)
        new = Appointment(
            id=AppointmentId(self._new_id()),
            person_id=person.id,
            office=asked.office,
            unit_id=unit.id,
            path=unit.path,
            term=term,
            appointed_by=self._by.person_id,
        )
        relieved = {one.id: one for one in settle(new, there, self._by.now)}
        self._held[unit.id, asked.office] = [*(relieved.get(one.id, one) for one in there), new]
        self._plan.relieved |= relieved
        self._plan.made.append(new)
