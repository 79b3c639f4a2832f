"""What a code shows when the notice has been replaced since, and how many codes a day go out because people ask."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sangathan_registry.commands.ask_confirmations import answer_requests
from sangathan_registry.commands.send_messages import send_some
from sangathan_registry.domain import notices
from sangathan_registry.domain.confirmations import Caps, until_tomorrow
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness
from tests.registry import world
from tests.registry.asking import AT_ANY_TIME, Phones, confirm, sealer_of, write_to_new
from tests.registry.world import BOOTH, MANDAL, NEXT_BOOTH, STATE, TWIN_BOOTH


@pytest.fixture
def phones() -> Phones:
    return Phones()


async def test_who_agreed_on_an_older_notice_is_shown_the_one_in_force_as_well(registry: Harness) -> None:
    phones = Phones()
    await world.enrolled(registry)
    await write_to_new(registry, phones)
    seen = (await confirm(registry, link=phones.link, code=phones.code)).json()
    assert (seen["notice"]["version"], seen["newer"]) == ("1", None)
    shipped = sorted((Path(notices.__file__).parents[1] / "notices").glob("*.toml"))
    second = [notices.Notice.read(one.read_bytes().replace(b'version = "1"', b'version = "2"')) for one in shipped]
    parts = registry.app.state.parts
    both = notices.Notices([*parts.notices.all(), *second])
    registry.app.state.parts = replace(parts, notices=both)
    for language, wanted in (("en", "en"), ("ta", "hi"), (None, "hi")):
        body = {"link": phones.link, "code": phones.code, "language": language}
        seen = (await confirm(registry, **body)).json()
        assert (seen["notice"]["version"], seen["newer"]["version"]) == ("1", "2")
        assert (seen["notice"]["language"], seen["newer"]["language"]) == (wanted, wanted)


def test_the_day_of_the_caps_is_a_day_in_india() -> None:
    assert until_tomorrow(datetime(2022, 1, 20, 18, 0, tzinfo=UTC)) == timedelta(minutes=30)
    assert until_tomorrow(datetime(2022, 1, 20, 18, 30, tzinfo=UTC)) == timedelta(hours=24)


async def test_a_days_codes_are_counted_in_all_and_for_each_unit(
    registry: Harness, phones: Phones, clock: FixedClock
) -> None:
    numbers = [f"+91600000100{n}" for n in range(4)]
    for number, booth in zip(numbers, (BOOTH, BOOTH, NEXT_BOOTH, TWIN_BOOTH), strict=True):
        await world.enrolled(registry, booth=booth, phone=number)
    settings = registry.app.state.parts.settings
    registry.app.state.parts = replace(
        registry.app.state.parts, settings=settings.model_copy(update={"codes_per_day": 2})
    )
    capped = replace(AT_ANY_TIME, caps=Caps(per_day=2, per_unit=1))

    async def wanted(number: str) -> int:
        path, headers = "/v1/consent-confirmation-codes", {"x-forwarded-for": f"203.0.113.{numbers.index(number)}"}
        answer = await registry.ask("POST", path, action="consent.confirm", json={"phone": number}, headers=headers)
        await answer_requests(registry.database, sealer_of(registry), capped)
        await send_some(registry.database, sealer_of(registry), phones)
        return answer.status_code

    assert [await wanted(one) for one in numbers[:2]] == [202, 202], "nobody learns that a unit's are used up"
    assert len(phones.sent) == 1
    assert await wanted(numbers[2]) == 202
    assert len(phones.sent) == 2
    assert await wanted(numbers[3]) == 429, "in all they are used up, and everybody is told, whoever they are"
    path, body = "/v1/consent-confirmation-codes", {"phone": "+916000009999"}
    refused = await registry.ask("POST", path, action="consent.confirm", json=body)
    assert (refused.json()["type"].rpartition(":")[2], int(refused.headers["retry-after"]) > 0) == (
        "codes-used-up",
        True,
    )
    clock.pass_time(timedelta(days=1))
    assert await wanted(numbers[3]) == 202
    assert len(phones.sent) == 3


async def test_offices_see_how_many_codes_of_their_own_units_were_held_back(
    registry: Harness, clock: FixedClock
) -> None:
    numbers = [f"+91600000100{n}" for n in range(4)]
    for number, booth in zip(numbers, (BOOTH, BOOTH, NEXT_BOOTH, TWIN_BOOTH), strict=True):
        await world.enrolled(registry, booth=booth, phone=number)

    async def want(*asked: str, caps: Caps) -> None:
        for number in asked:
            path, headers = "/v1/consent-confirmation-codes", {"x-forwarded-for": f"203.0.113.{number[-1]}"}
            await registry.ask("POST", path, action="consent.confirm", json={"phone": number}, headers=headers)
        await answer_requests(registry.database, sealer_of(registry), replace(AT_ANY_TIME, caps=caps))

    async def told(path: str, of: str | None = None) -> tuple[int, int]:
        answer = await registry.ask(
            "GET",
            "/v1/confirmation-counts",
            action="worker.count",
            person=world.at(path),
            params={"unit_id": str(world.unit_id(path))},
        )
        units = [answer.json()["unit"], *answer.json()["children"]]
        [one] = [unit for unit in units if unit["unit_id"] == str(world.unit_id(of or path))]
        return one["codes_held_back_today"], one["codes_held_back_yesterday"]

    await want(*numbers, caps=Caps(per_unit=1))
    assert [await told(path) for path in (BOOTH, NEXT_BOOTH, TWIN_BOOTH, MANDAL, STATE)] == [
        (1, 0),
        (0, 0),
        (0, 0),
        (1, 0),
        (1, 0),
    ]
    assert await told(MANDAL, BOOTH) == (1, 0)
    clock.pass_time(timedelta(hours=2))
    await want(numbers[2], caps=Caps(per_day=3))
    assert (await told(NEXT_BOOTH), await told(MANDAL)) == ((1, 0), (2, 0)), "what all of them used up counts too"
    clock.pass_time(timedelta(days=1))
    assert await told(MANDAL) == (0, 2)
    await want(numbers[0], caps=Caps(per_unit=1))
    assert await told(BOOTH) == (0, 1), "what goes out is not held back"
