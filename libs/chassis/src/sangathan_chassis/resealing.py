"""Seals anew under the key file's first key whatever an earlier key has sealed, while the service runs.

A pass goes over a table in the order of its key, in transactions of some hundred rows. It takes only rows that an
earlier key has sealed and that nobody holds, so it waits for nobody, can be broken off and begun again at any time, and
a row that a request is writing is met by the next pass, under the new key by then. The blind index is not touched.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg

from sangathan_chassis.database import Database, Work
from sangathan_chassis.scope import Scope
from sangathan_chassis.sealing import Sealer, Unsealable

_AT_ONCE: Final = 500
_PASSES: Final = 5

Renew = Callable[[Sealer, asyncpg.Record, bytes], bytes]
"""Gives the same content sealed by the first key; raises Unsealable when its key is gone."""


def in_place(place: str) -> Renew:
    """How a column is renewed whose every seal is bound to this place."""

    def renew(sealer: Sealer, _row: asyncpg.Record, sealed: bytes) -> bytes:
        return sealer.seal_bytes(sealer.open_bytes(sealed, place=place), place=place)

    return renew


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column with sealed bytes, the table's key with its types, and how a value is renewed."""

    table: str
    column: str
    renew: Renew
    key: Mapping[str, str] = field(default_factory=lambda: {"id": "uuid"})

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"

    @property
    def _key(self) -> str:
        return ", ".join(self.key)

    @property
    def _old(self) -> str:
        return f"{self.column} IS NOT NULL AND {self.column} <> '' AND substr({self.column}, 1, $2) <> $1"

    @property
    def count(self) -> str:
        """How many are not under the first key; $1 is its mark, $2 the mark's length."""
        return f"SELECT count(*) FROM {self.table} WHERE {self._old}"  # noqa: S608 - declared names alone.

    def batch(self, after: Sequence[Any]) -> str:
        """The next of them, behind a key."""
        places = ", ".join(f"${n}" for n in range(4, 4 + len(after)))
        behind = f"AND ({self._key}) > ({places})" if after else ""
        return (
            f"SELECT {self._key}, {self.column} AS sealed FROM {self.table} WHERE {self._old} {behind}"  # noqa: S608
            f" ORDER BY {self._key} LIMIT $3 FOR UPDATE SKIP LOCKED"
        )

    @property
    def update(self) -> str:
        """Writes the renewed ones."""
        types = ", ".join(f"${n}::{type_}[]" for n, type_ in enumerate([*self.key.values(), "bytea"], 1))
        same = " AND ".join(f"t.{name} = s.{name}" for name in self.key)
        return (
            f"UPDATE {self.table} t SET {self.column} = s.sealed FROM unnest({types}) AS s ({self._key}, sealed)"  # noqa: S608
            f" WHERE {same}"
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """How many old seals of a place have been renewed, and how many there were."""

    done: int
    total: int


async def old_seals(database: Database, sealer: Sealer, column: SealedColumn) -> int:
    """How many of the column's seals are not of the first key."""
    mark = sealer.mark()
    async with database.work(Scope.everything()) as work:
        return int(await work.raw.fetchval(column.count, mark, len(mark)))


async def reseal(database: Database, sealer: Sealer, column: SealedColumn) -> AsyncGenerator[Progress]:
    """Renews every old seal of a column that can be opened, and tells after each transaction how far it is."""
    total = left = await old_seals(database, sealer, column)
    done = 0
    for _ in range(_PASSES):
        if not left:
            return
        async for renewed in _one_pass(database, sealer, column):
            done += renewed
            yield Progress(done, max(total, done))
        left = await old_seals(database, sealer, column)


async def _one_pass(database: Database, sealer: Sealer, column: SealedColumn) -> AsyncIterator[int]:
    after: Sequence[Any] = ()
    full = True
    while full:
        async with database.work(Scope.everything()) as work:
            rows, renewed = await _renew_some(work, sealer, column, after)
        yield renewed
        full = len(rows) == _AT_ONCE
        after = [rows[-1][name] for name in column.key] if full else ()


async def _renew_some(
    work: Work, sealer: Sealer, column: SealedColumn, after: Sequence[Any]
) -> tuple[Sequence[asyncpg.Record], int]:
    mark = sealer.mark()
    rows = await work.raw.fetch(column.batch(after), mark, len(mark), _AT_ONCE, *after)
    renewed = []
    for row in rows:
        try:
            renewed.append((*(row[name] for name in column.key), column.renew(sealer, row, row["sealed"])))
        except Unsealable:
            continue
    if renewed:
        await work.raw.execute(column.update, *map(list, zip(*renewed, strict=True)))
    return rows, len(renewed)
