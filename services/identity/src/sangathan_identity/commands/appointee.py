"""Finds or records the person who is to hold an office, by id or by phone and name."""

from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import INVALID_INPUT, Pointer, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_identity.domain.ids import PersonId
from sangathan_identity.domain.persons import Person, check_named, check_not_suspended
from sangathan_identity.domain.refusals import PERSON_SUSPENDED
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
    check_not_suspended(person)
    return person


async def lock_giver(work: Work, caller: Caller) -> None:
    """Locks the giver's own person: a suspension ends what was passed on before it, and nothing is after it."""
    giver = await persons.find_person(work, caller.person, lock=True)
    if giver is None or giver.suspended_at is not None:
        raise Refusal(PERSON_SUSPENDED)


async def _new_or_same(work: Work, new: NewPerson, sealer: Sealer) -> Person:
    """A number signs one person in: who gives a known one must know its person's name as well."""
    known = await persons.find_by_phone(work, sealer.index(new.phone, place=persons.PHONE_PLACE))
    if known is None:
        person = Person(PersonId(uuid7()), new.names, None, 1, None)
        await persons.insert_persons(work, [(person, new.phone)], sealer)
        return person
    check_named(known, new.names)
    locked = await persons.find_person(work, known.id, lock=True)
    assert locked is not None  # noqa: S101 - nobody is ever deleted.
    check_not_suspended(locked)
    return locked
