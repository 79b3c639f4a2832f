"""Somebody who can sign in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sangathan_chassis.refusal import Pointer, Refusal
from sangathan_identity.domain.ids import PersonId
from sangathan_identity.domain.refusals import PERSON_SUSPENDED, PHONE_TAKEN
from sangathan_identity.domain.units import Names


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in; ``version`` rises when they are suspended or reinstated."""

    id: PersonId
    names: Names
    password_hash: str | None
    version: int
    suspended_at: datetime | None


def check_named(known: Person, given: Names) -> None:
    """Raises unless the person who signs in with the number goes by a name given, in either script."""
    if known.names.hi != given.hi and known.names.en.casefold() != given.en.casefold():
        raise Refusal(
            PHONE_TAKEN,
            "Give that person's own number, or the name of the person who has this one.",
            errors=[Pointer("/person/phone", "takes a number that nobody else signs in with")],
        )


def check_not_suspended(person: Person) -> None:
    """Raises while the person is suspended."""
    if person.suspended_at is not None:
        raise Refusal(PERSON_SUSPENDED, "Reinstate the person before appointing them.")


# Looked up in place of the person whom a number nobody has does not have, so that both cost the same.
NOBODY: Final = PersonId(UUID(int=0))
