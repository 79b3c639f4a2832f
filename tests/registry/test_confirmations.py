"""The person's own word: they are asked at a decent pace and hour, see what is meant, and confirm by a code."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from sangathan_chassis.scope import Scope
from sangathan_chassis.sms import HttpSmsSender, SmsNotSent, SmsProvider
from sangathan_registry.commands.ask_confirmations import Asking, answer_requests
from sangathan_registry.commands.send_messages import send_some
from sangathan_registry.domain.confirmations import Hours, Pace, wait_for_code
from sangathan_registry.store import confirmation_counts
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness, Person
from tests.registry import world
from tests.registry.asking import (
    AT_ANY_TIME,
    PHONE,
    Phones,
    confirm,
    counted,
    sealer_of,
    unconfirmed,
    want_code,
    write_to_new,
)
from tests.registry.world import BOOTH, DISTRICT, MANDAL, NEXT_BOOTH, STATE, TWIN_BOOTH

NOON = datetime(2022, 1, 20, 6, 30, tzinfo=UTC)


@pytest.fixture
def phones() -> Phones:
    return Phones()


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


@pytest.mark.parametrize(
    ("begin", "end", "hour", "is_open"),
    [
        (10, 21, 10, True),
        (10, 21, 9, False),
        (10, 21, 21, False),
        (22, 6, 23, True),
        (22, 6, 7, False),
        (0, 0, 3, True),
    ],
)
def test_nobody_is_written_to_at_night_in_india(begin: int, end: int, hour: int, *, is_open: bool) -> None:
    at = datetime(2022, 1, 20, hour, 5, tzinfo=UTC) - timedelta(hours=5, minutes=30)
    assert Hours(begin, end).open_at(at) is is_open


def test_a_pace_is_kept_across_restarts_and_a_pause_is_not_made_up_for() -> None:
    long_ago = NOON - timedelta(days=3)
    first = Pace(60, long_ago, NOON)
    assert first.most == 10
    assert Pace(60, first.spent(10), NOON).most == 0
    assert Pace(60, first.spent(7), NOON).most == 3
    assert Pace(60, first.spent(10), NOON + timedelta(seconds=4)).most == 4
    assert Pace(2, long_ago, NOON).most == 1
    total, paid = 0, long_ago
    for second in range(120):
        pace = Pace(90, paid, NOON + timedelta(seconds=second))
        total, paid = total + pace.most, pace.spent(pace.most)
    assert 90 * 2 - 2 <= total <= 90 * 2 + 15


def test_a_number_gets_three_codes_an_hour_and_one_a_minute() -> None:
    asked = [NOON - timedelta(minutes=n) for n in (50, 20)]
    assert wait_for_code(asked, NOON) == timedelta(0)
    assert wait_for_code([*asked, NOON - timedelta(seconds=15)], NOON) == timedelta(minutes=10)
    assert wait_for_code([NOON - timedelta(seconds=15)], NOON) == timedelta(seconds=45)


async def test_a_new_record_s_person_is_written_to_and_confirms(registry: Harness, phones: Phones) -> None:
    worker = await world.enrolled(registry)
    assert await write_to_new(registry, phones) == 1
    [message] = phones.sent
    assert (message.phone, message.template, message.hindi) == (PHONE, "consent-confirmation", True)
    assert "रमेश" not in message.variables["name"]
    assert await counted(registry, BOOTH) == {"sent": 1}

    looked = await confirm(registry, link=phones.link, code=phones.code, language="en")
    assert looked.status_code == 200, looked.text
    told = looked.json()
    assert (told["confirmed"], told["name"]["en"], told["unit"]["en"]) == (False, "Ra** Na**", f"Unit {BOOTH}")
    assert (told["notice"]["version"], told["notice"]["language"]) == ("1", "en")
    assert PHONE[-4:] not in looked.text
    assert await world.value(registry, "SELECT confirmed_at FROM consents") is None

    said = await confirm(registry, link=phones.link, code=phones.code, confirmed=True)
    assert said.json()["confirmed"] is True
    row = (await world.rows(registry, "SELECT confirmed_at, confirmed_how FROM consents"))[0]
    assert tuple(row) == (world.NOW, "code")
    assert await counted(registry, STATE) == {"confirmed": 1}
    [event] = await world.rows(registry, "SELECT body FROM outbox WHERE type = 'registry.consent.confirmed.v1'")
    assert worker["id"].encode() in event["body"]
    noted = await world.value(registry, "SELECT detail->>'how' FROM audit_entries WHERE action = 'consent.confirm'")
    assert noted == "code"


async def test_a_notice_is_shown_in_the_language_of_the_consent(registry: Harness, phones: Phones) -> None:
    await world.enrolled(registry)
    await write_to_new(registry, phones)
    told = (await confirm(registry, link=phones.link, code=phones.code)).json()
    assert told["notice"]["language"] == "hi"


async def test_a_used_code_confirms_nothing_again(registry: Harness, phones: Phones) -> None:
    await world.enrolled(registry)
    await write_to_new(registry, phones)
    for status in (200, 403):
        assert (await confirm(registry, link=phones.link, code=phones.code, confirmed=True)).status_code == status


async def test_only_the_named_purposes_are_confirmed(registry: Harness, phones: Phones) -> None:
    worker = await world.enrolled(registry)
    body = {"consent": {**world.CONSENT, "purpose": "contact"}}
    path = f"/v1/workers/{worker['id']}/consents"
    await registry.ask("POST", path, action="consent.keep", person=world.at(BOOTH), json=body)
    await write_to_new(registry, phones)
    told = await confirm(registry, link=phones.link, code=phones.code, confirmed=True, purposes=["membership"])
    assert {one["purpose"]: one["confirmed_at"] is not None for one in told.json()["agreed"]} == {
        "membership": True,
        "contact": False,
    }


async def test_after_five_wrong_guesses_the_right_code_is_refused(registry: Harness, phones: Phones) -> None:
    await world.enrolled(registry)
    await write_to_new(registry, phones)
    for _ in range(5):
        assert (await confirm(registry, link=phones.link, code=wrong(phones.code))).status_code == 403
    assert (await confirm(registry, link=phones.link, code=phones.code)).status_code == 403


async def test_parallel_guesses_are_counted_one_by_one(registry: Harness, phones: Phones) -> None:
    await world.enrolled(registry)
    await write_to_new(registry, phones)
    await asyncio.gather(*(confirm(registry, phone=PHONE, code=wrong(phones.code)) for _ in range(7)))
    assert await world.value(registry, "SELECT code_tries FROM confirmations") == 5


async def test_a_code_dies_and_the_link_gets_another(registry: Harness, phones: Phones, clock: FixedClock) -> None:
    await world.enrolled(registry)
    await write_to_new(registry, phones)
    link, code = phones.link, phones.code
    clock.pass_time(timedelta(days=3))
    assert (await confirm(registry, link=link, code=code)).status_code == 403
    assert (await want_code(registry, phones, link=link)).status_code == 202
    assert phones.link == link, "an older message leads to the same record"
    assert (await confirm(registry, link=link, code=phones.code)).status_code == 200


async def test_known_and_unknown_are_answered_alike(registry: Harness, phones: Phones) -> None:
    await world.enrolled(registry)
    known = await want_code(registry, phones)
    unknown = await want_code(registry, phones, phone="+916009999999")
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text) == (202, unknown.text)
    assert len(phones.sent) == 1
    bodies = []
    for guess in ({"phone": PHONE}, {"phone": "+916009999999"}, {"link": "sgk_nothing-of-the-kind"}):
        answer = await confirm(registry, code=wrong(phones.code), **guess)
        bodies.append({name: value for name, value in answer.json().items() if name != "trace_id"})
    assert bodies[0] == bodies[1] == bodies[2]
    assert bodies[0]["status"] == 403
    for status in (429, 429):
        assert (await want_code(registry)).status_code == status
        assert (await want_code(registry, phone="+916009999999")).status_code == status


async def test_one_address_asks_for_so_many_codes_an_hour(registry: Harness) -> None:
    answers = [await want_code(registry, phone=f"+9160000001{n:02}") for n in range(61)]
    assert [one.status_code for one in answers] == [202] * 60 + [429]
    assert int(answers[-1].headers["retry-after"]) > 3000
    assert (await want_code(registry, phone="+916000000199", address="203.0.113.8")).status_code == 202


async def test_an_address_that_asks_for_many_numbers_at_once_gets_no_more(registry: Harness) -> None:
    async def ask(number: int) -> int:
        body, headers = {"phone": f"+9160000001{number:02}"}, {"x-forwarded-for": "203.0.113.9"}
        path = "/v1/consent-confirmation-codes"
        return (await registry.ask("POST", path, action="consent.confirm", json=body, headers=headers)).status_code

    answers = await asyncio.gather(*(ask(number) for number in range(70)))
    assert answers.count(202) == registry.app.state.parts.settings.codes_per_address


async def test_a_shared_number_gets_a_code_for_each_record(registry: Harness, phones: Phones) -> None:
    for name in ("Ramesh Namuna", "Sunita Namuna"):
        await world.enrolled(registry, name_en=name)
    await want_code(registry, phones)
    assert len({one.variables["link"] for one in phones.sent}) == 2
    seen = {
        (await confirm(registry, phone=PHONE, code=one.variables["code"])).json()["name"]["en"] for one in phones.sent
    }
    assert seen == {"Ra** Na**", "Su** Na**"}


async def test_a_code_in_hindi_digits_is_read_and_a_bent_one_refused(registry: Harness, phones: Phones) -> None:
    await world.enrolled(registry)
    await write_to_new(registry, phones)
    hindi = phones.code.translate(str.maketrans("0123456789", "०१२३४५६७८९"))
    assert (await confirm(registry, link=phones.link, code=hindi)).status_code == 200
    for body, pointer in (({"link": phones.link, "code": "12345x"}, "/code"), ({"code": "123456"}, "/link")):
        answer = await confirm(registry, **body)
        assert (answer.status_code, world.pointers(answer)) == (422, [pointer])


async def test_only_so_many_a_minute_are_written_to(registry: Harness, phones: Phones, clock: FixedClock) -> None:
    await world.synced(registry, world.at(BOOTH), [world.a_record(phone=f"+91600000{n:04}") for n in range(40)])
    slow = Asking(60, Hours(0, 0), "")
    assert await write_to_new(registry, phones, slow) == 10
    assert await write_to_new(registry, phones, slow) == 0
    clock.pass_time(timedelta(seconds=5))
    assert await write_to_new(registry, phones, slow) == 5
    assert await counted(registry, MANDAL) == {"waiting": 25, "sent": 15}
    assert await write_to_new(registry, phones, Asking(0, Hours(0, 0), "")) == 0, "off until a pace is set"
    clock.pass_time(timedelta(hours=12))
    assert await write_to_new(registry, phones, Asking(60, Hours(10, 21), "")) == 0, "half past two at night"


async def test_who_took_a_message_and_was_killed_leaves_it_to_be_sent_again(
    registry: Harness, phones: Phones, clock: FixedClock
) -> None:
    await world.enrolled(registry)

    class Killed(Phones):
        async def send(self, message: object) -> None:  # noqa: ARG002 - the sender's shape.
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await write_to_new(registry, Killed())
    assert await write_to_new(registry, phones) == 0
    assert phones.sent == []
    clock.pass_time(timedelta(minutes=2))
    await write_to_new(registry, phones)
    assert len(phones.sent) == 1
    assert await world.size(registry, "text_messages") == 0


@pytest.mark.parametrize(
    ("again", "state", "waits"), [(False, {"unreached": 1}, 0), (True, {"waiting": 1}, 1)], ids=["never", "later"]
)
async def test_what_a_provider_refuses_is_tried_again_only_where_that_helps(
    registry: Harness, phones: Phones, *, again: bool, state: dict[str, int], waits: int
) -> None:
    await world.enrolled(registry)
    phones.refusing = [SmsNotSent("422", again=again)]
    await write_to_new(registry, phones)
    assert await counted(registry, BOOTH) == state
    assert await world.size(registry, "text_messages") == waits


async def test_who_has_no_number_is_listed_as_not_reached_and_another_number_is_another_chance(
    registry: Harness, phones: Phones
) -> None:
    worker = await world.enrolled(registry, phone=None)
    await world.enrolled(registry, booth=TWIN_BOOTH)
    await write_to_new(registry, phones)
    page = (await unconfirmed(registry, world.at(DISTRICT))).json()
    assert [(one["worker_id"], one["state"], one["reason"]) for one in page["items"]] == [
        (worker["id"], "unreached", "no-phone")
    ]
    assert (await unconfirmed(registry, world.at(NEXT_BOOTH))).json()["items"] == []
    tag = (await world.read(registry, world.at(BOOTH), worker["id"])).headers["etag"]
    path, body = f"/v1/workers/{worker['id']}", {"phone": "+916000000042"}
    await registry.ask(
        "PATCH", path, action="worker.change", person=world.at(BOOTH), json=body, headers={"If-Match": tag}
    )
    await write_to_new(registry, phones)
    assert phones.sent[-1].phone == "+916000000042"
    assert await counted(registry, BOOTH) == {"sent": 1}


async def test_the_list_has_pages_and_a_state(registry: Harness, phones: Phones) -> None:
    await world.synced(registry, world.at(BOOTH), [world.a_record(phone=f"+91600000{n:04}") for n in range(5)])
    await write_to_new(registry, phones)
    found, cursor = [], None
    while True:
        page = (await unconfirmed(registry, world.at(BOOTH), limit=2, **({"cursor": cursor} if cursor else {}))).json()
        found += [one["worker_id"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(found) == len(set(found)) == 5
    assert (await unconfirmed(registry, world.at(BOOTH), state="waiting")).json()["items"] == []


async def test_who_left_the_record_is_asked_nothing_more_and_counted_nowhere(registry: Harness, phones: Phones) -> None:
    worker = await world.enrolled(registry)
    phones.refusing = [SmsNotSent("500", again=True)]
    await write_to_new(registry, phones)
    erased = await registry.ask(
        "POST", f"/v1/workers/{worker['id']}/erasures", action="worker.erase", person=world.at(BOOTH), json={}
    )
    assert await world.size(registry, "text_messages") == 0
    assert await counted(registry, BOOTH) == {}
    assert (await want_code(registry, phones)).status_code == 202
    assert phones.sent == []
    path = f"/v1/erasures/{erased.json()['id']}/undoings"
    await registry.ask("POST", path, action="worker.erase", person=world.at(BOOTH), json={})
    assert await counted(registry, BOOTH) == {"waiting": 1}


async def test_numbers_agree_at_every_level_after_moves_and_folds(registry: Harness, phones: Phones) -> None:
    for booth in (BOOTH, NEXT_BOOTH):
        await world.enrolled(registry, booth=booth)
    await write_to_new(registry, phones, Asking(6, Hours(0, 0), ""))
    async with registry.database.work(Scope.everything()) as work:
        await confirmation_counts.fold(work)
    before = await counted(registry, MANDAL)
    assert sum(before.values()) == 2
    await world.move(registry, MANDAL, "in.mp.d070.v3.m9.")
    kept = "SELECT sum(records) FROM confirmation_counts WHERE path = $1"
    assert await world.value(registry, kept, "in.mp.d070.") == 2
    assert await world.value(registry, kept, DISTRICT) == 0
    assert await world.paths(registry, "confirmations") == {"in.mp.d070.v3.m9.b1.", "in.mp.d070.v3.m9.b2."}


async def test_neither_number_nor_code_is_logged_or_kept_readable(
    registry: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[httpx.Request] = []

    def provider(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(500 if len(seen) == 1 else 202)

    caplog.set_level(logging.DEBUG)
    await world.enrolled(registry)
    await want_code(registry)
    kept = str([dict(row) for row in await world.rows(registry, "SELECT * FROM text_messages")])
    sender = HttpSmsSender(SmsProvider("https://sms.example/send"), transport=httpx.MockTransport(provider))
    await send_some(registry.database, sealer_of(registry), sender)
    await sender.close()
    code = httpx.Response(200, content=seen[0].content).json()["variables"]["code"]
    logged = caplog.text + str([record.__dict__ for record in caplog.records])
    for told in (PHONE, PHONE[3:], code):
        assert told not in kept
        assert told not in logged


async def test_a_person_who_is_signed_in_confirms_too(registry: Harness) -> None:
    await world.enrolled(registry)
    me = world.at(BOOTH).person_id
    await world.rows(registry, "UPDATE workers SET person_id = $1", me)
    answer = await registry.ask(
        "POST", "/v1/my-consents/confirmations", action="consent.own", person=Person(person_id=me), json={}
    )
    assert [one["confirmed_how"] for one in answer.json()["items"]] == ["signed-in"]


async def test_a_consent_given_anew_is_confirmed_anew(registry: Harness, phones: Phones) -> None:
    worker = await world.enrolled(registry)
    await want_code(registry, phones)
    await confirm(registry, phone=PHONE, code=phones.code, confirmed=True)
    consents = f"/v1/workers/{worker['id']}/consents"
    ask = {"action": "consent.keep", "person": world.at(BOOTH)}
    body = {"consent": {**world.CONSENT, "purpose": "contact"}}
    await registry.ask("POST", consents, **ask, json=body)  # type: ignore[arg-type]
    file = await registry.ask("GET", consents, **ask)  # type: ignore[arg-type]
    assert {one["purpose"]: one["confirmed_at"] is None for one in file.json()["items"]} == {
        "contact": True,
        "membership": False,
    }
    await answer_requests(registry.database, sealer_of(registry), AT_ANY_TIME)
