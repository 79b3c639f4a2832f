"""Work that can wait gives way to batches: for as long as they come in, and not for ever."""

import asyncio

from sangathan_registry.commands.give_way import QUIET_S, RESTS, Intake


class Clock:
    """Time as the test says it is."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def resting(intake: Intake, worked_s: float) -> "asyncio.Task[None]":
    """A rest after so much work, as far as it comes by itself."""
    task = asyncio.create_task(intake.give_way(worked_s))
    await asyncio.sleep(0)
    return task


async def ends(task: "asyncio.Task[None]") -> None:
    async with asyncio.timeout(15):
        await task


async def test_without_batches_nothing_rests() -> None:
    task = await resting(Intake(Clock()), 60.0)
    assert task.done()


async def test_while_batches_come_in_it_rests_a_multiple_of_its_work() -> None:
    clock = Clock()
    intake = Intake(clock)
    intake.note()
    task = await resting(intake, 0.04)
    assert not task.done()
    clock.now += 0.04 * RESTS
    intake.note()
    await ends(task)


async def test_when_they_have_stopped_it_goes_on_at_once() -> None:
    clock = Clock()
    intake = Intake(clock)
    intake.note()
    task = await resting(intake, 3_600.0)
    assert not task.done()
    clock.now += QUIET_S
    await ends(task)


async def test_it_never_rests_longer_than_a_minute() -> None:
    clock = Clock()
    intake = Intake(clock)
    intake.note()
    task = await resting(intake, 3_600.0)
    clock.now += 60.0
    intake.note()
    await ends(task)
