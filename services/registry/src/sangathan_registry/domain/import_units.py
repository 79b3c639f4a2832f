"""Finds the unit that a row of somebody's list means: by its path, code or id, or by the names of the units it lies in.

Names are compared as workers' names are, and a number means the unit whose code ends with it, which is how lists name
booths. Each level is looked for beneath the one before, so that two mandals of one name in two districts are two.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final
from uuid import UUID

from sangathan_registry.domain.import_faults import Fault, several_units, unknown_unit
from sangathan_registry.domain.name_key import name_key

_NUMBER: Final = re.compile("[0-9]+")
_CODE_NUMBER: Final = re.compile("0*([0-9]+)$")
_AROUND_NUMBERS: Final = frozenset(
    {"booth", "no", "number", "ward", "part", "polling", "station", "b", "बूथ", "क्रमांक", "क्र", "न", "नं", "नंबर", "नम्बर"}
    | {"मतदान", "केंद्र", "केन्द्र", "भाग", "संख्या"}
)
_MOST_COMPARED: Final = 300
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """A unit of the replica with its names."""

    unit_id: UUID
    path: str
    level: str
    names: tuple[str, str]

    @property
    def code(self) -> str:
        """The last step of the path."""
        return self.path.rstrip(".").rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class UnitWords:
    """What a row says in one column: of the unit itself (level None), or of the unit of a level."""

    column: str
    level: str | None
    text: str


class UnitIndex:
    """The units at and beneath one, and those above it, by what lists call them.

    Names are taken apart only beneath the units that are asked about: a state has 65,000.
    """

    def __init__(self, root: str, units: Iterable[KnownUnit]) -> None:
        self._root = root
        every = sorted(units, key=lambda unit: unit.path)
        self._units = [unit for unit in every if unit.path.startswith(root)]
        self._paths = [unit.path for unit in self._units]
        self._by_id = {str(unit.unit_id): unit for unit in self._units}
        self._above = {unit.level: unit for unit in every if root.startswith(unit.path)}
        self._depths = {unit.level: unit.path.count(".") for unit in reversed(every)}
        self._by_code: dict[str, list[KnownUnit]] = defaultdict(list)
        for unit in self._units:
            self._by_code[unit.code].append(unit)
        self._called: dict[tuple[str, str], dict[str, list[KnownUnit]]] = {}

    def find(self, words: Sequence[UnitWords]) -> KnownUnit | Fault:
        """The unit that all the words mean together; without any, the one that the list is for."""
        said = [one for one in words if one.text]
        for one in (one for one in said if one.level is None):
            found = self._exact(one)
            return found if found is not None else unknown_unit(one.column, self._root)
        here = self._at(self._root)
        if here is None or (words and not said):
            return unknown_unit(words[-1].column if words else "", self._root)
        for one in sorted(said, key=lambda one: self._depths.get(one.level or "", 99)):
            found_or_fault = self._beneath(here, one)
            if isinstance(found_or_fault, Fault):
                return found_or_fault
            here = found_or_fault
        return here

    def _at(self, path: str) -> KnownUnit | None:
        place = bisect_left(self._paths, path)
        return self._units[place] if self._paths[place : place + 1] == [path] else None

    def _exact(self, said: UnitWords) -> KnownUnit | None:
        text = said.text.lower().strip()
        named = self._by_code.get(text, [])
        return self._by_id.get(text) or self._at_written(text) or (named[0] if len(named) == 1 else None)

    def _at_written(self, text: str) -> KnownUnit | None:
        """The unit at a path as somebody writes it: whole or from the root on, with or without the last point."""
        path = text.lower().strip().rstrip(".") + "."
        return self._at(path) or self._at(f"{self._root}{path}")

    def _beneath(self, here: KnownUnit, said: UnitWords) -> KnownUnit | Fault:
        level = said.level or ""
        above = self._above.get(level)
        if above is not None:
            return here if set(_asked(said.text)) & _words_for(above) else unknown_unit(said.column, self._root)
        written = self._at_written(said.text) if "." in said.text else None
        if written is not None and written.level == level and written.path.startswith(here.path):
            return written
        called = self._called_beneath(here.path, level)
        found = {unit.path: unit for word in _asked(said.text) for unit in called.get(word, ())}
        if len(found) == 1:
            return next(iter(found.values()))
        if found:
            return several_units(said.column, sorted(found)[:_SHOWN])
        alike = get_close_matches(name_key(said.text), called, _SHOWN) if len(called) <= _MOST_COMPARED else []
        return unknown_unit(said.column, here.path, [called[word][0].names[1] for word in alike])

    def _called_beneath(self, path: str, level: str) -> Mapping[str, Sequence[KnownUnit]]:
        """The units of a level beneath a unit by the words that lists have for them."""
        if (path, level) not in self._called:
            words: dict[str, list[KnownUnit]] = defaultdict(list)
            beneath = slice(bisect_left(self._paths, path), bisect_left(self._paths, f"{path[:-1]}/"))
            for unit in self._units[beneath]:
                for word in _words_for(unit) if unit.level == level else ():
                    words[word].append(unit)
            self._called[path, level] = dict(words)
        return self._called[path, level]


def _words_for(unit: KnownUnit) -> set[str]:
    """What a list may call the unit: its code, its names, and the number that its code ends with."""
    words = {unit.code, *(key for name in unit.names if (key := name_key(name)))}
    number = _CODE_NUMBER.search(unit.code)
    return words | ({f"#{number[1]}"} if number else set())


def _asked(text: str) -> Iterable[str]:
    """The same for what a list says; whatever any of them finds is taken together."""
    key = name_key(text)
    yield text.lower().strip()
    yield key
    numbers = _NUMBER.findall(key)
    if len(numbers) == 1 and not set(_NUMBER.sub(" ", key).split()) - _AROUND_NUMBERS:
        yield f"#{int(numbers[0])}"
