"""Signed statements: what the record bears out on the day, who can check it, and what ends it."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from sangathan_registry.domain.cases import Facts
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness
from tests.registry import cases, world
from tests.registry.world import BOOTH, DISTRICT, MANDAL, NEXT_BOOTH, TWIN_BOOTH


async def signed(service: Harness, case: dict[str, Any]) -> str:
    answer = await cases.statement(service, world.at(DISTRICT), case["statements"][0]["id"])
    assert answer.headers["content-type"].startswith("application/jose")
    return answer.text


@pytest.mark.parametrize(
    ("phone", "name", "office", "said"),
    [
        ("clear", "clear", "open", "yes"),
        ("clear", "found", "clear", "yes"),
        ("found", "clear", "clear", "no"),
        ("open", "clear", "open", "yes"),
        ("open", "found", "open", "no"),
        ("open", "open", "open", "no"),
        ("clear", "found", "found", "no"),
    ],
)
def test_only_what_the_record_bears_out_is_signed(phone: str, name: str, office: str, said: str) -> None:
    found = {"clear": False, "found": True, "open": None}
    assert Facts(found[phone], found[name], found[office]).nothing_found is (said == "yes")


async def test_an_impostor_is_stated_not_to_be_on_record_on_this_date(registry: Harness) -> None:
    case = await cases.looked_at(registry, world.at(BOOTH))
    case = await cases.decided(registry, world.at(MANDAL), case)
    told = await cases.verify(registry, await signed(registry, case))
    assert (told["genuine"], told["standing"]) == (True, "stands")
    claims = told["claims"]
    assert (claims["kind"], claims["issued_at"][:10]) == ("not-on-record", "2022-01-20")
    assert claims["claimed"] == {**cases.CLAIMED, "phone": "*********0099"}
    assert claims["checked"] == {"phone": True, "name_at_unit": True, "office": True}
    assert claims["issued_by"]["en"] == "Mandal President"
    [mandal] = await world.rows(registry, "SELECT name_hi, name_en FROM unit_replica WHERE path = $1", MANDAL)
    assert claims["issued_by"]["unit"] == {"hi": mandal["name_hi"], "en": mandal["name_en"]}


async def test_nothing_is_stated_against_a_number_that_is_on_record_anywhere(registry: Harness) -> None:
    await world.enrolled(registry, booth=TWIN_BOOTH, phone="+916000000099")
    case = await cases.looked_at(registry, world.at(BOOTH))
    case = await cases.decided(registry, world.at(MANDAL), case)
    assert (case["outcome"], case["statements"]) == ("impostor", [])


async def test_nothing_is_stated_against_a_name_that_the_unit_has(registry: Harness) -> None:
    await world.enrolled(registry)
    await world.matched(registry)
    for name, statements in (("Ramesh Namuna", 0), ("Suresh Anjaan", 1)):
        case = await cases.looked_at(registry, world.at(BOOTH), claim={"name": name})
        case = await cases.decided(registry, world.at(MANDAL), case)
        assert len(case["statements"]) == statements


async def test_a_real_worker_clears_their_name_and_the_earlier_statement_ends(
    registry: Harness, clock: FixedClock
) -> None:
    case = await cases.looked_at(registry, world.at(BOOTH))
    case = await cases.decided(registry, world.at(MANDAL), case)
    against = await signed(registry, case)
    clock.pass_time(timedelta(days=1))
    worker = await world.enrolled(registry, booth=NEXT_BOOTH)
    case = await cases.decided(registry, world.at(MANDAL), case, outcome="one-of-ours", worker_id=worker["id"])
    cleared = await cases.verify(registry, await signed(registry, case))
    assert (cleared["standing"], cleared["claims"]["kind"]) == ("stands", "on-record")
    assert cleared["claims"]["worker"]["name_en"] == "Ramesh Namuna"
    assert (await cases.verify(registry, against))["standing"] == "replaced"
    assert [one["replaced_at"] is None for one in case["statements"]] == [True, False]


async def withdraw(service: Harness, worker_id: str) -> Any:
    return await world.withdraw(service, world.at(BOOTH), worker_id)


async def erase(service: Harness, worker_id: str) -> Any:
    path = f"/v1/workers/{worker_id}/erasures"
    return await service.ask("POST", path, action="worker.erase", person=world.at(DISTRICT), json={})


@pytest.mark.parametrize("leave", [withdraw, erase])
async def test_who_is_withdrawn_or_erased_is_named_by_no_statement_any_more(
    registry: Harness, leave: Callable[[Harness, str], Awaitable[Any]]
) -> None:
    worker = await world.enrolled(registry)
    case = await cases.looked_at(registry, world.at(BOOTH))
    case = await cases.decided(registry, world.at(MANDAL), case, outcome="one-of-ours", worker_id=worker["id"])
    text = await signed(registry, case)
    await leave(registry, worker["id"])
    gone = await cases.statement(registry, world.at(DISTRICT), case["statements"][0]["id"])
    assert gone.status_code == 404
    assert (await cases.verify(registry, text))["standing"] == "replaced"


async def test_the_page_to_print_says_it_in_both_languages_and_escapes_what_was_claimed(registry: Harness) -> None:
    claim = {"name": "<script>alert(1)</script>", "phone": "6000000099"}
    case = await cases.looked_at(registry, world.at(BOOTH), claim=claim)
    case = await cases.decided(registry, world.at(MANDAL), case)
    statement_id = case["statements"][0]["id"]
    page = await cases.statement(registry, world.at(DISTRICT), statement_id, format="html")
    assert "हमारे अभिलेख में नहीं" in page.text
    assert "Not on our record on this date" in page.text
    assert "20.01.2022" in page.text
    assert page.text.count("/statement ") == 2
    assert "<script>" not in page.text
    assert "&lt;script&gt;" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert (await cases.statement(registry, world.at(NEXT_BOOTH), statement_id)).status_code == 404


async def test_nothing_but_a_statement_of_ours_is_genuine(registry: Harness) -> None:
    case = await cases.looked_at(registry, world.at(BOOTH))
    case = await cases.decided(registry, world.at(MANDAL), case)
    text = await signed(registry, case)
    head, body, signature = text.split(".")
    batch = (await world.synced(registry, world.at(BOOTH), [world.a_record()])).json()["receipt"]
    forged = {"not one": "a.b.c", "a receipt": batch, "no signature": f"{head}.{body}."}
    forged["bent"] = f"{text[:-6]}{'A' if text[-6] != 'A' else 'B'}{text[-5:]}"
    forged["other claims"] = f"{head}.{body[:-4]}{'A' * 4}.{signature}"
    for name, other in forged.items():
        told = await cases.verify(registry, other)
        assert told == {"genuine": False, "standing": None, "claims": None}, name
    assert json.dumps(cases.CLAIMED["name"]) in json.dumps((await cases.verify(registry, f" {text}\n"))["claims"])
