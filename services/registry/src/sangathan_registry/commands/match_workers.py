"""The job that finds records of one person: derives the keys of what is new or changed, and compares what is near.

It shares its process with the requests, so it lets them go on after every few records, and gives way to batches that
come in. Here too, off the path of a phone that sends its batch, the persons of new records are put down to be asked
whether they agreed (`ask_confirmations`).
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from time import monotonic
from uuid import UUID

import asyncpg

from sangathan_chassis.database import Database, Work
from sangathan_chassis.scope import Scope
from sangathan_chassis.sealing import Sealer
from sangathan_names.evidence import (
    LEAST_BITS,
    MOST_OF_NAME,
    MOST_OF_RELATION,
    NONE,
    Evidence,
    Person,
    bits_beside_names,
    weigh,
)
from sangathan_names.sounds import name_keys, sounds
from sangathan_registry.commands.give_way import Intake
from sangathan_registry.domain.confirmations import Renotice
from sangathan_registry.store import confirmations, duplicates, keys, renotices, turns
from sangathan_registry.store.sealed_particulars import open_row

_MATCH_LOCK = 7_305_103
_AT_ONCE = 200
_IN_ONE_GO = 50


async def keep_matching(
    database: Database, sealer: Sealer, notice: Renotice, every_s: float, *, intake: Intake
) -> None:
    """Rests, then takes what waits; whatever fails is tried again by whoever keeps background jobs running."""
    while True:
        await asyncio.sleep(every_s)
        taken = _AT_ONCE
        while taken:
            began = monotonic()
            taken = await match_some(database, sealer, notice)
            await intake.give_way(monotonic() - began)


async def match_some(database: Database, sealer: Sealer, notice: Renotice) -> int:
    """Takes up to 200 records from the queue; gives how many, or 0 while another process does or the tree moves."""
    async with database.work(Scope.everything()) as work:
        mine = await turns.mine(work.raw, _MATCH_LOCK)
        queued = await keys.take_queued(work.raw, _AT_ONCE) if mine else []
        if queued:
            await _match(work, sealer, notice, queued)
    return len(queued)


async def wait_for_matching(work: Work) -> None:
    """Waits until no batch is being compared, and keeps the next away until this work ends: it writes down paths."""
    await work.raw.execute("SELECT pg_advisory_xact_lock($1)", _MATCH_LOCK)


async def _match(work: Work, sealer: Sealer, notice: Renotice, queued: Sequence[UUID]) -> None:
    rows = {row["id"]: row for row in await keys.records(work.raw, queued)}
    await keys.replace(work.raw, {id_: name_keys(row["name_hi"], row["name_en"]) for id_, row in rows.items()})
    await confirmations.open_for(work, list(rows))
    await renotices.open_for(work, list(rows), notice)
    pairs = sorted(await keys.near(work.raw, list(rows)))
    others = {worker_id for pair in pairs for worker_id in pair} - rows.keys()
    rows |= {row["id"]: row for row in await keys.records(work.raw, list(others))}
    compared = _Compared(sealer, rows)
    found: dict[tuple[UUID, UUID], Mapping[str, float]] = {}
    for number, pair in enumerate(pairs):
        if pair[0] in rows and pair[1] in rows:
            evidence = compared.weigh(*pair)
            if evidence.bits >= LEAST_BITS:
                found[pair] = _as_numbers(evidence)
        if number % _IN_ONE_GO == 0:
            await asyncio.sleep(0)
    await duplicates.put(work, found)


class _Compared:
    """Records as they are compared: each taken apart once, and its relation's name unsealed only where that decides."""

    def __init__(self, sealer: Sealer, rows: Mapping[UUID, asyncpg.Record]) -> None:
        self._sealer = sealer
        self._rows = rows
        self._persons: dict[UUID, Person] = {}
        self._whole: dict[UUID, Person] = {}

    def weigh(self, one: UUID, other: UUID) -> Evidence:
        """The evidence; none where no names could make up for the rest, and the relation's only where it could."""
        a, b = self._person(one), self._person(other)
        if bits_beside_names(a, b) + MOST_OF_NAME + MOST_OF_RELATION < LEAST_BITS:
            return NONE
        first = weigh(a, b)
        if first.name <= 0 or first.bits + MOST_OF_RELATION < LEAST_BITS:
            return first
        return weigh(self._with_relation(one), self._with_relation(other))

    def _person(self, worker_id: UUID) -> Person:
        person = self._persons.get(worker_id)
        if person is None:
            person = self._persons[worker_id] = _person(self._rows[worker_id])
        return person

    def _with_relation(self, worker_id: UUID) -> Person:
        person = self._whole.get(worker_id)
        if person is None:
            relation = open_row(self._sealer, self._rows[worker_id]).relation_name
            person = self._whole[worker_id] = replace(self._person(worker_id), relation=sounds(relation or ""))
        return person


def _as_numbers(evidence: Evidence) -> dict[str, float]:
    return {**asdict(evidence), "bits": evidence.bits}


def _person(row: asyncpg.Record) -> Person:
    codes = row["path"].rstrip(".").split(".")
    return Person(
        # Names that sound the same in both scripts are compared once, not four times.
        names=tuple(dict.fromkeys(sounds(name) for name in (row["name_hi"], row["name_en"]) if name)),
        birth_year=row["birth_year"],
        phone=row["phone_index"],
        gender=row["gender"],
        place=tuple(".".join(codes[:depth]) for depth in range(len(codes), max(0, len(codes) - 3), -1)),
    )
