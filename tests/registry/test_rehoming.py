"""When a unit is split or merged, its workers go on elsewhere: all at once, once, and with the counters."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from sangathan_chassis.scope import Scope
from sangathan_contracts.envelope import Event
from sangathan_contracts.identity import UnitMerged, UnitSplit, UnitState
from sangathan_hierarchy.replica import Resettled
from sangathan_registry.commands.rehome_workers import NotKnownYet
from sangathan_registry.subscribers.tree import RowsFollowTree, tree_handlers
from sangathan_testkit.harness import Harness
from tests.registry import world
from tests.registry.world import BOOTH, DISTRICT, FAR_BOOTH, MANDAL, NEXT_BOOTH, STATE, TWIN_BOOTH


def state(path: str, *, closed_at: datetime | None = None) -> UnitState:
    return UnitState(
        unit_id=world.unit_id(path),
        parent_id=world.unit_id(path[:-1].rpartition(".")[0] + "."),
        level=world.level_of(path),
        code=path[:-1].rpartition(".")[2],
        path=path,
        name_hi="इकाई",
        name_en="Unit",
        version=2,
        closed_at=closed_at,
    )


async def tell(registry: Harness, event: Event) -> None:
    """Does what the consumer does with identity's event, past the inbox."""
    handler = tree_handlers(registry.app.state.parts.replica)[event.type]
    async with registry.database.work(Scope.everything()) as work:
        await handler(work, world.envelope(event))


async def merge(registry: Harness, path: str, into: str) -> None:
    await tell(registry, UnitMerged(unit=state(path, closed_at=world.NOW), into=state(into)))


async def split(registry: Harness, path: str, created: str, workers: Sequence[str]) -> None:
    ids = tuple(map(UUID, workers))
    await tell(registry, UnitSplit(unit=state(path), created=state(created), worker_ids=ids))


async def seen(registry: Harness, path: str) -> set[str]:
    answer = await world.listed(registry, world.at(path))
    return {one["id"] for one in answer.json()["items"]}


async def counts(registry: Harness) -> dict[str, Any]:
    who = world.at(STATE)
    return {path: await world.counted(registry, who, path) for path in (STATE, DISTRICT, MANDAL, BOOTH, NEXT_BOOTH)}


async def test_workers_of_a_merged_booth_go_on_at_its_successor(registry: Harness) -> None:
    ids = {(await world.enrolled(registry, phone=f"+91600000000{n}"))["id"] for n in (1, 2)}
    await merge(registry, BOOTH, NEXT_BOOTH)
    assert await seen(registry, NEXT_BOOTH) == ids
    assert await seen(registry, BOOTH) == set()
    assert await seen(registry, STATE) == ids


async def test_who_was_left_at_a_merged_booth_goes_on_when_the_replica_is_rebuilt(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    successors = {world.unit_id(BOOTH): world.unit_id(NEXT_BOOTH), world.unit_id(NEXT_BOOTH): world.unit_id(FAR_BOOTH)}
    for _ in range(2):
        async with registry.database.work(Scope.everything()) as work:
            await RowsFollowTree().follow_all(work, Resettled(successors))
    assert await seen(registry, FAR_BOOTH) == {worker["id"]}
    assert await world.counted(registry, world.at(STATE), BOOTH) == 0
    assert (await world.rows(registry, "SELECT version FROM workers"))[0]["version"] == 3


async def test_consents_go_with_their_workers(registry: Harness) -> None:
    await world.enrolled(registry)
    await merge(registry, BOOTH, TWIN_BOOTH)
    assert await world.paths(registry, "consents") == {TWIN_BOOTH}


async def test_what_names_are_found_by_goes_with_them(registry: Harness) -> None:
    for _ in range(2):
        await world.enrolled(registry)
    await world.matched(registry)
    await merge(registry, BOOTH, TWIN_BOOTH)
    for table in ("worker_keys", "duplicates"):
        assert await world.paths(registry, table) == {TWIN_BOOTH}, table


async def test_counts_agree_after_a_merger(registry: Harness) -> None:
    for n in (1, 2):
        await world.enrolled(registry, phone=f"+91600000000{n}")
    await world.enrolled(registry, booth=NEXT_BOOTH)
    await merge(registry, BOOTH, NEXT_BOOTH)
    assert await counts(registry) == {STATE: 3, DISTRICT: 3, MANDAL: 3, BOOTH: 0, NEXT_BOOTH: 3}


async def test_a_withdrawn_record_goes_along_and_is_not_counted(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    await world.withdraw(registry, world.at(STATE), worker["id"])
    await merge(registry, BOOTH, NEXT_BOOTH)
    assert await world.paths(registry, "workers") == {NEXT_BOOTH}
    assert (await counts(registry))[NEXT_BOOTH] == 0


async def test_a_merger_told_twice_moves_and_counts_once(registry: Harness) -> None:
    await world.enrolled(registry)
    await merge(registry, BOOTH, NEXT_BOOTH)
    once = await counts(registry)
    await merge(registry, BOOTH, NEXT_BOOTH)
    assert await counts(registry) == once
    assert (await world.rows(registry, "SELECT version FROM workers"))[0]["version"] == 2


async def test_only_the_named_workers_go_to_the_new_booth(registry: Harness) -> None:
    first, second = [await world.enrolled(registry, phone=f"+91600000000{n}") for n in (1, 2)]
    await split(registry, BOOTH, NEXT_BOOTH, [first["id"]])
    assert await seen(registry, NEXT_BOOTH) == {first["id"]}
    assert await seen(registry, BOOTH) == {second["id"]}
    assert await counts(registry) == {STATE: 2, DISTRICT: 2, MANDAL: 2, BOOTH: 1, NEXT_BOOTH: 1}


async def test_a_worker_of_another_booth_is_not_taken_by_naming_it(registry: Harness) -> None:
    far = await world.enrolled(registry, booth=FAR_BOOTH)
    await split(registry, BOOTH, NEXT_BOOTH, [far["id"], str(uuid4())])
    assert await seen(registry, FAR_BOOTH) == {far["id"]}


async def test_each_worker_that_went_is_told_of(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    await merge(registry, BOOTH, NEXT_BOOTH)
    [row] = await world.rows(registry, "SELECT subject FROM outbox WHERE type = 'registry.worker.changed.v1'")
    assert row["subject"].endswith(NEXT_BOOTH[:-1])
    assert (await world.read(registry, world.at(NEXT_BOOTH), worker["id"])).json()["version"] == 2


async def test_a_vistarak_is_sent_on_unless_sent_there_already(registry: Harness) -> None:
    for appointment, booth in ((1, BOOTH), (2, BOOTH), (2, NEXT_BOOTH)):
        await world.rows(
            registry,
            "INSERT INTO assignments VALUES (gen_random_uuid(), $1, $1, $2, $3, now(), NULL, NULL, now())",
            UUID(int=appointment),
            world.unit_id(booth),
            booth,
        )
    await merge(registry, BOOTH, NEXT_BOOTH)
    held = await world.rows(registry, "SELECT appointment_id, path FROM assignments ORDER BY 1, 2")
    assert [(row["appointment_id"].int, row["path"]) for row in held] == [(1, NEXT_BOOTH), (2, BOOTH), (2, NEXT_BOOTH)]


async def test_a_unit_that_the_replica_does_not_hold_yet_is_waited_for(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    with pytest.raises(NotKnownYet):
        await split(registry, BOOTH, MANDAL + "b9.", [worker["id"]])
    assert await seen(registry, BOOTH) == {worker["id"]}
