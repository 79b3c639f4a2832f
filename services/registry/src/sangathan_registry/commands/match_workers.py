"""The job that finds records of one person: derives the keys of what is new or changed, and compares what is near.

It shares its process with the requests, so it lets them go on after every few records.
Here too, off the path of a phone that sends its batch, the persons of new records are put down to be asked whether they
agreed (`ask_confirmations`).
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

import asyncpg

from sangathan_chassis.database import Database, Work
from sangathan_chassis.scope import Scope
from sangathan_chassis.sealing import Sealer
from sangathan_hierarchy.ddl import TREE_LOCK
from sangathan_names.evidence import LEAST_BITS, Evidence, Person, weigh
from sangathan_names.sounds import name_keys, sounds
from sangathan_registry.domain.confirmations import Renotice
from sangathan_registry.store import confirmations, duplicates, keys, renotices
from sangathan_registry.store.sealed_particulars import open_row

_MATCH_LOCK = 7_305_103
_AT_ONCE = 200
_IN_ONE_GO = 50


async def keep_matching(database: Database, sealer: Sealer, notice: Renotice, every_s: float) -> None:
    """Rests, then takes what waits; whatever fails is tried again by whoever keeps background jobs running."""
    while True:
        await asyncio.sleep(every_s)
        while await match_some(database, sealer, notice):
            pass


async def match_some(database: Database, sealer: Sealer, notice: Renotice) -> int:
    """Takes up to 200 records from the queue; gives how many, or 0 while another process does or the tree moves."""
    async with database.work(Scope.everything()) as work:
        mine = await work.raw.fetchval(
            "SELECT pg_try_advisory_xact_lock($1) AND pg_try_advisory_xact_lock_shared($2)", _MATCH_LOCK, TREE_LOCK
        )
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
    persons: dict[UUID, Person] = {}
    found: dict[tuple[UUID, UUID], Mapping[str, float]] = {}
    for number, pair in enumerate(pairs):
        if pair[0] in rows and pair[1] in rows:
            evidence = weigh(*(_known(persons, sealer, rows[one]) for one in pair))
            if evidence.bits >= LEAST_BITS:
                found[pair] = _as_numbers(evidence)
        if number % _IN_ONE_GO == 0:
            await asyncio.sleep(0)
    await duplicates.put(work, found)


def _known(persons: dict[UUID, Person], sealer: Sealer, row: asyncpg.Record) -> Person:
    """The record as it is compared, its names taken apart once."""
    person = persons.get(row["id"])
    if person is None:
        person = persons[row["id"]] = _person(sealer, row)
    return person


def _as_numbers(evidence: Evidence) -> dict[str, float]:
    return {**asdict(evidence), "bits": evidence.bits}


def _person(sealer: Sealer, row: asyncpg.Record) -> Person:
    codes = row["path"].rstrip(".").split(".")
    return Person(
        names=tuple(sounds(name) for name in (row["name_hi"], row["name_en"]) if name),
        relation=sounds(open_row(sealer, row).relation_name or ""),
        birth_year=row["birth_year"],
        phone=row["phone_index"],
        gender=row["gender"],
        place=tuple(".".join(codes[:depth]) for depth in range(len(codes), max(0, len(codes) - 3), -1)),
    )
