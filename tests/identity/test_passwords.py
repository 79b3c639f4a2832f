"""Changing and resetting a password, which ones are refused, and a flood of sign-ins."""

import asyncio
import hashlib
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx import Response

from sangathan_chassis.refusal import Refusal
from sangathan_identity.adapters.breached_passwords import BreachedList, common_words, guessable
from sangathan_identity.adapters.passwords import PasswordPool
from sangathan_identity.domain.passwords import too_common
from sangathan_identity.main import SERVICE
from sangathan_identity.settings import IdentitySettings
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.databases import DatabaseUrls
from sangathan_testkit.fixtures import SettingsFor
from sangathan_testkit.harness import Harness, running
from tests.identity import world
from tests.identity.asking import Codes, events, problem, refresh, rows, said, sign_in
from tests.identity.test_authenticator import Phone, a_phone

PERSON = world.holder(world.BOOTH)
GOOD = "kettle-monsoon-ladder-42"
WORDS = common_words()


@pytest.fixture
async def phone(identity: Harness, clock: FixedClock) -> Phone:
    return await a_phone(identity, clock)


@pytest.fixture
def codes(identity: Harness, caplog: pytest.LogCaptureFixture) -> Codes:
    return Codes(identity, caplog)


async def change(phone: Phone, new: str = GOOD, current: str | None = world.PASSWORD, **more: Any) -> Response:
    body = {"current_password": current, "new_password": new, **more}
    return await phone.change("/v1/password-changes", body)


async def reset(codes: Codes, code: str, new: str = GOOD) -> Response:
    body = {"challenge": codes.challenge, "code": code, "new_password": new}
    return await codes.identity.ask("POST", "/v1/password-resets", action="session.sign-in", json=body)


async def test_a_changed_password_signs_in_and_the_old_one_does_not(phone: Phone) -> None:
    assert (await change(phone)).status_code == 200
    assert (await sign_in(phone.identity, PERSON, GOOD)).status_code == 200
    assert (await sign_in(phone.identity, PERSON)).status_code == 401


async def test_a_change_ends_every_other_sign_in_and_tells_the_person(phone: Phone) -> None:
    other = (await sign_in(phone.identity, PERSON)).json()
    assert (await change(phone)).json() == {"ended": 1}
    assert (await refresh(phone.identity, other["refresh_token"])).status_code == 401
    assert (await refresh(phone.identity, phone.refresh_token)).status_code == 200
    [event] = await events(phone.identity, "identity.credential.changed.v1")
    assert (event["what"], event["person_id"]) == ("password-changed", str(PERSON.person_id))


async def test_a_wrong_current_password_changes_nothing(phone: Phone) -> None:
    assert problem(await change(phone, current="galat")) == "password-wrong"
    assert problem(await change(phone, current=None)) == "password-wrong"
    assert (await sign_in(phone.identity, PERSON)).status_code == 200


async def test_guesses_at_the_current_password_are_paced(phone: Phone) -> None:
    answers = [await change(phone, current="galat") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [403] * 5 + [429]


async def test_a_change_from_a_sign_in_of_long_ago_needs_a_step_up(phone: Phone) -> None:
    phone.clock.pass_time(timedelta(minutes=11))
    assert problem(await change(phone)) == "step-up-needed"


async def test_who_has_an_authenticator_needs_it_to_change_the_password(phone: Phone) -> None:
    await phone.add()
    assert problem(await change(phone)) == "step-up-needed"
    await phone.step_up(authenticator_code=phone.shows())
    assert (await change(phone)).status_code == 200


async def test_who_has_no_password_sets_one_from_a_fresh_sign_in(codes: Codes, clock: FixedClock) -> None:
    await rows(codes.identity, "UPDATE persons SET password_hash = NULL WHERE id = $1", PERSON.person_id)
    body = (await codes.sign_in(await codes.ask())).json()
    person = replace(world.themselves(PERSON), session_id=body["session_id"])
    phone = Phone(codes.identity, clock, person)
    assert (await change(phone, current=None)).status_code == 200
    assert (await sign_in(codes.identity, PERSON, GOOD)).status_code == 200


async def test_a_password_is_the_same_however_it_is_typed(phone: Phone) -> None:
    await change(phone, "ｋｅｔｔｌｅ-monsoon-ladder-４２")
    assert (await sign_in(phone.identity, PERSON, GOOD)).status_code == 200


async def test_an_unknown_field_is_refused(phone: Phone) -> None:
    assert problem(await change(phone, verified=True)) == "invalid-input"


async def test_a_reset_sets_the_password_ends_every_sign_in_and_tells_the_person(phone: Phone, codes: Codes) -> None:
    code = await codes.ask(purpose="password-reset")
    assert (await reset(codes, code)).status_code == 204
    assert (await refresh(phone.identity, phone.refresh_token)).status_code == 401
    assert (await sign_in(phone.identity, PERSON, GOOD)).status_code == 200
    assert [event["what"] for event in await events(phone.identity, "identity.credential.changed.v1")] == [
        "password-reset"
    ]


async def test_a_reset_code_serves_once_and_a_weak_password_uses_none_up(codes: Codes) -> None:
    code = await codes.ask(purpose="password-reset")
    assert problem(await reset(codes, code, "password123")) == "password-weak"
    answers = [await reset(codes, code) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 401]


async def test_a_sign_in_code_resets_nothing(codes: Codes) -> None:
    assert (await reset(codes, await codes.ask())).status_code == 401


async def test_a_wrong_code_and_an_unknown_number_read_the_same_and_cost_the_same(
    codes: Codes, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    choice = codes.identity.app.state.parts.reset_password.choice

    async def counted(password: str) -> str:
        hashed.append(password)
        return "hash"

    monkeypatch.setattr(choice.passwords, "hashed", counted)
    code = await codes.ask(purpose="password-reset")
    wrong = await reset(codes, f"{(int(code) + 1) % 1_000_000:06}")
    await codes.ask("+916009999999", purpose="password-reset")
    unknown = await reset(codes, code)
    assert (said(wrong), len(hashed)) == (said(unknown), 2)


async def test_a_known_and_an_unknown_number_cost_one_hashing_each(
    identity: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []

    def counted(kept: str, _password: str) -> bool:
        checked.append(kept)
        return False

    monkeypatch.setattr("sangathan_identity.adapters.passwords.verify", counted)
    await sign_in(identity, PERSON, "galat")
    body = {"phone": "+916009999999", "password": "galat"}
    await identity.ask("POST", "/v1/sign-in", action="session.sign-in", json=body)
    assert len(checked) == 2


@pytest.mark.parametrize(
    "password",
    [
        *("password123", "P@ssw0rd2026", "ILoveYou12", "qwertyuiop1", "1234567890", "9876543210", "aaaaaaaaaaaa"),
        *("jaishriram108", "Bhopal@2023", "mummy-papa-123", "abcabcabcabc", "sachin.tendulkar", "Narendra#1234"),
        *("1qaz2wsx3edc", "नमस्ते12345", "welcome2026!", "ＰＡＳＳＷＯＲＤ１２３", "sangathan2022"),
    ],
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    assert too_common(password, WORDS)


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "seven-mango-trees-by-the-well",
        "चार-आम-के-पेड़-तालाब",
        "Tr0ub4dor&3x",
        "xk7vq2mwpz",
        "damoh booth ladder kettle",
    ],
)
def test_what_takes_long_to_guess_is_taken(password: str) -> None:
    assert not too_common(password, WORDS)


@pytest.mark.parametrize(
    ("new", "accepted"),
    [
        ("kett-ladd", "takes at least 10 characters"),
        ("password123", "takes one that is on no list of common or breached passwords"),
        (f"kettle-{world.phone(PERSON)[3:]}", "takes one without the own phone number"),
    ],
)
async def test_a_weak_password_is_refused_with_what_would_be_taken(phone: Phone, new: str, accepted: str) -> None:
    answer = await change(phone, new)
    assert (problem(answer), answer.json()["errors"]) == (
        "password-weak",
        [{"pointer": "/new_password", "detail": accepted}],
    )


def a_breached_list(tmp_path: Path, *passwords: str, count: str = ":3") -> Path:
    file = tmp_path / "breached.txt"
    hashes = sorted(hashlib.sha1(one.encode(), usedforsecurity=False).hexdigest().upper() for one in passwords)
    file.write_text("".join(f"{one}{count}\r\n" for one in hashes))
    return file


@pytest.mark.parametrize("count", [":3", ""])
def test_an_operators_list_is_searched_to_its_ends(tmp_path: Path, count: str) -> None:
    inside = [f"word-{number}" for number in range(100)]
    listed = BreachedList(a_breached_list(tmp_path, *inside, count=count))
    assert all(listed.holds(one) for one in inside)
    assert not any(listed.holds(f"other-{number}") for number in range(100))


def test_an_operators_list_counts_beside_the_shipped_words(tmp_path: Path) -> None:
    refused = guessable(a_breached_list(tmp_path, GOOD))
    assert (refused(GOOD), refused("password123"), refused("seven-mango-trees-42")) == (True, True, False)


def test_a_file_that_is_no_such_list_is_refused_at_the_start(tmp_path: Path) -> None:
    file = tmp_path / "breached.txt"
    file.write_text("password\n")
    with pytest.raises(ValueError, match="40 hexadecimal digits"):
        BreachedList(file)


async def test_a_flood_of_sign_ins_is_answered_at_once_with_when_to_come_back(
    urls: DatabaseUrls, settings_for: SettingsFor, clock: FixedClock
) -> None:
    settings = settings_for(IdentitySettings, "identity", urls, password_threads=1, password_queue=1)
    async with running(SERVICE, settings, urls, clock) as identity:
        held = threading.Event()
        pool: PasswordPool = identity.app.state.parts.by_password.passwords
        work = asyncio.ensure_future(pool._in_turn(held.wait))
        waiting = asyncio.ensure_future(pool._in_turn(held.wait))
        await asyncio.sleep(0)
        flooded = await sign_in(identity, PERSON)
        held.set()
        await asyncio.gather(work, waiting)
        after = await sign_in(identity, PERSON)
    assert (problem(flooded), flooded.status_code, flooded.headers["retry-after"]) == ("busy", 503, "2")
    assert after.status_code == 200


async def test_the_pool_never_holds_more_than_it_may() -> None:
    pool = PasswordPool(threads=1, queue=2)
    held = threading.Event()
    waiting = [asyncio.ensure_future(pool._in_turn(held.wait)) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(Refusal):
        await pool.genuine("one more", None)
    held.set()
    await asyncio.gather(*waiting)
    assert not await pool.genuine("one more", None)
