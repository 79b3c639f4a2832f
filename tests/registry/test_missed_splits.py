"""A registry that missed splits and mergers has every worker where one has them that heard of each."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from sangathan_chassis.scope import Scope
from sangathan_contracts.identity import SplitOff
from sangathan_hierarchy.replica import Resettled
from sangathan_registry.subscribers.tree import RowsFollowTree
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness
from tests.registry import world
from tests.registry.test_rehoming import merge, split
from tests.registry.world import BOOTH, FAR_BOOTH, NEXT_BOOTH, STATE, TWIN_BOOTH

MINUTE = timedelta(minutes=1)


class Heard:
    """The tree changes, and every event arrives."""

    def __init__(self, registry: Harness, clock: FixedClock) -> None:
        self.registry, self.clock = registry, clock
        self.splits: list[SplitOff] = []
        self.successors: dict[UUID, UUID] = {}

    async def split(self, path: str, created: str, workers: Sequence[str]) -> None:
        self.clock.pass_time(MINUTE)
        self.splits.append(
            SplitOff(
                unit_id=world.unit_id(path),
                created_id=world.unit_id(created),
                split_at=self.clock.now(),
                worker_ids=tuple(map(UUID, workers)),
            )
        )
        await self.hear_split(path, created, workers)

    async def merge(self, path: str, into: str) -> None:
        self.clock.pass_time(MINUTE)
        self.successors[world.unit_id(path)] = world.unit_id(into)
        statement = "UPDATE unit_replica SET closed_at = $2 WHERE unit_id = $1"
        await world.rows(self.registry, statement, world.unit_id(path), self.clock.now())
        await self.hear_merger(path, into)

    async def hear_split(self, path: str, created: str, workers: Sequence[str]) -> None:
        await split(self.registry, path, created, workers)

    async def hear_merger(self, path: str, into: str) -> None:
        await merge(self.registry, path, into)

    async def rebuild(self) -> None:
        """What follows when the replica has been built anew from the snapshot, whose pages are in any order."""
        self.clock.pass_time(MINUTE)
        async with self.registry.database.work(Scope.everything()) as work:
            await RowsFollowTree().follow_all(work, Resettled(self.successors, self.splits[::-1]))

    async def where(self) -> dict[str, str]:
        rows = await world.rows(self.registry, "SELECT id, path FROM workers")
        return {str(row["id"]): row["path"] for row in rows}


class Missed(Heard):
    """The tree changes, and no event arrives."""

    async def hear_split(self, path: str, created: str, workers: Sequence[str]) -> None:
        pass

    async def hear_merger(self, path: str, into: str) -> None:
        pass


@pytest.mark.parametrize("kind", [Heard, Missed])
async def test_who_was_named_is_at_the_new_unit_and_nobody_else(
    registry: Harness, clock: FixedClock, kind: type[Heard]
) -> None:
    named, other = [(await world.enrolled(registry, phone=f"+91600000000{n}"))["id"] for n in (1, 2)]
    tree = kind(registry, clock)
    await tree.split(BOOTH, NEXT_BOOTH, [named])
    for _ in range(2):
        await tree.rebuild()
    assert await tree.where() == {named: NEXT_BOOTH, other: BOOTH}
    assert await world.counted(registry, world.at(STATE), BOOTH) == 1
    versions = await world.rows(registry, "SELECT version FROM workers ORDER BY version")
    assert [row["version"] for row in versions] == [1, 2]


@pytest.mark.parametrize("kind", [Heard, Missed])
async def test_splits_and_mergers_follow_each_other_as_they_were_made(
    registry: Harness, clock: FixedClock, kind: type[Heard]
) -> None:
    of_booth, of_far, stays = [
        (await world.enrolled(registry, path, phone=f"+91600000000{n}"))["id"]
        for n, path in enumerate((BOOTH, FAR_BOOTH, BOOTH), 1)
    ]
    tree = kind(registry, clock)
    await tree.merge(FAR_BOOTH, BOOTH)
    await tree.split(BOOTH, NEXT_BOOTH, [of_booth, of_far])
    await tree.merge(NEXT_BOOTH, TWIN_BOOTH)
    await tree.rebuild()
    assert await tree.where() == {of_booth: TWIN_BOOTH, of_far: TWIN_BOOTH, stays: BOOTH}


async def test_who_came_back_since_is_let_alone(registry: Harness, clock: FixedClock) -> None:
    named = (await world.enrolled(registry))["id"]
    tree = Heard(registry, clock)
    await tree.split(BOOTH, NEXT_BOOTH, [named])
    clock.pass_time(MINUTE)
    await split(registry, NEXT_BOOTH, BOOTH, [named])
    await tree.rebuild()
    assert await tree.where() == {named: BOOTH}


async def test_who_was_elsewhere_already_is_not_fetched(registry: Harness, clock: FixedClock) -> None:
    named = (await world.enrolled(registry, FAR_BOOTH))["id"]
    tree = Missed(registry, clock)
    await tree.split(BOOTH, NEXT_BOOTH, [named])
    await tree.rebuild()
    assert await tree.where() == {named: FAR_BOOTH}
