"""Makes up people for `match`: recorded once or twice, with relatives and namesakes, and the mistakes of real lists."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import resources
from typing import Final

from sangathan_names.evidence import Person
from sangathan_names.sounds import name_keys, sounds

Name = tuple[str, str]
"""English and Hindi."""

_SURNAMES: Final = 60
_IN_A_BOOTH: Final = 12
_BOOTHS_IN_A_MANDAL: Final = 60


@dataclass(frozen=True, slots=True)
class Life:
    """A person as they are, before anybody writes them down."""

    given: Name
    surname: Name
    relation: Name
    birth_year: int
    phone: bytes | None
    gender: str
    place: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A person as written down, with the keys of the name and of the relation's."""

    person: Person
    keys: list[str]
    relation_keys: list[str]


@dataclass(frozen=True, slots=True)
class Made:
    """All records, and which two tell of one person, by their numbers."""

    records: list[Record]
    same: set[tuple[int, int]]


def halves() -> tuple[list[Name], list[Name]]:
    """The name list in two halves, always the same: what rules were tuned on, and what they are judged by."""
    text = resources.files("sangathan_demo").joinpath("data/names_hi_en.tsv").read_text(encoding="utf-8")
    rows = [tuple(line.split("\t")) for line in text.splitlines()[1:]]
    names = [(row[0], row[1]) for row in rows if len(row) == 2]
    random.Random(7).shuffle(names)
    return names[: len(names) // 2], names[len(names) // 2 :]


def make(names: Sequence[Name], count: int, rng: random.Random) -> Made:
    """So many records, a third of all people recorded twice."""
    made = Made([], set())
    maker = _Maker(names, count, rng)
    while len(made.records) < count:
        life = maker.life()
        made.records.append(_record(life.given[1], life, life.surname[1], hindi=True))
        chance = rng.random()
        if chance < 0.33:
            made.records.append(maker.second_record(life))
            made.same.add((len(made.records) - 2, len(made.records) - 1))
        elif chance < 0.6:
            made.records.append(maker.sibling(life))
        elif chance < 0.7:
            made.records.append(maker.namesake(life))
    return made


def _record(given: str, life: Life, surname: str, *, hindi: bool, keep_relation: bool = True) -> Record:
    return _written(f"{given} {surname}", life, hindi=hindi, keep_relation=keep_relation)


def _written(name: str, life: Life, *, hindi: bool, keep_relation: bool) -> Record:
    relation = life.relation[int(hindi)] if keep_relation else ""
    person = Person((sounds(name),), sounds(relation), life.birth_year, life.phone, life.gender, life.place)
    return Record(person, name_keys(name), name_keys(relation))


class _Maker:
    def __init__(self, names: Sequence[Name], count: int, rng: random.Random) -> None:
        self._surnames, self._given = names[:_SURNAMES], names[_SURNAMES:]
        self._rng = rng
        booths = range(max(1, count // _IN_A_BOOTH))
        self._places = [(f"b{n}", f"m{n // _BOOTHS_IN_A_MANDAL}", f"d{n // 1200}") for n in booths]

    def life(self) -> Life:
        """Somebody new."""
        rng = self._rng
        return Life(
            given=rng.choice(self._given),
            surname=rng.choice(self._surnames),
            relation=rng.choice(self._given),
            birth_year=rng.randint(1940, 2003),
            phone=rng.randbytes(8) if rng.random() < 0.7 else None,
            gender=rng.choice(("female", "male")),
            place=rng.choice(self._places),
        )

    def sibling(self, life: Life) -> Record:
        """Another given name and year; surname, relation, booth and phone are shared."""
        rng = self._rng
        other = replace(life, given=rng.choice(self._given), birth_year=life.birth_year + rng.randint(1, 6))
        hindi = rng.random() < 0.5
        return _record(other.given[int(hindi)], other, other.surname[int(hindi)], hindi=hindi)

    def namesake(self, life: Life) -> Record:
        """Somebody else with the very name, one time in three of the same booth."""
        other = replace(self.life(), given=life.given, surname=life.surname)
        if self._rng.random() < 0.3:
            other = replace(other, place=life.place)
        return _record(other.given[0], other, other.surname[0], hindi=False)

    def second_record(self, life: Life) -> Record:
        """The same person in English, as a second list would have them."""
        rng, keep_relation = self._rng, self._rng.random() > 0.25
        year = life.birth_year + (rng.choice((-2, -1, 1, 2, 5)) if rng.random() < 0.25 else 0)
        phone = life.phone if rng.random() < 0.6 else None
        place = rng.choice(self._places) if rng.random() < 0.15 else life.place
        noisy = replace(life, birth_year=year, phone=phone, place=place)
        record = _written(self._miswritten(life), noisy, hindi=False, keep_relation=keep_relation)
        forgotten = rng.random() < 0.15
        return replace(record, person=replace(record.person, birth_year=None)) if forgotten else record

    def _miswritten(self, life: Life) -> str:
        given, surname = life.given[0], life.surname[0]
        forms = (f"{surname} {given}", given, f"Shri {given} {surname}", given + surname, f"{given[0]}. {surname}")
        chance = self._rng.random()
        return forms[int(chance * 16)] if chance < len(forms) / 16 else f"{given} {surname}"
