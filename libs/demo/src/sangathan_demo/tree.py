"""The demo's unit tree: a real state to its constituencies, made-up mandals and booths below, a made-up neighbour.

The neighbour (`nx`) is there so that a state's own limit can be shown. Codes have a fixed width among siblings, so no
unit's path is the beginning of another's by accident.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from sangathan_demo.ids import stable_id
from sangathan_demo.sources import Name, constituencies, workshop_rows

STATE_PATH: Final = "in.mp."


@dataclass(frozen=True, slots=True)
class Level:
    """A rung of the ladder; rank 1 is the highest."""

    code: str
    rank: int
    name: Name


LEVELS: Final = (
    Level("nation", 1, Name("राष्ट्र", "Nation")),
    Level("state", 2, Name("प्रदेश", "State")),
    Level("district", 3, Name("जिला", "District")),
    Level("vidhan-sabha", 4, Name("विधानसभा", "Vidhan Sabha")),
    Level("mandal", 5, Name("मंडल", "Mandal")),
    Level("booth", 6, Name("बूथ", "Booth")),
)


@dataclass(frozen=True, slots=True)
class Scale:
    """How many mandals and booths are made beneath the real 230 constituencies, spread as evenly as numbers allow.

    A booth has its committee of twelve, or as many workers as the largest of records would hold.
    """

    name: str
    mandals: int
    booths: int
    workers_per_booth: int = 12


SCALES: Final = {
    scale.name: scale
    for scale in (
        Scale("tiny", mandals=460, booths=1_380),
        Scale("small", mandals=690, booths=3_450),
        Scale("full", mandals=1_078, booths=65_015),
        Scale("large", mandals=1_078, booths=65_015, workers_per_booth=20),
    )
}


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit as identity loads it."""

    id: str
    parent_id: str
    level: str
    code: str
    path: str
    name: Name


@dataclass(frozen=True, slots=True)
class Tree:
    """All units, parents before children and in the order of their paths, with the ways to walk them."""

    units: tuple[Unit, ...]
    workers_per_booth: int
    by_path: dict[str, Unit] = field(init=False, repr=False)
    _beneath: dict[str, list[Unit]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        beneath: dict[str, list[Unit]] = {}
        for unit in self.units:
            beneath.setdefault(unit.parent_id, []).append(unit)
        object.__setattr__(self, "_beneath", beneath)
        object.__setattr__(self, "by_path", {unit.path: unit for unit in self.units})

    def at(self, level: str) -> list[Unit]:
        """The units of one level, by path."""
        return [unit for unit in self.units if unit.level == level]

    def children(self, unit: Unit) -> list[Unit]:
        """The units right beneath `unit`, by code."""
        return self._beneath.get(unit.id, [])

    def booths(self, unit: Unit) -> Iterator[Unit]:
        """All booths of `unit`, itself included when it is one, by path."""
        if unit.level == "booth":
            yield unit
        for child in self.children(unit):
            yield from self.booths(child)


def build_tree(scale: Scale) -> Tree:
    """The whole tree of one scale."""
    nation = _unit(None, "in", "nation", Name("भारत", "India"))
    state = _unit(nation, "mp", "state", Name("मध्य प्रदेश", "Madhya Pradesh"))
    units = [nation, state, *_real_districts(state, scale), *_neighbour(nation)]
    return Tree(tuple(sorted(units, key=lambda unit: unit.path)), scale.workers_per_booth)


def _real_districts(state: Unit, scale: Scale) -> Iterator[Unit]:
    districts = {}
    for number, row in enumerate(workshop_rows(), start=1):
        districts[row.district.en] = _unit(state, f"d{number:02}", "district", row.district)
    yield from districts.values()
    seats = constituencies()
    mandals_before = 0
    for index, seat in enumerate(seats):
        seat_unit = _unit(districts[seat.district_en], f"v{seat.number:03}", "vidhan-sabha", seat.name)
        yield seat_unit
        mandals = _share(scale.mandals, len(seats), index)
        booths = [_share(scale.booths, scale.mandals, mandals_before + number) for number in range(mandals)]
        mandals_before += mandals
        yield from _mandals(seat_unit, booths)


def _neighbour(nation: Unit) -> Iterator[Unit]:
    state = _unit(nation, "nx", "state", Name("नमूना प्रदेश", "Namuna Pradesh (made up)"))
    district = _unit(state, "d01", "district", Name("नमूना जिला", "Namuna District"))
    seat = _unit(district, "v001", "vidhan-sabha", Name("नमूना", "Namuna"))
    yield from (state, district, seat)
    yield from _mandals(seat, [2])


def _mandals(seat: Unit, booths_of_each: list[int]) -> Iterator[Unit]:
    booth = 0
    for number, booths in enumerate(booths_of_each, start=1):
        mandal = _unit(seat, f"m{number:02}", "mandal", _numbered(seat.name, Name("मंडल", "Mandal"), number))
        yield mandal
        for _ in range(booths):
            booth += 1
            yield _unit(mandal, f"b{booth:04}", "booth", _numbered(seat.name, Name("बूथ", "Booth"), booth))


def _numbered(of: Name, kind: Name, number: int) -> Name:
    return Name(hi=f"{of.hi} {kind.hi} {number}", en=f"{of.en} {kind.en} {number}")


def _unit(parent: Unit | None, code: str, level: str, name: Name) -> Unit:
    path = f"{parent.path if parent else ''}{code}."
    return Unit(
        id=stable_id(f"unit:{path}"),
        parent_id=parent.id if parent else "",
        level=level,
        code=code,
        path=path,
        name=name,
    )


def _share(total: int, parts: int, index: int) -> int:
    """What the part number `index` gets when `total` is spread evenly over `parts`."""
    return total * (index + 1) // parts - total * index // parts
