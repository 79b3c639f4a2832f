"""Exchanging refresh tokens on networks that lose replies, and against thieves."""

import asyncio
from datetime import timedelta

import pytest

from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness
from tests.identity import world
from tests.identity.asking import events, problem, refresh, rows, sign_in

PERSON = world.holder(world.BOOTH)


@pytest.fixture
async def token(identity: Harness) -> str:
    return str((await sign_in(identity, PERSON)).json()["refresh_token"])


async def test_a_refresh_gives_another_token_of_the_same_session(identity: Harness, token: str) -> None:
    first = await refresh(identity, token)
    second = await refresh(identity, first.json()["refresh_token"])
    assert second.json()["session_id"] == first.json()["session_id"]


async def test_a_refresh_gives_a_new_refresh_token(identity: Harness, token: str) -> None:
    assert (await refresh(identity, token)).json()["refresh_token"] != token


async def test_within_thirty_seconds_the_same_successor_is_given_again(
    identity: Harness, token: str, clock: FixedClock
) -> None:
    first = (await refresh(identity, token)).json()["refresh_token"]
    clock.pass_time(timedelta(seconds=30))
    assert (await refresh(identity, token)).json()["refresh_token"] == first


async def test_parallel_refreshes_get_the_same_successor(identity: Harness, token: str) -> None:
    answers = await asyncio.gather(*(refresh(identity, token) for _ in range(5)))
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1


async def test_a_token_used_again_later_is_refused(identity: Harness, token: str, clock: FixedClock) -> None:
    await refresh(identity, token)
    clock.pass_time(timedelta(seconds=31))
    assert problem(await refresh(identity, token)) == "refresh-refused"


async def test_a_token_used_again_later_takes_its_family_along(
    identity: Harness, token: str, clock: FixedClock
) -> None:
    successor = (await refresh(identity, token)).json()["refresh_token"]
    clock.pass_time(timedelta(seconds=31))
    await refresh(identity, token)
    assert (await refresh(identity, successor)).status_code == 401


async def test_the_end_of_a_family_is_announced(identity: Harness, token: str, clock: FixedClock) -> None:
    session = (await refresh(identity, token)).json()["session_id"]
    clock.pass_time(timedelta(seconds=31))
    await refresh(identity, token)
    assert await events(identity, "identity.session.ended.v1") == [
        {"session_id": session, "person_id": str(PERSON.person_id)}
    ]


async def test_an_unknown_token_is_refused(identity: Harness) -> None:
    assert (await refresh(identity, "sgr_nothing")).status_code == 401


async def test_a_refresh_token_dies_after_thirty_days(identity: Harness, token: str, clock: FixedClock) -> None:
    clock.pass_time(timedelta(days=30))
    assert (await refresh(identity, token)).status_code == 401


async def test_a_suspended_person_is_given_no_tokens(identity: Harness, token: str) -> None:
    await rows(identity, "UPDATE persons SET suspended_at = now() WHERE id = $1", PERSON.person_id)
    assert (await refresh(identity, token)).status_code == 401


async def test_a_dump_of_the_table_shows_no_token(identity: Harness, token: str) -> None:
    successor = (await refresh(identity, token)).json()["refresh_token"]
    lines = str(
        [row["line"] for row in await rows(identity, "SELECT refresh_tokens::text AS line FROM refresh_tokens")]
    )
    assert token not in lines
    assert successor.encode().hex() not in lines


async def test_a_refresh_names_the_offices_held_by_then(identity: Harness, token: str) -> None:
    await rows(identity, "UPDATE appointments SET ended_at = now() WHERE id = $1", PERSON.appointment_id)
    assert (await refresh(identity, token)).json()["appointments"] == []
