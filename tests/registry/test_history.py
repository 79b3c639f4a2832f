"""Every change of a record is told: who, when, what stood there before; and nothing of it outlives a withdrawal."""

from typing import Any

import pytest

from sangathan_registry.domain.particulars import Particulars
from sangathan_registry.domain.revisions import Act, Revision, replaced, told
from sangathan_testkit.harness import Harness, Person
from tests.registry import test_duplicates, test_rehoming, world
from tests.registry.world import BOOTH, DISTRICT, MANDAL, NEXT_BOOTH, STATE, TWIN_BOOTH

WHO = Particulars("रमेश", "Ramesh", None, None, "male", 1985, "+916000000001")


async def history(registry: Harness, person: Person, worker_id: str) -> list[dict[str, Any]]:
    path = f"/v1/workers/{worker_id}/history"
    answer = await registry.ask("GET", path, action="worker.read", person=person)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["changes"])


async def corrected(registry: Harness, person: Person, worker: dict[str, Any], **body: Any) -> dict[str, Any]:
    path = f"/v1/workers/{worker['id']}"
    current = await world.read(registry, person, worker["id"])
    headers = {"if-match": current.headers["etag"]}
    answer = await registry.ask("PATCH", path, action="worker.change", person=person, json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_history_is_read_backwards_from_what_stands_there_now() -> None:
    revisions = [
        Revision(3, world.NOW, Act.CHANGED, None, "", None, {"name_en": "Ramesh"}),
        Revision(2, world.NOW, Act.CHANGED, None, "", None, {"name_en": None, "gender": "female"}),
    ]
    now = Particulars("रमेश", "Ramesh Kumar", None, None, "male", 1985, None)
    seen = [[(one.field, one.before, one.after) for one in changes] for _, changes in told(now, revisions)]
    assert seen == [
        [("name_en", "Ramesh", "Ramesh Kumar")],
        [("name_en", None, "Ramesh"), ("gender", "female", "male")],
    ]


def test_only_what_differs_is_kept() -> None:
    other = Particulars("रमेश", "Ramesh", None, None, "male", 1986, None)
    assert replaced(WHO, other) == {"birth_year": 1985, "phone": "+916000000001"}


async def test_each_correction_tells_who_made_it_under_which_office_and_what_it_replaced(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    president = world.at(BOOTH)
    await corrected(registry, president, worker, name_en="Ramesh Kumar", phone="6000000002")
    await corrected(registry, world.at(DISTRICT), worker, birth_year=1986)
    newest, first = await history(registry, world.at(STATE), worker["id"])
    assert (newest["version"], newest["act"], newest["office"]) == (3, "changed", world.at(DISTRICT).office)
    assert newest["changes"] == [{"field": "birth_year", "before": worker["birth_year"], "after": 1986}]
    assert first["person_id"] == str(president.person_id)
    assert {one["field"]: (one["before"], one["after"]) for one in first["changes"]} == {
        "name_en": (worker["name_en"], "Ramesh Kumar"),
        "phone": ("+916000000001", "+916000000002"),
    }


async def test_former_values_are_masked_like_the_present_ones_and_sealed_at_rest(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    await corrected(registry, world.at(BOOTH), worker, phone="6000000002", birth_year=1986)
    [seen] = await history(registry, world.at(BOOTH, field_classes=("open",)), worker["id"])
    assert {one["field"]: (one["before"], one["after"]) for one in seen["changes"]} == {
        "phone": ("********01", "********02"),
        "birth_year": (None, None),
    }
    dump = await world.value(registry, "SELECT string_agg(r::text, '') FROM worker_revisions r")
    assert b"6000000001".hex() not in dump


@pytest.mark.parametrize("path", [NEXT_BOOTH, TWIN_BOOTH])
async def test_history_outside_the_scope_is_not_there(registry: Harness, path: str) -> None:
    worker = await world.enrolled(registry)
    await corrected(registry, world.at(BOOTH), worker, name_en="Ramesh Kumar")
    asked = f"/v1/workers/{worker['id']}/history"
    answer = await registry.ask("GET", asked, action="worker.read", person=world.at(path))
    assert answer.status_code == 404


async def test_reading_a_history_is_on_the_trail(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    before = await world.size(registry, "audit_entries")
    await history(registry, world.at(BOOTH), worker["id"])
    assert await world.size(registry, "audit_entries") == before + 1


async def test_a_withdrawal_forgets_all_former_values(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    await corrected(registry, world.at(BOOTH), worker, name_en="Ramesh Kumar")
    await world.withdraw(registry, world.at(MANDAL), worker["id"])
    newest, first = await history(registry, world.at(STATE), worker["id"])
    assert (newest["act"], newest["changes"], first["changes"]) == ("withdrawn", [], [])
    assert await world.value(registry, "SELECT count(before) FROM worker_revisions") == 0


async def test_an_erasure_hides_the_history_and_its_undoing_shows_it_as_it_was(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    await corrected(registry, world.at(BOOTH), worker, name_en="Ramesh Kumar")
    before = await history(registry, world.at(STATE), worker["id"])
    asked = f"/v1/workers/{worker['id']}/erasures"
    erasure = await registry.ask("POST", asked, action="worker.erase", person=world.at(MANDAL), json={})
    hidden = await history(registry, world.at(STATE), worker["id"])
    assert [(one["act"], one["changes"]) for one in hidden] == [("erased", []), ("changed", [])]
    undo = f"/v1/erasures/{erasure.json()['id']}/undoings"
    await registry.ask("POST", undo, action="worker.erase", person=world.at(MANDAL), json={})
    after = await history(registry, world.at(STATE), worker["id"])
    assert ([one["act"] for one in after[:2]], after[2:]) == (["restored", "erased"], before)


async def test_a_merge_and_its_undoing_are_told_on_both_records(registry: Harness) -> None:
    one = await world.enrolled(registry, **{**test_duplicates.BARE, "name_en": None})
    other = await world.enrolled(registry, **test_duplicates.IN_ENGLISH)
    await world.matched(registry)
    [pair] = await test_duplicates.pairs(registry, world.at(BOOTH))
    await test_duplicates.decide(registry, world.at(BOOTH), pair["id"], one["id"])
    await test_duplicates.undo(registry, world.at(BOOTH), pair["id"])
    kept, merged = [await history(registry, world.at(BOOTH), worker["id"]) for worker in (one, other)]
    assert [change["act"] for change in kept] == ["gave-back", "took-over"]
    assert [change["act"] for change in merged] == ["parted", "merged"]
    assert {change["field"]: change["before"] for change in kept[1]["changes"]}["name_en"] is None


async def test_a_merger_of_units_is_told_with_the_unit_that_was_left(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    await test_rehoming.merge(registry, BOOTH, NEXT_BOOTH)
    [told_of] = await history(registry, world.at(NEXT_BOOTH), worker["id"])
    assert (told_of["act"], told_of["left_unit_id"]) == ("rehomed", str(world.unit_id(BOOTH)))


async def test_a_history_follows_its_unit(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    await corrected(registry, world.at(BOOTH), worker, name_en="Ramesh Kumar")
    await world.move(registry, MANDAL, "in.mp.d08.v1.m9.")
    assert await world.paths(registry, "worker_revisions") == await world.paths(registry, "workers")
