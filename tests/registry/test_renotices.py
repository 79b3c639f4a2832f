"""People who were imported, or agreed on an older notice, are told of the one in force; the others are listed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from sangathan_chassis.sms import SmsNotSent
from sangathan_registry.commands.ask_confirmations import ask_some, sweep_some
from sangathan_registry.commands.send_messages import send_some
from sangathan_registry.domain.confirmations import Renotice
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness, Person
from tests.registry import world
from tests.registry.asking import AT_ANY_TIME, Phones, confirm, counted, sealer_of, want_code, write_to_new
from tests.registry.world import BOOTH, DISTRICT, TWIN, TWIN_BOOTH

NEXT_VERSION = replace(AT_ANY_TIME, notice=Renotice("2"))


@pytest.fixture
def phones() -> Phones:
    return Phones()


async def to_tell(service: Harness, person: Person, **params: Any) -> list[dict[str, Any]]:
    answer = await service.ask("GET", "/v1/renotices", action="consent.keep", person=person, params=params)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def imported(service: Harness, **changes: Any) -> dict[str, Any]:
    """A record that an import brought, before anybody was asked."""
    worker = await world.enrolled(service, **changes)
    await world.rows(service, "UPDATE workers SET source = 'import' WHERE id = $1", worker["id"])
    await world.rows(service, "DELETE FROM match_queue")
    return worker


async def test_who_was_imported_is_told_once_and_who_has_no_number_is_listed(registry: Harness, phones: Phones) -> None:
    one = await imported(registry, phone="+916000000011")
    silent = await imported(registry, phone=None)
    await imported(registry, booth=TWIN_BOOTH, phone=None)
    assert await sweep_some(registry.database, AT_ANY_TIME) == 3
    assert {(line["worker_id"], line["state"]) for line in await to_tell(registry, world.at(DISTRICT))} == {
        (one["id"], "waiting"),
        (silent["id"], "unreached"),
    }
    assert await sweep_some(registry.database, AT_ANY_TIME) == 0
    for _ in range(2):
        await ask_some(registry.database, sealer_of(registry), AT_ANY_TIME)
        await send_some(registry.database, sealer_of(registry), phones)
    [message] = phones.sent
    assert (message.phone, message.template) == ("+916000000011", "notice-renewed")
    [left] = await to_tell(registry, world.at(DISTRICT))
    assert (left["worker_id"], left["reason"], left["due_at"][:10]) == (silent["id"], "no-phone", "2022-02-19")
    assert len(await to_tell(registry, world.at(TWIN))) == 1
    assert (await counted(registry, BOOTH))["sent"] == 1, "the same message asks them to confirm"
    assert (await confirm(registry, link=phones.link, code=phones.code, confirmed=True)).status_code == 200


async def test_who_is_imported_after_the_sweep_is_told_of_the_notice_in_force_within_its_days(
    registry: Harness,
) -> None:
    notice = Renotice("2", days=45)
    while await sweep_some(registry.database, replace(AT_ANY_TIME, notice=notice)):
        pass
    await world.enrolled(registry)
    await world.rows(registry, "UPDATE workers SET source = 'import'")
    await world.matched(registry, notice)
    [line] = await to_tell(registry, world.at(BOOTH))
    assert (line["version"], line["due_at"][:10]) == ("2", "2022-03-06")


async def test_one_message_confirms_and_tells(registry: Harness, phones: Phones) -> None:
    worker = await world.enrolled(registry)
    await world.rows(registry, "UPDATE workers SET source = 'import'")
    await write_to_new(registry, phones)
    await ask_some(registry.database, sealer_of(registry), AT_ANY_TIME)
    await send_some(registry.database, sealer_of(registry), phones)
    assert [one.template for one in phones.sent] == ["consent-confirmation"]
    assert await to_tell(registry, world.at(BOOTH)) == []
    assert [one["worker_id"] for one in await to_tell(registry, world.at(BOOTH), state="sent")] == [worker["id"]]


async def test_a_new_version_is_told_to_who_agreed_on_the_one_before_and_takes_no_confirmation_back(
    registry: Harness, phones: Phones
) -> None:
    await world.enrolled(registry)
    await want_code(registry, phones)
    await confirm(registry, link=phones.link, code=phones.code, confirmed=True)
    assert await sweep_some(registry.database, AT_ANY_TIME) == 1
    assert await to_tell(registry, world.at(BOOTH)) == []
    assert await sweep_some(registry.database, NEXT_VERSION) == 1
    phones.refusing = [SmsNotSent("422")]
    await ask_some(registry.database, sealer_of(registry), NEXT_VERSION)
    await send_some(registry.database, sealer_of(registry), phones)
    [line] = await to_tell(registry, world.at(BOOTH))
    assert (line["version"], line["state"], line["reason"]) == ("2", "unreached", "refused")
    assert await counted(registry, BOOTH) == {"confirmed": 1}


async def test_a_message_that_nobody_takes_is_given_up_after_three_days(
    registry: Harness, phones: Phones, clock: FixedClock
) -> None:
    await imported(registry)
    await sweep_some(registry.database, AT_ANY_TIME)
    for _ in range(4):
        phones.refusing = [SmsNotSent("500", again=True)] * 9
        await ask_some(registry.database, sealer_of(registry), AT_ANY_TIME)
        await send_some(registry.database, sealer_of(registry), phones)
        clock.pass_time(timedelta(days=4))
    assert [one["reason"] for one in await to_tell(registry, world.at(BOOTH))] == ["not-taken"]


async def test_nobody_is_put_down_until_a_pace_is_set_and_who_left_is_told_nothing(
    registry: Harness, phones: Phones
) -> None:
    worker = await imported(registry)
    assert await sweep_some(registry.database, replace(AT_ANY_TIME, per_minute=0)) == 0
    await sweep_some(registry.database, AT_ANY_TIME)
    await world.withdraw(registry, world.at(BOOTH), worker["id"])
    await ask_some(registry.database, sealer_of(registry), AT_ANY_TIME)
    assert await send_some(registry.database, sealer_of(registry), phones) == 0
    assert await world.size(registry, "renotices") == 0
