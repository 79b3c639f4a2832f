"""Signing in with a one-time code."""

import asyncio
import json
from datetime import timedelta

import httpx
import pytest

from sangathan_chassis.sms import HttpSmsSender, SmsProvider
from sangathan_identity.adapters.code_senders import CodePost, as_sms
from sangathan_identity.domain.codes import Purpose
from sangathan_identity.domain.ports import CodeMessage
from sangathan_identity.main import SERVICE
from sangathan_identity.settings import IdentitySettings
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.databases import DatabaseUrls
from sangathan_testkit.fixtures import SettingsFor
from sangathan_testkit.harness import Harness, running
from tests.identity import world
from tests.identity.asking import Codes, ask_for_code, problem, rows, said, sign_in, sign_in_with_code

PERSON = world.holder(world.BOOTH)
PHONE = world.phone(PERSON)
UNKNOWN = "+916009999999"


@pytest.fixture
def codes(identity: Harness, caplog: pytest.LogCaptureFixture) -> Codes:
    return Codes(identity, caplog)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


async def test_a_code_signs_its_person_in(codes: Codes) -> None:
    answer = await codes.sign_in(await codes.ask())
    assert answer.json()["appointments"][0]["id"] == str(PERSON.appointment_id)


async def test_a_code_in_hindi_digits_is_read(codes: Codes) -> None:
    code = (await codes.ask()).translate(str.maketrans("0123456789", "०१२३४५६७८९"))
    assert (await codes.sign_in(code)).status_code == 200


async def test_a_code_serves_once(codes: Codes) -> None:
    code = await codes.ask()
    await codes.sign_in(code)
    assert (await codes.sign_in(code)).status_code == 401


async def test_a_code_dies_after_five_minutes(codes: Codes, clock: FixedClock) -> None:
    code = await codes.ask()
    clock.pass_time(timedelta(minutes=5))
    assert (await codes.sign_in(code)).status_code == 401


async def test_after_four_wrong_guesses_the_code_still_serves(codes: Codes) -> None:
    code = await codes.ask()
    for _ in range(4):
        await codes.sign_in(wrong(code))
    assert (await codes.sign_in(code)).status_code == 200


async def test_after_five_wrong_guesses_the_right_one_is_refused(codes: Codes) -> None:
    code = await codes.ask()
    for _ in range(5):
        await codes.sign_in(wrong(code))
    assert (await codes.sign_in(code)).status_code == 401


async def test_parallel_guesses_are_counted_one_by_one(codes: Codes) -> None:
    guess = wrong(await codes.ask())
    await asyncio.gather(*(codes.sign_in(guess) for _ in range(8)))
    assert [row["tries"] for row in await rows(codes.identity, "SELECT tries FROM one_time_codes")] == [5]


async def test_a_strangers_guesses_use_up_nobody_elses_tries(codes: Codes) -> None:
    code = await codes.ask()
    theirs = (await ask_for_code(codes.identity, PHONE, address="203.0.113.9")).json()["challenge"]
    for _ in range(5):
        await sign_in_with_code(codes.identity, theirs, wrong(code))
    assert (await codes.sign_in(code)).status_code == 200


async def test_a_newer_code_replaces_the_one_before(codes: Codes, clock: FixedClock) -> None:
    first = await codes.ask()
    challenge = codes.challenge
    clock.pass_time(timedelta(seconds=30))
    await codes.ask()
    assert (await sign_in_with_code(codes.identity, challenge, first)).status_code == 401


async def test_another_code_within_half_a_minute_is_refused(codes: Codes, clock: FixedClock) -> None:
    await codes.ask()
    clock.pass_time(timedelta(seconds=29))
    answer = await ask_for_code(codes.identity, PHONE)
    assert (problem(answer), answer.headers["retry-after"]) == ("code-asked-too-often", "1")


async def test_a_sixth_code_within_an_hour_is_refused(codes: Codes, clock: FixedClock) -> None:
    for _ in range(5):
        await codes.ask()
        clock.pass_time(timedelta(minutes=1))
    answer = await ask_for_code(codes.identity, PHONE)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, str(55 * 60))


async def test_strangers_at_many_addresses_are_limited_together(codes: Codes) -> None:
    answers = [await ask_for_code(codes.identity, PHONE, address=f"203.0.113.{n}") for n in range(11)]
    assert [answer.status_code for answer in answers] == [202] * 10 + [429]


async def test_strangers_do_not_keep_a_known_device_from_its_code(codes: Codes) -> None:
    token = (await sign_in(codes.identity, PERSON)).json()["device_token"]
    for n in range(11):
        await ask_for_code(codes.identity, PHONE, address=f"203.0.113.{n}")
    assert (await ask_for_code(codes.identity, PHONE, device_token=token)).status_code == 202


async def test_an_unknown_number_is_limited_like_a_known_one(codes: Codes) -> None:
    for phone in (PHONE, UNKNOWN):
        await ask_for_code(codes.identity, phone)
    known, unknown = await ask_for_code(codes.identity, PHONE), await ask_for_code(codes.identity, UNKNOWN)
    assert said(known) == said(unknown)


async def test_one_address_asks_for_so_many_codes_and_no_more(
    urls: DatabaseUrls, settings_for: SettingsFor, clock: FixedClock
) -> None:
    settings = settings_for(IdentitySettings, "identity", urls, codes_per_address=3)
    async with running(SERVICE, settings, urls, clock) as identity:
        asked = [await ask_for_code(identity, f"+9160099999{n:02}", address="203.0.113.9") for n in range(4)]
        elsewhere = await ask_for_code(identity, PHONE, address="203.0.113.10")
    assert [answer.status_code for answer in (*asked, elsewhere)] == [202, 202, 202, 429, 202]


async def test_an_address_that_asks_for_many_numbers_at_once_gets_no_more(
    urls: DatabaseUrls, settings_for: SettingsFor, clock: FixedClock
) -> None:
    settings = settings_for(IdentitySettings, "identity", urls, codes_per_address=3)
    async with running(SERVICE, settings, urls, clock) as identity:
        numbers = [f"+9160099999{n:02}" for n in range(12)]
        asked = await asyncio.gather(*(ask_for_code(identity, one, address="203.0.113.9") for one in numbers))
    assert [answer.status_code for answer in asked].count(202) == 3


async def test_a_spent_budget_stops_strangers_first_and_says_when_to_come_back(
    urls: DatabaseUrls, settings_for: SettingsFor, clock: FixedClock
) -> None:
    budget = {"sms_url": "http://127.0.0.1:9/", "sms_price_paise": 20, "sms_paise_a_day": 25}
    settings = settings_for(IdentitySettings, "identity", urls, **budget)
    async with running(SERVICE, settings, urls, clock) as identity:
        token = (await sign_in(identity, PERSON)).json()["device_token"]
        known = await ask_for_code(identity, PHONE, address="203.0.113.9", device_token=token)
        strangers = [await ask_for_code(identity, phone, address="203.0.113.8") for phone in (PHONE, UNKNOWN)]
    assert known.status_code == 202
    assert said(strangers[0]) == said(strangers[1])
    assert (problem(strangers[0]), "retry-after" in strangers[0].headers) == ("codes-paused", True)


async def test_an_unknown_number_gets_the_same_answer_and_no_code(codes: Codes) -> None:
    known, unknown = await ask_for_code(codes.identity, PHONE), await ask_for_code(codes.identity, UNKNOWN)
    assert (known.status_code, known.json().keys()) == (unknown.status_code, unknown.json().keys())
    assert len(known.json()["challenge"]) == len(unknown.json()["challenge"])
    assert len(codes.sent) <= 1


async def test_an_unknown_number_leaves_as_many_rows_as_a_known_one(codes: Codes) -> None:
    await ask_for_code(codes.identity, UNKNOWN)
    assert len(await rows(codes.identity, "SELECT 1 FROM one_time_codes")) == 1


async def test_a_wrong_code_reads_like_an_unknown_number(codes: Codes) -> None:
    code = wrong(await codes.ask())
    unknown = (await ask_for_code(codes.identity, UNKNOWN)).json()["challenge"]
    assert said(await codes.sign_in(code)) == said(await sign_in_with_code(codes.identity, unknown, code))


async def test_a_code_for_something_else_signs_nobody_in(codes: Codes) -> None:
    code = await codes.ask(purpose="password-reset")
    assert (await codes.sign_in(code)).status_code == 401


async def test_a_suspended_person_gets_no_code(codes: Codes) -> None:
    await rows(codes.identity, "UPDATE persons SET suspended_at = now() WHERE id = $1", PERSON.person_id)
    assert await codes.ask() == ""


async def test_the_log_shows_no_more_than_the_end_of_a_number(codes: Codes, caplog: pytest.LogCaptureFixture) -> None:
    await codes.ask()
    [line] = [record.__dict__ for record in caplog.records if "DEMO ONLY" in record.message]
    assert line["fields"]["phone_ends"] == PHONE[-2:]
    assert PHONE[-4:] not in str(line["fields"]["phone_ends"])


async def test_a_dump_of_the_table_shows_no_code(codes: Codes) -> None:
    code = await codes.ask()
    [row] = await rows(codes.identity, "SELECT one_time_codes::text AS line FROM one_time_codes")
    assert f",{code}," not in row["line"]


async def test_a_bent_code_is_refused_at_its_place(identity: Harness) -> None:
    answer = await sign_in_with_code(identity, "sgc_x", "12345x")
    assert problem(answer) == "invalid-input"
    assert answer.json()["errors"][0]["pointer"] == "/code"


def a_message(purpose: Purpose = Purpose.SIGN_IN, *, hindi: bool = True) -> CodeMessage:
    return CodeMessage("+916000000001", "123456", purpose, hindi)


async def test_the_sms_provider_is_given_all_that_indias_registry_asks_for() -> None:
    seen: list[httpx.Request] = []

    def provider(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(202)

    settings = SmsProvider("https://sms.example/send", "secret", "1101", "SNGTHN", {"sign-in.hi": "1107"})
    sender = HttpSmsSender(settings, transport=httpx.MockTransport(provider))
    await sender.send(as_sms(a_message()))
    await sender.close()
    assert json.loads(seen[0].content) == {
        "to": "+916000000001",
        "entity_id": "1101",
        "header": "SNGTHN",
        "template": "sign-in.hi",
        "template_id": "1107",
        "encoding": "unicode",
        "variables": {"code": "123456", "minutes": "5"},
    }


@pytest.mark.parametrize(("status", "tries"), [(500, 3), (429, 3), (422, 1)])
async def test_only_the_providers_own_faults_are_tried_again(status: int, tries: int) -> None:
    seen: list[httpx.Request] = []

    def provider(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(status)

    sender = HttpSmsSender(SmsProvider("https://sms.example/send"), transport=httpx.MockTransport(provider))
    post = CodePost(sender, again_after_s=(0.0, 0.0))
    post.post(a_message())
    running_post = asyncio.create_task(post.run())
    await post._queue.join()
    running_post.cancel()
    await asyncio.gather(running_post, return_exceptions=True)
    assert len(seen) == tries
