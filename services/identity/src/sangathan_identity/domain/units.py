"""The unit tree's rules: what may stand beneath what, and how a path follows its unit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sangathan_chassis.refusal import Refusal
from sangathan_identity.domain.ids import UnitId
from sangathan_identity.domain.refusals import (
    ALREADY_THERE,
    LADDER_DOES_NOT_FIT,
    MERGE_INTO_ITSELF,
    MOVE_INTO_ITSELF,
    OWN_UNIT,
    UNIT_CLOSED,
    WRONG_LEVEL,
)


@dataclass(frozen=True, slots=True)
class Names:
    """A name in both scripts."""

    hi: str
    en: str


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: the id never changes, the path (codes, each followed by a dot) follows every move."""

    id: UnitId
    parent_id: UUID | None
    level: str
    code: str
    path: str
    names: Names
    version: int
    valid_from: datetime
    closed_at: datetime | None = None
    successor_id: UUID | None = None

    def child(self, id_: UnitId, *, level: str, code: str, names: Names, at: datetime) -> "Unit":
        """A new unit right beneath this one."""
        return Unit(id_, self.id, level, code, f"{self.path}{code}.", names, 1, at)

    def renamed(self, names: Names) -> "Unit":
        """The unit under other names."""
        return replace(self, names=names, version=self.version + 1)

    def beneath(self, parent: "Unit", code: str | None = None) -> "Unit":
        """The unit right beneath another parent, under another code when its own is taken there."""
        code = code or self.code
        return replace(self, parent_id=parent.id, code=code, path=f"{parent.path}{code}.", version=self.version + 1)

    def closed(self, at: datetime, successor_id: UUID | None = None) -> "Unit":
        """The unit, taking no more records; ``successor_id`` is the unit that it went into."""
        return replace(self, closed_at=at, successor_id=successor_id, version=self.version + 1)

    def touched(self) -> "Unit":
        """The unit after a change that another unit had a part in; its names and its place are the same."""
        return replace(self, version=self.version + 1)


@dataclass(frozen=True, slots=True)
class Level:
    """A rung of the ladder."""

    code: str
    names: Names


@dataclass(frozen=True, slots=True)
class Ladder:
    """Which levels exist and how high each stands: data, rank 1 is the highest."""

    ranks: dict[str, int]

    def check_beneath(self, level: str, parent_level: str) -> None:
        """Raises unless a unit of this level may stand beneath one of the parent's level."""
        if level not in self.ranks:
            raise Refusal(WRONG_LEVEL, f"Levels here are: {', '.join(self.ranks)}.")
        if self.ranks[level] <= self.ranks[parent_level]:
            below = ", ".join(name for name, rank in self.ranks.items() if rank > self.ranks[parent_level])
            raise Refusal(WRONG_LEVEL, f"Beneath a {parent_level} may stand: {below or 'nothing'}.")


def check_open(unit: Unit) -> None:
    """Raises for a closed unit."""
    if unit.closed_at is not None:
        raise Refusal(UNIT_CLOSED, "Choose a unit that is open.")


def check_below(unit: Unit, office_level: str) -> None:
    """Raises unless the unit stands below the one that the office is held at.

    The caller's range holds the unit already, so one of the office's own level is the office's own; the range itself
    does not tell, since the gateway narrows it to the unit that a request names.
    """
    if unit.level == office_level or unit.parent_id is None:
        raise Refusal(OWN_UNIT, "Choose a unit that stands beneath yours.")


def check_move(unit: Unit, parent: Unit, ladder: Ladder) -> None:
    """Raises unless the unit may move right beneath this parent."""
    check_open(unit)
    check_open(parent)
    if parent.path.startswith(unit.path):
        raise Refusal(MOVE_INTO_ITSELF, "Choose a parent outside the unit that moves.")
    if unit.parent_id == parent.id:
        raise Refusal(ALREADY_THERE, "Choose another parent.")
    ladder.check_beneath(unit.level, parent.level)


def check_merge(unit: Unit, into: Unit) -> None:
    """Raises unless the unit may go into this other one: both open, of one level, and not the same."""
    check_open(unit)
    check_open(into)
    if unit.id == into.id:
        raise Refusal(MERGE_INTO_ITSELF, "Choose another unit of its level.")
    if unit.level != into.level:
        raise Refusal(WRONG_LEVEL, f"A {unit.level} goes into a {unit.level}.")


def check_ladder(levels: Sequence[Level], existing: Iterable[str], pairs: Iterable[tuple[str, str]]) -> None:
    """Raises unless the ladder keeps every level, each once, and each of the pairs in its order, the first above."""
    codes = [level.code for level in levels]
    if len(set(codes)) < len(codes):
        raise Refusal(LADDER_DOES_NOT_FIT, "Name each level once.")
    if missing := sorted(set(existing) - set(codes)):
        raise Refusal(LADDER_DOES_NOT_FIT, f"Levels stay; keep {', '.join(missing)} in the ladder.")
    rank = codes.index
    for above, below in sorted(pairs):
        if rank(above) >= rank(below):
            raise Refusal(LADDER_DOES_NOT_FIT, f"Units of the level {below} stand beneath a {above}; keep it above.")
