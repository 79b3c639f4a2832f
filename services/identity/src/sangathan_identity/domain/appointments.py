"""The rules of appointing: only from above, to an office of the unit's level, for a term."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sangathan_chassis.refusal import INVALID_INPUT, Pointer, Refusal
from sangathan_contracts.offices import Catalogue
from sangathan_identity.domain.ids import AppointmentId, PersonId, UnitId
from sangathan_identity.domain.refusals import ALREADY_HOLDS, APPOINTMENT_OVER, OFFICE_NOT_YOURS_TO_GIVE, WRONG_LEVEL
from sangathan_identity.domain.units import Unit, check_open

EARLIEST = datetime(1950, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=366)
LONGEST_TERM = timedelta(days=3_660)


@dataclass(frozen=True, slots=True)
class Term:
    """From its first moment up to and not at its last; None is an open end."""

    begins: datetime
    ends: datetime | None

    def check(self, now: datetime) -> None:
        """Raises unless the term lies between 1950 and a year ahead, ends after it begins, and is ten years at most."""
        if not EARLIEST <= self.begins <= now + AHEAD:
            raise _wrong("/valid_from", "takes a moment from 1950 on, and at most a year ahead")
        if self.ends is None:
            return
        if not self.begins < self.ends <= self.begins + LONGEST_TERM:
            raise _wrong("/valid_to", "takes a moment after valid_from, and at most ten years after it")
        if self.ends <= now:
            raise _wrong("/valid_to", "takes a moment that is still to come")


@dataclass(frozen=True, slots=True)
class Appointment:
    """A person in an office at a unit for a term; ``path`` is the unit's and follows it.

    Of a grant to another system, ``client_id`` is set and ``person_id`` is the same id.
    """

    id: AppointmentId
    person_id: PersonId
    office: str
    unit_id: UnitId
    path: str
    term: Term
    appointed_by: UUID | None
    version: int = 1
    ended_at: datetime | None = None
    delegated_from: UUID | None = None
    actions: tuple[str, ...] = ()
    acting: bool = False
    client_id: UUID | None = None

    @property
    def regular(self) -> bool:
        """Whether the office is held in its own right: neither as an acting charge nor by delegation."""
        return not self.acting and self.delegated_from is None

    def overlaps(self, term: Term) -> bool:
        """Whether it holds in a part of the term; one that was ended holds up to its end."""
        over = min((moment for moment in (self.term.ends, self.ended_at) if moment is not None), default=None)
        begins = max(self.term.begins, term.begins)
        return (over is None or over > begins) and (term.ends is None or term.ends > begins)

    def gives_rights_after(self, at: datetime) -> bool:
        """Whether it gives rights at this moment or is still to give them."""
        return self.ended_at is None and (self.term.ends is None or self.term.ends > at)

    def ended(self, at: datetime) -> "Appointment":
        """The appointment, ended before its time; raises when it is over already."""
        if not self.gives_rights_after(at):
            raise Refusal(APPOINTMENT_OVER, "Only an appointment that still gives rights, or is to, can be ended.")
        return replace(self, ended_at=at, version=self.version + 1)

    def shortened(self, ends: datetime) -> "Appointment":
        """The appointment, lapsing sooner."""
        return replace(self, term=Term(self.term.begins, ends), version=self.version + 1)


def check_gives(catalogue: Catalogue, appointer: str, office: str) -> None:
    """Raises unless the catalogue has the office and the appointer's appoints to it."""
    if catalogue.find(office) is None:
        raise _wrong("/office", f"takes one of: {', '.join(sorted(catalogue.offices))}")
    check_may_appoint(catalogue, appointer, office)


def check_may_appoint(catalogue: Catalogue, appointer: str, office: str) -> None:
    """Raises unless the appointer's office appoints to this one."""
    giver = catalogue.find(appointer)
    gives: AbstractSet[str] = giver.may_appoint if giver else frozenset()
    if office not in gives:
        raise Refusal(OFFICE_NOT_YOURS_TO_GIVE, f"Your office appoints to: {', '.join(sorted(gives)) or 'none'}.")


def check_office_at(catalogue: Catalogue, office: str, unit: Unit) -> None:
    """Raises unless the unit is open and the office is held at units of its level."""
    check_open(unit)
    level = catalogue.office(office).level
    if unit.level != level:
        raise Refusal(
            WRONG_LEVEL,
            f"The office is held at a {level}, the unit is a {unit.level}.",
            errors=[Pointer("/unit_id", f"takes a unit of the level {level}")],
        )


def settle(new: Appointment, there: Sequence[Appointment], now: datetime) -> list[Appointment]:
    """The acting charges among those at the same office there, as they are once the new appointment stands.

    Who acted is relieved when a regular holder begins: ended now, or lapsing on the day of a later beginning, while a
    charge that would begin later never does. Raises when the new one's person holds the office in a part of its term.
    """
    charges = [one for one in there if new.regular and one.acting and one.gives_rights_after(now)]
    relieved = [_relieved(one, new.term.begins, now) for one in charges if one.overlaps(new.term)]
    changed = {one.id for one in relieved}
    left = [*relieved, *(one for one in there if one.id not in changed)]
    if any(one.person_id == new.person_id and one.overlaps(new.term) for one in left):
        raise Refusal(ALREADY_HOLDS, "Choose a term that does not overlap, or end the other appointment first.")
    return relieved


def _relieved(charge: Appointment, begins: datetime, now: datetime) -> Appointment:
    if begins <= max(now, charge.term.begins):
        return charge.ended(now)
    return charge.shortened(begins)


def _wrong(pointer: str, detail: str) -> Refusal:
    return Refusal(
        INVALID_INPUT, "Each error names the place and what would be accepted.", errors=[Pointer(pointer, detail)]
    )
