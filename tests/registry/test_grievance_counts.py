"""How many grievances are open and overdue is what the rows say, at each unit and moment, without counting them."""

from datetime import timedelta
from uuid import UUID, uuid4

from sangathan_chassis.scope import Scope
from sangathan_hierarchy.replica import Resettled
from sangathan_registry.commands.watch_grievances import watch_some
from sangathan_registry.store import grievance_counts
from sangathan_registry.subscribers.tree import RowsFollowTree
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness, Person
from tests.registry import world
from tests.registry.asking import sealer_of
from tests.registry.test_grievances import answer, file_own, numbers
from tests.registry.world import BOOTH, DISTRICT, MANDAL, NEXT_BOOTH, STATE, TWIN, TWIN_BOOTH

LEVELS = (STATE, DISTRICT, MANDAL, BOOTH, NEXT_BOOTH, TWIN_BOOTH)


async def filed(registry: Harness, booth: str, *kinds: str) -> list[UUID]:
    me = Person(person_id=uuid4())
    worker = await world.enrolled(registry, booth)
    await world.rows(registry, "UPDATE workers SET person_id = $1 WHERE id = $2", me.person_id, UUID(worker["id"]))
    before = {row["id"] for row in await world.rows(registry, "SELECT id FROM grievances")}
    for kind in kinds:
        assert (await file_own(registry, me, kind=kind)).status_code == 201
    return sorted({row["id"] for row in await world.rows(registry, "SELECT id FROM grievances")} - before)


async def fold(registry: Harness) -> int:
    async with registry.database.work(Scope.everything()) as work:
        return await grievance_counts.fold(work)


async def agree(registry: Harness, clock: FixedClock, paths: tuple[str, ...] = LEVELS) -> list[tuple[int, int]]:
    """The numbers of these units, which are those of the rows before and after what waits is folded."""
    told = [await numbers(registry, path) for path in paths]
    rows = [
        tuple(
            *await world.rows(
                registry,
                "SELECT count(*), count(*) FILTER (WHERE due_at <= $2) FROM grievances"
                " WHERE status = 'open' AND starts_with(path, $1)",
                path,
                clock.now(),
            )
        )
        for path in paths
    ]
    assert told == rows
    await fold(registry)
    assert [await numbers(registry, path) for path in paths] == rows
    return told


async def test_they_agree_with_the_rows_through_everything_that_befalls_a_grievance(
    registry: Harness, clock: FixedClock
) -> None:
    first, *_ = await filed(registry, BOOTH, "access", "consent", "other")
    await filed(registry, NEXT_BOOTH, "access")
    assert await agree(registry, clock) == [(4, 0), (4, 0), (4, 0), (3, 0), (1, 0), (0, 0)]
    assert (await answer(registry, world.at(BOOTH), str(first))).status_code == 200
    assert (await agree(registry, clock))[3] == (2, 0)
    clock.pass_time(timedelta(days=31))
    assert (await agree(registry, clock))[0][1] > 0, "the clock alone makes them overdue"
    await watch_some(registry.database, sealer_of(registry))
    await agree(registry, clock)
    await world.move(registry, MANDAL, f"{TWIN}v3.m9.")
    clock.pass_time(timedelta(days=60))
    moved = await agree(registry, clock, (STATE, DISTRICT, TWIN))
    assert moved[2][0] > 0
    async with registry.database.work(Scope.everything()) as work:
        await RowsFollowTree().follow_all(work, Resettled())
    assert await agree(registry, clock, (STATE, DISTRICT, TWIN)) == moved


async def test_one_is_overdue_from_its_moment_on_and_not_for_the_whole_of_its_day(
    registry: Harness, clock: FixedClock
) -> None:
    [one] = await filed(registry, BOOTH, "access")
    due_at = await world.value(registry, "SELECT due_at FROM grievances WHERE id = $1", one)
    clock.pass_time(due_at - clock.now() - timedelta(minutes=1))
    assert (await agree(registry, clock))[0] == (1, 0)
    clock.pass_time(timedelta(minutes=1))
    assert (await agree(registry, clock))[0] == (1, 1)
    clock.pass_time(timedelta(days=1))
    assert (await agree(registry, clock))[0] == (1, 1)


async def test_what_has_come_to_nothing_is_kept_no_longer(registry: Harness) -> None:
    [one] = await filed(registry, BOOTH, "access")
    assert await fold(registry) == 1
    assert await world.size(registry, "grievance_counts") == len(BOOTH.rstrip(".").split("."))
    await answer(registry, world.at(BOOTH), str(one))
    await fold(registry)
    assert await world.size(registry, "grievance_counts") == await world.size(registry, "grievance_deltas") == 0
