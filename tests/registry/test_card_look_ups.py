"""Whoever is shown a card finds its bearer by the printed number or the code: in the own unit, or as a yes or no."""

from typing import Any, Final

import pytest

from sangathan_testkit.harness import Harness
from tests.registry import card_desk as desk
from tests.registry import world
from tests.registry.test_checks import ask, cross_check
from tests.registry.world import BOOTH, MANDAL, NEXT_BOOTH, STATE, TWIN_BOOTH

BARE: Final[dict[str, Any]] = {"name_hi": None, "name_en": "Ramesh Namoona", "gender": None}
SLIP: Final = "1000000162"


@pytest.fixture
async def worker(registry: Harness) -> str:
    return str((await world.enrolled(registry))["id"])


async def by_card(service: Harness, path: str, card: str, **more: Any) -> list[str]:
    answer = await world.searched(service, world.at(path, **more), card=card)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


async def test_a_number_in_any_writing_and_the_code_find_their_bearer_within_the_scope(
    registry: Harness, worker: str
) -> None:
    card = await desk.issued(registry, worker)
    number = card["number"]
    hindi = number.translate({ord(str(n)): 0x0966 + n for n in range(10)})
    for shown in (number, f"{number[:4]} {number[4:8]}-{number[8:]}", hindi, await desk.code(registry, card["id"])):
        assert await by_card(registry, BOOTH, shown) == [worker]
        assert await by_card(registry, NEXT_BOOTH, shown) == []
        found = (await cross_check(registry, world.at(STATE), card=shown)).json()
        assert [match["id"] for match in found["matches"]] == [worker]
    assert await by_card(registry, MANDAL, number, office="vistarak") == [], "a vistarak sees own captures alone"


async def test_a_card_that_has_ended_still_says_who_was_given_it(registry: Harness, worker: str) -> None:
    card = await desk.issued(registry, worker)
    text = await desk.code(registry, card["id"])
    await desk.end(registry, world.at(BOOTH), card["id"])
    assert await by_card(registry, BOOTH, text) == [worker]


async def test_a_merged_records_card_finds_the_record_that_was_kept(registry: Harness, worker: str) -> None:
    other = str((await world.enrolled(registry, booth=TWIN_BOOTH, **BARE))["id"])
    for one in (worker, other):
        card = await desk.issued(registry, one)
    await desk.merged(registry, keep=worker)
    assert await by_card(registry, STATE, card["number"]) == [worker]


@pytest.mark.parametrize("shown", [SLIP, "1" * 10, "SGC1:NOTHING OF THE KIND", "x" * 40])
async def test_a_slip_in_the_number_and_a_code_of_others_are_said_to_be_that(registry: Harness, shown: str) -> None:
    for answer in (
        await world.searched(registry, world.at(STATE), card=shown),
        await cross_check(registry, world.at(STATE), card=shown),
        await ask(registry, world.at(BOOTH), card=shown),
    ):
        assert (answer.status_code, world.pointers(answer)) == (422, ["/card"])


async def test_a_card_is_asked_for_by_itself(registry: Harness, worker: str) -> None:
    number = (await desk.issued(registry, worker))["number"]
    for answer in (
        await world.searched(registry, world.at(STATE), card=number, name="Ramesh"),
        await cross_check(registry, world.at(STATE), card=number, name="Ramesh"),
        await ask(registry, world.at(BOOTH), card=number, phone="6000000001"),
    ):
        assert answer.status_code == 422


async def test_any_office_asks_by_card_and_hears_yes_or_no(registry: Harness, worker: str) -> None:
    number = (await desk.issued(registry, worker))["number"]
    said = (await ask(registry, world.at(TWIN_BOOTH), card=number)).json()
    assert (said["one_of_ours"], said["unit"]["id"]) == (True, str(world.unit_id(BOOTH)))
    await world.withdraw(registry, world.at(BOOTH), worker)
    assert (await ask(registry, world.at(TWIN_BOOTH), card=number)).json()["one_of_ours"] is False
