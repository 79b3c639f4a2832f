"""Guessing gets slower, and nobody can lock somebody else out."""

import asyncio
from datetime import timedelta

from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness
from tests.identity import world
from tests.identity.asking import events, problem, refresh, rows, said, sign_in

PERSON = world.holder(world.BOOTH)
STRANGER = "203.0.113.9"
HOME = "198.51.100.7"
UNKNOWN = "+916009999999"


async def guess(identity: Harness, times: int, *, address: str = STRANGER, device_token: str = "") -> None:
    for _ in range(times):
        await sign_in(identity, PERSON, "galat", address=address, device_token=device_token)


async def test_after_five_wrong_passwords_even_the_right_one_waits(identity: Harness) -> None:
    await guess(identity, 5)
    answer = await sign_in(identity, PERSON, address=STRANGER)
    assert (problem(answer), answer.headers["retry-after"]) == ("too-many-tries", "1")


async def test_the_wait_grows_with_every_guess(identity: Harness, clock: FixedClock) -> None:
    waits = []
    await guess(identity, 5)
    for _ in range(4):
        waits.append(int((await sign_in(identity, PERSON, "galat", address=STRANGER)).headers["retry-after"]))
        clock.pass_time(timedelta(seconds=waits[-1]))
        await guess(identity, 1)
    assert waits == [1, 2, 4, 8]


async def test_after_the_wait_the_right_password_signs_in(identity: Harness, clock: FixedClock) -> None:
    await guess(identity, 5)
    clock.pass_time(timedelta(seconds=1))
    assert (await sign_in(identity, PERSON, address=STRANGER)).status_code == 200


async def test_a_stranger_slows_down_only_their_own_address(identity: Harness) -> None:
    await guess(identity, 8)
    assert (await sign_in(identity, PERSON, address=HOME)).status_code == 200


async def test_an_ipv6_household_is_one_place(identity: Harness) -> None:
    for n in range(5):
        await guess(identity, 1, address=f"2001:db8:1:2::{n}")
    assert (await sign_in(identity, PERSON, address="2001:db8:1:2::99")).status_code == 429


async def test_guesses_from_everywhere_slow_down_every_address_but_no_known_device(identity: Harness) -> None:
    token = (await sign_in(identity, PERSON, address=HOME)).json()["device_token"]
    for n in range(50):
        await guess(identity, 1, address=f"203.0.113.{n}")
    strange = await sign_in(identity, PERSON, address=HOME)
    known = await sign_in(identity, PERSON, address=STRANGER, device_token=token)
    assert (strange.status_code, known.status_code) == (429, 200)


async def test_a_known_device_is_not_free_to_guess(identity: Harness) -> None:
    token = (await sign_in(identity, PERSON)).json()["device_token"]
    await guess(identity, 5, device_token=token)
    assert (await sign_in(identity, PERSON, device_token=token)).status_code == 429


async def test_another_persons_device_is_an_unknown_one(identity: Harness) -> None:
    token = (await sign_in(identity, world.holder(world.NEXT_BOOTH), address=HOME)).json()["device_token"]
    await guess(identity, 5)
    assert (await sign_in(identity, PERSON, address=STRANGER, device_token=token)).status_code == 429


async def test_parallel_guesses_do_not_slip_by_together(identity: Harness) -> None:
    answers = await asyncio.gather(*(sign_in(identity, PERSON, "galat", address=STRANGER) for _ in range(9)))
    assert sorted(answer.status_code for answer in answers) == [401] * 5 + [429] * 4


async def test_a_refresh_does_not_shorten_the_wait(identity: Harness) -> None:
    token = (await sign_in(identity, PERSON, address=STRANGER)).json()["refresh_token"]
    await guess(identity, 5)
    await refresh(identity, token)
    assert (await sign_in(identity, PERSON, address=STRANGER)).status_code == 429


async def test_who_waits_costs_no_hashing(identity: Harness) -> None:
    await guess(identity, 5)
    pool = identity.app.state.parts.by_password.passwords._pool
    pool.shutdown()  # From here on hashing anything at all would fail.
    answer = await sign_in(identity, PERSON, "galat", address=STRANGER)
    assert answer.status_code == 429


async def test_an_unknown_number_has_to_wait_in_the_same_words(identity: Harness) -> None:
    body = {"phone": UNKNOWN, "password": "galat"}
    headers = {"x-forwarded-for": STRANGER}
    await guess(identity, 5)
    for _ in range(6):
        unknown = await identity.ask("POST", "/v1/sign-in", action="session.sign-in", json=body, headers=headers)
    assert said(await sign_in(identity, PERSON, "galat", address=STRANGER)) == said(unknown)


async def test_a_dump_shows_no_address(identity: Harness) -> None:
    await guess(identity, 1)
    for table in ("throttles", "one_time_codes", "devices", "audit_entries"):
        lines = await rows(identity, f"SELECT {table}::text AS line FROM {table}")  # noqa: S608 - the test's own.
        assert STRANGER not in str([row["line"] for row in lines])


async def test_a_device_that_shows_its_token_is_the_same_one(identity: Harness) -> None:
    token = (await sign_in(identity, PERSON)).json()["device_token"]
    again = await sign_in(identity, PERSON, device_token=token)
    assert again.json()["device_token"] is None
    assert len(await rows(identity, "SELECT 1 FROM devices")) == 1


async def test_another_device_is_announced_and_the_first_is_not(identity: Harness) -> None:
    await sign_in(identity, PERSON)
    assert await events(identity, "identity.device.added.v1") == []
    await sign_in(identity, PERSON)
    [event] = await events(identity, "identity.device.added.v1")
    assert (event["person_id"], event["name"]) == (str(PERSON.person_id), "Redmi 9A")


async def test_a_dump_shows_no_device_token(identity: Harness) -> None:
    token = (await sign_in(identity, PERSON)).json()["device_token"]
    lines = await rows(identity, "SELECT devices::text AS line FROM devices")
    assert token not in str([row["line"] for row in lines])
