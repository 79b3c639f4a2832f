"""Which records are compared at all: a name that everybody bears is followed only where there is nothing better."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import islice, product
from uuid import UUID

import pytest

from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import Scope
from sangathan_names.sounds import name_keys
from sangathan_registry.commands.match_workers import match_some
from sangathan_registry.domain.revisions import Act, Author
from sangathan_registry.store import keys, workers
from sangathan_testkit.harness import Harness
from tests.registry import world
from tests.registry.world import BOOTH, FAR_BOOTH, STATE, TWIN_BOOTH, a_record

BORN = 1980
MORE_THAN_ANYBODY_REVIEWS = 102


async def near(service: Harness, worker_id: str) -> set[UUID]:
    """With whom the record is compared."""
    await world.matched(service)
    me = UUID(worker_id)
    async with service.database.work(Scope.everything()) as work:
        return {one for pair in await keys.near(work.raw, [me]) for one in pair} - {me}


async def crowd(service: Harness) -> None:
    """Many born in one year with one surname, all by other names and phones, in a booth of their own."""
    given = islice(product("bdgjklmnprst", repeat=2), MORE_THAN_ANYBODY_REVIEWS)
    names = [f"{a}a{b}a Namuna".capitalize() for a, b in given]
    records = [
        a_record(TWIN_BOOTH, name_hi=None, name_en=name, birth_year=BORN, phone=f"+91{6_100_000_000 + number}")
        for number, name in enumerate(names)
    ]
    answer = await world.synced(service, world.at(STATE), records)
    assert {one["outcome"] for one in answer.json()["results"]} == {"accepted"}


async def enrolled(service: Harness, booth: str, name: str) -> str:
    worker = await world.enrolled(service, booth=booth, name_hi=None, name_en=name, birth_year=BORN, phone=None)
    return str(worker["id"])


async def test_whoever_has_a_rarer_name_is_not_compared_with_everybody_of_the_surname(registry: Harness) -> None:
    await crowd(registry)
    one, same = [await enrolled(registry, booth, "Chhagan Namuna") for booth in (BOOTH, FAR_BOOTH)]
    assert await near(registry, one) == {UUID(same)}


async def test_whoever_has_only_the_surname_is_compared_with_some_who_bear_it(registry: Harness) -> None:
    await crowd(registry)
    one = await enrolled(registry, BOOTH, "Namuna")
    assert len(await near(registry, one)) > 1


async def test_a_record_that_goes_while_it_is_compared_leaves_no_key_behind(
    registry: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = await world.enrolled(registry)
    written, go_on, replaced = asyncio.Event(), asyncio.Event(), keys.replace

    async def replace_and_wait(connection: Connection, keys_of: Mapping[UUID, Sequence[str]]) -> None:
        await replaced(connection, keys_of)
        written.set()
        await go_on.wait()

    monkeypatch.setattr(keys, "replace", replace_and_wait)

    async def compared() -> int:
        # Others hold the tree's lock for moments.
        while not (taken := await match_some(registry.database, registry.app.state.parts.sealer, world.IN_FORCE)):
            await asyncio.sleep(0.05)
        return taken

    job = asyncio.create_task(compared())
    async with asyncio.timeout(15):
        await written.wait()
    leaving = asyncio.create_task(world.withdraw(registry, world.at(BOOTH), worker["id"]))
    await asyncio.wait({leaving}, timeout=0.5)
    go_on.set()
    assert (await leaving).status_code == 200
    assert await job == 1
    for table in ("worker_keys", "match_queue"):
        assert await world.size(registry, table) == 0


async def test_what_is_changed_while_it_is_compared_is_found_by_what_it_has_become(registry: Harness) -> None:
    worker_id = UUID((await world.enrolled(registry))["id"])
    sealer, by = registry.app.state.parts.sealer, Author(Act.CHANGED, None, None, "")
    async with registry.database.work(Scope.everything()) as work:
        worker = await workers.find_for_change(work, sealer, worker_id)
        assert worker is not None
        renamed = replace(worker.particulars, name_hi=None, name_en="Sitaram Namuna")
        await workers.save(work, sealer, worker.changed(renamed, work.now), by)
        await match_some(registry.database, sealer, world.IN_FORCE)
    await world.matched(registry)
    found = await world.rows(registry, "SELECT key FROM worker_keys WHERE worker_id = $1", worker_id)
    assert {row["key"] for row in found} == set(name_keys(None, "Sitaram Namuna"))
