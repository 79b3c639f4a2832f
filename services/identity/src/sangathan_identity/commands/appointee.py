"""Finds or records the person who is to hold an office, by id or by phone and name."""

from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import INVALID_INPUT, Pointer, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_identity.domain.ids import PersonId
from sangathan_identity.domain.persons import Person
from sangathan_identity.domain.refusals import PERSON_SUSPENDED, PHONE_TAKEN
from sangathan_identity.domain.units import Names
from sangathan_identity.store import persons


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody who is to sign in with this number (E.164)."""

    names: Names
    phone: str


async def appointee(work: Work, who: UUID | NewPerson, sealer: Sealer) -> Person:
    """The person, locked, so that two appointments of one person are made one after the other."""
    if isinstance(who, NewPerson):
        return await _new_or_same(work, who, sealer)
    person = await persons.find_person(work, who, lock=True)
    if person is None:
        raise Refusal(
            INVALID_INPUT, "There is no such person.", errors=[Pointer("/person_id", "takes the id of a person")]
        )
    return _not_suspended(person)


async def _new_or_same(work: Work, new: NewPerson, sealer: Sealer) -> Person:
    """A number signs one person in: who gives a known one must know its person's name as well."""
    known = await persons.find_by_phone(work, sealer.index(new.phone, place=persons.PHONE_PLACE))
    if known is None:
        person = Person(PersonId(uuid7()), new.names, None, 1, None)
        await persons.insert_person(work, person, new.phone, sealer)
        return person
    same = known.names.hi == new.names.hi or known.names.en.casefold() == new.names.en.casefold()
    locked = await persons.find_person(work, known.id, lock=True)
    if not same or locked is None:
        raise Refusal(
            PHONE_TAKEN,
            "Give that person's own number, or the name of the person who has this one.",
            errors=[Pointer("/person/phone", "takes a number that nobody else signs in with")],
        )
    return _not_suspended(locked)


def _not_suspended(person: Person) -> Person:
    if person.suspended_at is not None:
        raise Refusal(PERSON_SUSPENDED, "Reinstate the person before appointing them.")
    return person
