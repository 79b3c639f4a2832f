"""How likely two records tell of one person: what speaks for it and what against, added up in bits.

The weights follow Fellegi and Sunter (A Theory for Record Linkage, 1969): the binary logarithm of how much more often
two records of one person agree than two of different people. They are rounded, and tuned on one half of the name list.
"""

from dataclasses import dataclass
from typing import Final

from sangathan_names.likeness import likeness_of
from sangathan_names.sounds import Sound, sounds

LEAST_BITS: Final = 13.0
"""From here on two records are shown to a person as perhaps the same."""

_NAME: Final = ((0.985, 9.0), (0.94, 8.0), (0.90, 6.0), (0.84, 3.0))
_RELATION: Final = ((0.94, 5.0), (0.85, 3.0), (0.0, -5.0))
_YEARS: Final = ((0, 4.0), (1, 3.0), (3, 0.5), (6, -3.0))
_PHONE: Final = (6.0, -1.0)
_PLACE: Final = (5.0, 3.0, 1.0)
MOST_OF_NAME: Final = _NAME[0][1]
MOST_OF_RELATION: Final = _RELATION[0][1]
"""What names can add at most, for who weighs the rest first because these are dear to have or to compare."""
_OTHER_GENDER: Final = -6.0


@dataclass(frozen=True, slots=True)
class Person:
    """What of a record is compared; ``place`` lists its units from the booth upwards, ``phone`` may be its index."""

    names: tuple[tuple[Sound, ...], ...]
    relation: tuple[Sound, ...] = ()
    birth_year: int | None = None
    phone: bytes | None = None
    gender: str | None = None
    place: tuple[str, ...] = ()

    @classmethod
    def named(cls, *names: str | None, relation: str | None = None) -> "Person":
        """A person by names in either script."""
        return cls(tuple(sounds(name) for name in names if name), sounds(relation or ""))


@dataclass(frozen=True, slots=True)
class Evidence:
    """Bits for (positive) and against (negative), by what they rest on."""

    name: float
    relation: float
    birth_year: float
    phone: float
    place: float
    gender: float

    @property
    def bits(self) -> float:
        """All of it; nothing makes up for names that are not alike."""
        if self.name <= 0:
            return 0.0
        return self.name + self.relation + self.birth_year + self.phone + self.place + self.gender


NONE: Final = Evidence(name=0.0, relation=0.0, birth_year=0.0, phone=0.0, place=0.0, gender=0.0)
"""That of records whose names are not alike."""


def bits_beside_names(one: Person, other: Person) -> float:
    """What everything but names adds up to."""
    rest = _birth_year(one.birth_year, other.birth_year) + _phone(one.phone, other.phone)
    return rest + _place(one.place, other.place) + _gender(one.gender, other.gender)


def weigh(one: Person, other: Person) -> Evidence:
    """The evidence that two records tell of one person."""
    alike = max((likeness_of(a, b) for a in one.names for b in other.names), default=0.0)
    return Evidence(
        name=_of(alike, _NAME, 0.0),
        relation=_relation(one, other),
        birth_year=_birth_year(one.birth_year, other.birth_year),
        phone=_phone(one.phone, other.phone),
        place=_place(one.place, other.place),
        gender=_gender(one.gender, other.gender),
    )


def _of(value: float, steps: tuple[tuple[float, float], ...], otherwise: float) -> float:
    return next((bits for least, bits in steps if value >= least), otherwise)


def _relation(one: Person, other: Person) -> float:
    return _of(likeness_of(one.relation, other.relation), _RELATION, 0.0) if one.relation and other.relation else 0.0


def _birth_year(one: int | None, other: int | None) -> float:
    if one is None or other is None:
        return 0.0
    apart = abs(one - other)
    return next((bits for most, bits in _YEARS if apart <= most), -5.0)


def _phone(one: bytes | None, other: bytes | None) -> float:
    if one is None or other is None:
        return 0.0
    same, differing = _PHONE
    return same if one == other else differing


def _gender(one: str | None, other: str | None) -> float:
    return _OTHER_GENDER if one and other and one != other else 0.0


def _place(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    return next((bits for a, b, bits in zip(one, other, _PLACE, strict=False) if a == b), 0.0)
