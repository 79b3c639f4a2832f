"""When the tree changes, every row follows in the same transaction, and no write slips in between."""

import asyncio

import pytest

from sangathan_chassis.scope import Scope
from sangathan_hierarchy.ddl import TREE_LOCK
from sangathan_hierarchy.replica import Resettled
from sangathan_registry.subscribers.tree import RowsFollowTree
from sangathan_testkit.harness import Harness, Person
from tests.registry import card_desk, world
from tests.registry.test_walls import SCOPED
from tests.registry.world import BOOTH, DISTRICT, MANDAL, NEXT_MANDAL, STATE, TWIN

NEW_MANDAL = "in.mp.d070.v3.m5."
NEW_BOOTH = "in.mp.d070.v3.m5.b1."


async def fill(service: Harness) -> None:
    vistarak = world.at(MANDAL, "vistarak")
    await world.synced(service, world.at(BOOTH), [world.a_record(), world.a_record(gender="x")])
    await world.rows(
        service,
        "INSERT INTO assignments VALUES ($1, $1, $1, $2, $3, now(), NULL, NULL, now())",
        vistarak.person_id,
        world.unit_id(BOOTH),
        BOOTH,
    )


@pytest.mark.parametrize("table", SCOPED)
async def test_every_table_follows_a_unit_that_moves(registry: Harness, table: str) -> None:
    await fill(registry)
    await card_desk.issued(registry, (await world.enrolled(registry))["id"])
    await world.rows(registry, "INSERT INTO unit_counts VALUES ($1, 1)", BOOTH)
    await world.move(registry, MANDAL, NEW_MANDAL)
    paths = await world.paths(registry, table)
    assert NEW_BOOTH in paths
    assert not [path for path in paths if path.startswith(MANDAL)]


async def test_sight_follows_at_once(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    await world.move(registry, MANDAL, NEW_MANDAL)
    seen = await world.read(registry, world.at(TWIN, tree_version=2), worker["id"])
    gone = await world.read(registry, world.at(DISTRICT, tree_version=2), worker["id"])
    assert (seen.status_code, gone.status_code) == (200, 404)


async def test_a_range_resolved_before_the_move_is_sent_back(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    await world.move(registry, MANDAL, NEW_MANDAL)
    stale = await world.read(registry, world.at(BOOTH), worker["id"])
    assert (stale.status_code, stale.headers["sangathan-scope-moved"]) == (503, "1")


async def test_a_move_waits_for_a_write_under_way_and_a_write_for_a_move(registry: Harness) -> None:
    async with registry.database.work(Scope.everything()) as mover:
        await mover.raw.execute("SELECT pg_advisory_xact_lock($1)", TREE_LOCK)
        write = asyncio.create_task(world.enrol(registry, world.at(STATE)))
        await asyncio.sleep(0.2)
        assert not write.done()
    assert (await write).status_code == 201


async def test_a_move_is_applied_once(registry: Harness) -> None:
    await world.enrolled(registry)
    await world.move(registry, MANDAL, NEW_MANDAL)
    await world.move(registry, MANDAL, NEW_MANDAL)
    assert await world.counted(registry, world.at(STATE, tree_version=2), TWIN) == 1


async def test_after_a_rebuilt_replica_paths_and_counts_are_derived_anew(registry: Harness) -> None:
    await fill(registry)
    await world.rows(
        registry,
        "UPDATE unit_replica SET path = $3 || substr(path, $4) WHERE path >= $1 AND path < $2",
        MANDAL,
        MANDAL[:-1] + "/",
        NEW_MANDAL,
        len(MANDAL) + 1,
    )
    await world.rows(registry, "INSERT INTO unit_counts VALUES ($1, 40)", MANDAL)
    async with registry.database.work(Scope.everything()) as work:
        await RowsFollowTree().follow_all(work, Resettled())
    for table in ("workers", "consents", "receipts", "rejected_records", "assignments"):
        assert await world.paths(registry, table) == {NEW_BOOTH}, table
    counts = {row["path"]: row["workers"] for row in await world.rows(registry, "SELECT * FROM unit_counts")}
    assert counts == {"in.": 1, STATE: 1, TWIN: 1, "in.mp.d070.v3.": 1, NEW_MANDAL: 1, NEW_BOOTH: 1}


async def test_a_unit_moved_away_and_back_is_where_it_was(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    await world.move(registry, MANDAL, NEXT_MANDAL + "x.")
    person = Person(path=NEXT_MANDAL + "x.", unit_id=world.unit_id(MANDAL), tree_version=2)
    assert (await world.read(registry, person, worker["id"])).status_code == 200


async def test_the_trail_is_linked_while_writers_keep_the_tree_from_moving(registry: Harness) -> None:
    writing = f"SELECT pg_advisory_xact_lock_shared({TREE_LOCK})"
    async with registry.database.work(Scope.everything(), guard=writing), asyncio.timeout(20):
        await world.synced(registry, world.at(BOOTH), [world.a_record()])
        while await world.value(registry, "SELECT count(*) FROM audit_pending"):
            await asyncio.sleep(0.1)
        assert await world.value(registry, "SELECT count(*) FROM audit_links") == 1
