"""Asks the registry's own queries as its routes do: one pooled connection, a snapshot, the range set, the tree's guard.

Behind row-level security, in the order booth to nation and round again, on the same prepared statements. Reads what to
ask as JSON on standard input, prints the milliseconds of each answer by level and question.
"""  # noqa: INP001 - a script.

import json
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import uvloop

from sangathan_chassis.caller import Caller
from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Database
from sangathan_chassis.scope import Scope
from sangathan_hierarchy.ddl import TREE_LOCK, tree_guard
from sangathan_names.sounds import name_keys
from sangathan_registry.commands.follow_tree import move_below
from sangathan_registry.domain.name_key import is_devanagari, name_key
from sangathan_registry.queries.find_by_keys import find_by_keys
from sangathan_registry.queries.list_workers import ListWorkers, Position, list_workers
from sangathan_registry.queries.search_workers import BY_ENGLISH, BY_HINDI, SearchWorkers, search_workers
from sangathan_registry.queries.unit_counts import get_unit_counts

LIMIT = 50
Taken = dict[str, dict[str, list[float]]]
Question = Callable[[Connection], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Level:
    """One level's range, and what is asked in it."""

    name: str
    unit_id: UUID
    scope: Scope
    people: Sequence[dict[str, Any]]
    middle: Position

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Level":
        """From the JSON."""
        path, key, worker_id = told["middle"]
        position = Position(path[len(told["path"]) :], key, UUID(worker_id))
        scope = Scope.subtree(told["path"])
        return cls(told["level"], UUID(told["unit_id"]), scope, told["people"], position)

    def questions(self, number: int) -> dict[str, list[Question]]:
        """The questions of one round, which looks for one person more."""
        person = self.people[number % len(self.people)]
        return {
            "page": [lambda read: list_workers(read, ListWorkers(self.scope, "active", LIMIT))],
            "middle_page": [
                lambda read: list_workers(read, ListWorkers(self.scope, "active", LIMIT, after=self.middle))
            ],
            "count": [lambda read: get_unit_counts(read, self.scope, self.unit_id)],
            "search": [self._beginning(text) for text in person["beginnings"]],
            "sound": [
                lambda read: find_by_keys(read, self.scope, name_keys(person["misspelt"]), captured_by=None),
            ],
            "phone": [
                lambda read: search_workers(
                    read, SearchWorkers(self.scope, LIMIT, phone_index=bytes.fromhex(person["phone_index"]))
                )
            ],
        }

    def _beginning(self, text: str) -> Question:
        key = name_key(text)
        column = BY_HINDI if is_devanagari(key) else BY_ENGLISH
        return lambda read: search_workers(read, SearchWorkers(self.scope, LIMIT, key, column))


async def ask(database: Database, levels: Sequence[Level], rounds: int) -> Taken:
    """Milliseconds of every answer."""
    taken: Taken = {level.name: defaultdict(list) for level in levels}
    version = await database.pool.fetchval("SELECT tree_version FROM replica_state")
    for number in range(-1, rounds):
        for level in levels:
            for name, questions in level.questions(number).items():
                for question in questions:
                    spent = await _timed(database, level, version, question)
                    if number >= 0:
                        taken[level.name][name].append(spent)
    return taken


async def _timed(database: Database, level: Level, version: int, question: Question) -> float:
    guard = tree_guard(_caller(level, version), writes=False)
    begun = time.perf_counter()
    async with database.read(level.scope, guard=guard) as read:
        await question(read)
    return (time.perf_counter() - begun) * 1e3


def _caller(level: Level, version: int) -> Caller:
    fields = frozenset[str]()
    return Caller(None, None, None, "", level.unit_id, "", level.scope, fields, "", version, "")


async def move(database: Database, there: str, back: str, rounds: int) -> list[float]:
    """Milliseconds until the registry's rows stand at a unit's new path and are committed, there and back again."""
    return [await _moved(database, old, new) for _ in range(rounds) for old, new in ((back, there), (there, back))]


async def _moved(database: Database, old: str, new: str) -> float:
    begun = time.perf_counter()
    async with database.work(Scope.everything(), guard=f"; SELECT pg_advisory_xact_lock({TREE_LOCK})") as work:
        await move_below(work, old, new)
    return (time.perf_counter() - begun) * 1e3


async def main() -> None:
    """Measures and prints."""
    told = json.load(sys.stdin)
    database = await Database.open(told["url"], size=1)
    try:
        taken = await ask(database, [Level.of(level) for level in told["levels"]], told["rounds"])
        moved = await move(database, told["there"], told["back"], told["moves"])
    finally:
        await database.close()
    json.dump({"taken": taken, "moved": moved}, sys.stdout)


if __name__ == "__main__":
    uvloop.run(main())
