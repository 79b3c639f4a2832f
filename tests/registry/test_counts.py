"""Counters: exact at every moment, whatever has been folded, wherever units move."""

import asyncio

import pytest

from sangathan_chassis.scope import Scope
from sangathan_registry.store.counts import fold
from sangathan_testkit.harness import Harness
from tests.registry import world
from tests.registry.world import BOOTH, DISTRICT, FAR_BOOTH, MANDAL, NATION, NEXT_BOOTH, NEXT_MANDAL, STATE, TWIN


async def fold_all(service: Harness) -> int:
    async with service.database.work(Scope.everything()) as work:
        return await fold(work)


async def numbers(service: Harness) -> dict[str, int]:
    return {path: await world.counted(service, world.at(NATION), path) for path in world.PATHS}


async def truth(service: Harness) -> dict[str, int]:
    rows = await world.rows(service, "SELECT path FROM workers WHERE status = 'active'")
    units = await world.rows(service, "SELECT path, unit_id FROM unit_replica")
    known = {world.unit_id(path): path for path in world.PATHS}
    return {known[u["unit_id"]]: sum(r["path"].startswith(u["path"]) for r in rows) for u in units}


async def test_counts_are_the_same_before_and_after_folding(registry: Harness) -> None:
    for booth in (BOOTH, BOOTH, NEXT_BOOTH, FAR_BOOTH, world.TWIN_BOOTH, STATE):
        await world.enrolled(registry, booth=booth)
    before = await numbers(registry)
    assert before == await truth(registry)
    assert await fold_all(registry) == 6
    assert await fold_all(registry) == 0
    assert await numbers(registry) == before
    assert await world.value(registry, "SELECT count(*) FROM count_deltas") == 0


async def test_the_reply_names_the_units_right_below(registry: Harness) -> None:
    await world.enrolled(registry)
    await world.enrolled(registry, booth=NEXT_BOOTH)
    answer = await registry.ask(
        "GET",
        "/v1/unit-counts",
        action="worker.count",
        person=world.at(DISTRICT),
        params={"unit_id": str(world.unit_id(MANDAL))},
    )
    body = answer.json()
    assert (body["active"], body["level"], body["name_en"]) == (2, "mandal", f"Unit {MANDAL}")
    assert [(one["name_en"], one["active"]) for one in body["children"]] == [
        (f"Unit {BOOTH}", 1),
        (f"Unit {NEXT_BOOTH}", 1),
    ]


@pytest.mark.parametrize("path", [NEXT_BOOTH, MANDAL, TWIN])
async def test_a_count_outside_the_scope_reads_as_missing(registry: Harness, path: str) -> None:
    assert await world.counted(registry, world.at(BOOTH), path) == 404


@pytest.mark.parametrize("folded_first", [True, False])
async def test_counts_follow_a_unit_that_moves(registry: Harness, folded_first: bool) -> None:  # noqa: FBT001
    workers = [await world.enrolled(registry, booth=booth) for booth in (BOOTH, NEXT_BOOTH, FAR_BOOTH)]
    if folded_first:
        await fold_all(registry)
    await world.withdraw(registry, world.at(NATION), workers[0]["id"])
    await world.enrolled(registry)
    await world.move(registry, MANDAL, "in.mp.d070.v3.m5.")
    moved = await numbers_after_move(registry)
    assert moved == await truth(registry)
    await fold_all(registry)
    assert await numbers_after_move(registry) == moved
    assert moved[TWIN] == 2


async def numbers_after_move(service: Harness) -> dict[str, int]:
    person = world.at(NATION, tree_version=2)
    return {path: await world.counted(service, person, path) for path in world.PATHS}


async def test_folding_at_the_same_time_folds_once(registry: Harness) -> None:
    for _ in range(5):
        await world.enrolled(registry)
    await asyncio.gather(fold_all(registry), fold_all(registry), fold_all(registry))
    assert await world.value(registry, "SELECT workers FROM unit_counts WHERE path = $1", NATION) == 5


async def test_a_writer_and_the_folding_together_lose_nothing(registry: Harness) -> None:
    async def write() -> None:
        for _ in range(8):
            await world.enrolled(registry)

    async def keep_folding() -> None:
        for _ in range(20):
            await fold_all(registry)
            await asyncio.sleep(0.01)

    await asyncio.gather(write(), keep_folding())
    assert await world.counted(registry, world.at(STATE), STATE) == 8
    assert await world.counted(registry, world.at(NEXT_MANDAL), NEXT_MANDAL) == 0
