"""Somebody who can sign in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sangathan_identity.domain.ids import PersonId
from sangathan_identity.domain.units import Names


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in; ``version`` rises when they are suspended or reinstated."""

    id: PersonId
    names: Names
    password_hash: str | None
    version: int
    suspended_at: datetime | None


# Looked up in place of the person whom a number nobody has does not have, so that both cost the same.
NOBODY: Final = PersonId(UUID(int=0))
