"""A background job that fails is begun again, ever more slowly while it goes on failing."""

import asyncio

import pytest

from sangathan_chassis import service


class Failing:
    """A job that fails as often as told, and then ends."""

    def __init__(self, times: int) -> None:
        self.left = times

    async def __call__(self) -> None:
        if self.left:
            self.left -= 1
            raise ConnectionResetError


@pytest.fixture
def rests(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    rests: list[float] = []

    async def sleep(seconds: float) -> None:
        rests.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    return rests


async def test_a_job_that_goes_on_failing_rests_ever_longer(rests: list[float]) -> None:
    await service._kept_running(Failing(9))
    assert rests == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


async def test_a_job_that_ran_well_for_long_is_begun_again_at_once(
    rests: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "_STEADY_S", -1.0)
    await service._kept_running(Failing(9))
    assert rests == [0.5] * 9
