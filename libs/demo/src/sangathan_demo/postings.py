"""Says who holds which office: every office-bearer is one of the workers of a booth in the own unit.

One booth in nine has no president now, only a former one whose term is over: gaps are what office-bearers look for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sangathan_demo.ids import stable_id
from sangathan_demo.tree import Tree, Unit

TERM_BEGAN: Final = "2021-04-01T00:00:00+05:30"
FORMER_TERM_BEGAN: Final = "2018-04-01T00:00:00+05:30"
# The place (0 to 11) among the twelve of the unit's first booth from which each office-bearer comes.
PLACES: Final = {
    "booth-president": 0,
    "mandal-president": 1,
    "vidhan-sabha-president": 2,
    "district-president": 3,
    "district-general-secretary": 4,
    "state-president": 5,
    "state-it-in-charge": 6,
    "national-president": 7,
    "vistarak": 8,
}
SPARE_PLACE: Final = 8
_OFFICES_AT: Final = {
    "nation": ("national-president",),
    "state": ("state-president", "state-it-in-charge"),
    "district": ("district-president", "district-general-secretary"),
    "vidhan-sabha": ("vidhan-sabha-president",),
    "mandal": ("mandal-president",),
    "booth": ("booth-president",),
}
_MOST_BOOTHS_OF_A_VISTARAK: Final = 20


@dataclass(frozen=True, slots=True)
class Seat:
    """The place of one worker in one booth; what makes a person the same everywhere."""

    booth: Unit
    place: int

    @property
    def person_id(self) -> str:
        """The id of the person who is this worker."""
        return stable_id(f"person:{self.booth.path}{self.place}")


@dataclass(frozen=True, slots=True)
class Posting:
    """An office held at a unit for a term; an empty `valid_to` is an open end."""

    office: str
    unit: Unit
    seat: Seat
    valid_from: str = TERM_BEGAN
    valid_to: str = ""
    appointed_by: str = ""

    @property
    def appointment_id(self) -> str:
        """The id of the appointment."""
        return stable_id(f"appointment:{self.office}:{self.unit.path}:{self.valid_from}")


@dataclass(frozen=True, slots=True)
class Assignment:
    """A booth that a vistarak is sent to."""

    posting: Posting
    booth: Unit

    @property
    def id(self) -> str:
        """The id of the assignment."""
        return stable_id(f"assignment:{self.posting.appointment_id}:{self.booth.path}")


def is_vacant(booth: Unit) -> bool:
    """Whether the booth has no president now."""
    return int(booth.code[1:]) % 9 == 5


def postings(tree: Tree) -> Iterator[Posting]:
    """Every appointment, the appointer's before those made by the appointer."""
    yield from _below(tree, tree.units[0], appointer="")


def posting(tree: Tree, office: str, unit: Unit) -> Posting:
    """The appointment to `office` now held at `unit`; the appointer is left open."""
    booth = next(tree.booths(unit))
    return Posting(office, unit, Seat(booth, PLACES[office]))


def assignments(tree: Tree) -> Iterator[Assignment]:
    """The booths of one vistarak in each district: those of its first mandal but the last."""
    for district in tree.at("district"):
        mandal = tree.children(tree.children(district)[0])[0]
        holder = posting(tree, "vistarak", mandal)
        for booth in tree.children(mandal)[:-1][:_MOST_BOOTHS_OF_A_VISTARAK]:
            yield Assignment(holder, booth)


def _below(tree: Tree, unit: Unit, appointer: str) -> Iterator[Posting]:
    held = [_posting_at(tree, office, unit, appointer) for office in _OFFICES_AT[unit.level]]
    yield from held
    if unit.level == "district":
        mandal = tree.children(tree.children(unit)[0])[0]
        yield _posting_at(tree, "vistarak", mandal, held[0].seat.person_id)
    for child in tree.children(unit):
        yield from _below(tree, child, held[0].seat.person_id)


def _posting_at(tree: Tree, office: str, unit: Unit, appointer: str) -> Posting:
    seat = posting(tree, office, unit).seat
    if unit.level == "booth" and is_vacant(unit):
        return Posting(office, unit, seat, FORMER_TERM_BEGAN, TERM_BEGAN, appointer)
    return Posting(office, unit, seat, appointed_by=appointer)
