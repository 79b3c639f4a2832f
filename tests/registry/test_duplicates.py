"""Records of one person are found across scripts, decided upon by people, and a merge is undone exactly."""

from typing import Any
from uuid import UUID

import pytest
from httpx import Response

from sangathan_registry.store.sealed_particulars import open_row
from sangathan_testkit.harness import Harness, Person
from tests.registry import world
from tests.registry.world import BOOTH, DISTRICT, FAR_BOOTH, MANDAL, NEXT_BOOTH, STATE, TWIN, TWIN_BOOTH

IN_ENGLISH: dict[str, Any] = {
    "name_hi": None,
    "name_en": "Ramesh Namoona",
    "gender": None,
    "phone": None,
    "birth_year": 1986,
}
BARE: dict[str, Any] = {"relation_type": None, "relation_name": None}


async def pairs(service: Harness, person: Person, **params: Any) -> list[dict[str, Any]]:
    answer = await service.ask("GET", "/v1/duplicates", action="duplicate.review", person=person, params=params)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def decide(service: Harness, person: Person, pair: str, keep: str | None) -> Response:
    path = f"/v1/duplicates/{pair}/decisions"
    return await service.ask("POST", path, action="duplicate.review", person=person, json={"keep": keep})


async def undo(service: Harness, person: Person, pair: str) -> Response:
    body = {"reason": "They are brothers"}
    path = f"/v1/duplicates/{pair}/undoings"
    return await service.ask("POST", path, action="duplicate.review", person=person, json=body)


async def stored(service: Harness, worker_id: str) -> dict[str, Any]:
    """The row but for its version and when it changed."""
    found = dict((await world.rows(service, "SELECT * FROM workers WHERE id = $1", UUID(worker_id)))[0])
    # A seal is never the same twice.
    opened = {"fields": open_row(service.app.state.parts.sealer, found)}
    return {name: value for name, value in found.items() if name not in {"version", "changed_at", "sealed"}} | opened


@pytest.fixture
async def twice(registry: Harness) -> tuple[Harness, dict[str, Any], dict[str, Any]]:
    """One person on record twice in one booth, in each script once."""
    one = await world.enrolled(registry)
    other = await world.enrolled(registry, **IN_ENGLISH)
    await world.matched(registry)
    return registry, one, other


Twice = tuple[Harness, dict[str, Any], dict[str, Any]]


async def test_a_person_recorded_in_both_scripts_is_found_with_the_evidence(twice: Twice) -> None:
    registry, one, other = twice
    [pair] = await pairs(registry, world.at(BOOTH))
    assert {pair["one"]["id"], pair["other"]["id"]} == {one["id"], other["id"]}
    assert pair["status"] == "open"
    assert pair["evidence"]["bits"] == sum(value for name, value in pair["evidence"].items() if name != "bits")


async def test_different_people_are_not_proposed(registry: Harness) -> None:
    await world.enrolled(registry)
    await world.enrolled(registry, name_hi="सीता नमूना", name_en="Sita Namuna", gender="female")
    await world.matched(registry)
    assert await pairs(registry, world.at(STATE)) == []


async def test_the_same_phone_finds_a_person_in_another_district(registry: Harness) -> None:
    await world.enrolled(registry)
    await world.enrolled(registry, booth=TWIN_BOOTH, birth_year=1986)
    await world.matched(registry)
    assert len(await pairs(registry, world.at(STATE))) == 1


@pytest.mark.parametrize("path", [DISTRICT, TWIN, BOOTH, TWIN_BOOTH])
async def test_a_pair_is_seen_only_where_both_records_are(registry: Harness, path: str) -> None:
    await world.enrolled(registry)
    await world.enrolled(registry, booth=TWIN_BOOTH, birth_year=1986)
    await world.matched(registry)
    [pair] = await pairs(registry, world.at(STATE))
    assert await pairs(registry, world.at(path)) == []
    assert (await decide(registry, world.at(path), pair["id"], None)).status_code == 404


async def test_a_pair_follows_a_unit_that_moves(registry: Harness) -> None:
    await world.enrolled(registry)
    await world.enrolled(registry, booth=FAR_BOOTH, birth_year=1986)
    await world.matched(registry)
    assert len(await pairs(registry, world.at(DISTRICT))) == 1
    await world.move(registry, MANDAL, "in.mp.d070.v3.m5.")
    assert await pairs(registry, world.at(DISTRICT, tree_version=2)) == []
    assert len(await pairs(registry, world.at(STATE, tree_version=2))) == 1


async def test_merged_the_kept_record_knows_what_either_knew_and_counts_once(twice: Twice) -> None:
    registry, one, other = twice
    [pair] = await pairs(registry, world.at(BOOTH))
    answer = await decide(registry, world.at(BOOTH), pair["id"], other["id"])
    assert (answer.status_code, answer.json()["status"], answer.json()["kept"]) == (200, "merged", other["id"])
    kept = (await world.read(registry, world.at(BOOTH), other["id"])).json()
    gone = (await world.read(registry, world.at(BOOTH), one["id"])).json()
    assert (kept["name_hi"], kept["phone"], kept["birth_year"]) == (one["name_hi"], one["phone"], other["birth_year"])
    assert (gone["status"], gone["merged_into"]) == ("merged", other["id"])
    assert await world.counted(registry, world.at(BOOTH), BOOTH) == 1
    assert [item["id"] for item in (await world.listed(registry, world.at(BOOTH))).json()["items"]] == [other["id"]]


async def test_a_merge_undone_leaves_both_records_as_they_were(twice: Twice) -> None:
    registry, one, other = twice
    before = [await stored(registry, worker["id"]) for worker in (one, other)]
    [pair] = await pairs(registry, world.at(BOOTH))
    await decide(registry, world.at(BOOTH), pair["id"], other["id"])
    assert (await undo(registry, world.at(BOOTH), pair["id"])).json()["status"] == "open"
    assert [await stored(registry, worker["id"]) for worker in (one, other)] == before
    assert await world.counted(registry, world.at(BOOTH), BOOTH) == 2


async def test_what_was_corrected_after_a_merge_stays_when_it_is_undone(twice: Twice) -> None:
    registry, _, other = twice
    [pair] = await pairs(registry, world.at(BOOTH))
    await decide(registry, world.at(BOOTH), pair["id"], other["id"])
    headers = {"If-Match": (await world.read(registry, world.at(BOOTH), other["id"])).headers["etag"]}
    changed = await registry.ask(
        "PATCH",
        f"/v1/workers/{other['id']}",
        action="worker.change",
        person=world.at(BOOTH),
        json={"phone": "+916000000077"},
        headers=headers,
    )
    assert changed.status_code == 200, changed.text
    await undo(registry, world.at(BOOTH), pair["id"])
    kept = (await world.read(registry, world.at(BOOTH), other["id"])).json()
    assert (kept["phone"], kept["name_hi"], kept["gender"]) == ("+916000000077", None, None)


async def test_a_pair_kept_apart_is_not_proposed_again(twice: Twice) -> None:
    registry, one, _ = twice
    [pair] = await pairs(registry, world.at(BOOTH))
    await decide(registry, world.at(BOOTH), pair["id"], None)
    await world.rows(registry, "INSERT INTO match_queue VALUES ($1)", UUID(one["id"]))
    await world.matched(registry)
    assert await pairs(registry, world.at(BOOTH)) == []
    assert len(await pairs(registry, world.at(BOOTH), status="different")) == 1


async def test_a_pair_is_decided_once(twice: Twice) -> None:
    registry, one, _ = twice
    [pair] = await pairs(registry, world.at(BOOTH))
    await decide(registry, world.at(BOOTH), pair["id"], one["id"])
    again = await decide(registry, world.at(BOOTH), pair["id"], None)
    assert (again.status_code, again.json()["type"]) == (409, "urn:sangathan:problem:already-decided")


async def test_only_one_of_the_two_can_be_kept(twice: Twice) -> None:
    registry, _, _ = twice
    [pair] = await pairs(registry, world.at(BOOTH))
    answer = await decide(registry, world.at(BOOTH), pair["id"], str(world.unit_id(BOOTH)))
    assert (answer.status_code, world.pointers(answer)) == (422, ["/keep"])


async def test_a_merged_record_is_neither_changed_nor_withdrawn_by_itself(twice: Twice) -> None:
    registry, one, other = twice
    [pair] = await pairs(registry, world.at(BOOTH))
    await decide(registry, world.at(BOOTH), pair["id"], other["id"])
    answer = await world.withdraw(registry, world.at(BOOTH), one["id"])
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:sangathan:problem:worker-merged")


async def test_a_withdrawal_takes_what_was_merged_with_it_wherever_it_stands(registry: Harness) -> None:
    one = await world.enrolled(registry)
    other = await world.enrolled(registry, booth=NEXT_BOOTH, birth_year=1986)
    await world.matched(registry)
    [pair] = await pairs(registry, world.at(MANDAL))
    await decide(registry, world.at(MANDAL), pair["id"], one["id"])
    assert (await world.withdraw(registry, world.at(BOOTH), one["id"])).status_code == 200
    found = await world.rows(registry, "SELECT status, name_hi, sealed FROM workers")
    assert {tuple(row) for row in found} == {("withdrawn", None, None)}
    assert await world.size(registry, "worker_keys") == 0
    assert await world.value(registry, "SELECT adopted FROM duplicates") is None
    assert other["id"]
    assert (await undo(registry, world.at(MANDAL), pair["id"])).status_code == 409


async def test_who_decided_stands_on_the_trail_of_both_records(twice: Twice) -> None:
    registry, one, other = twice
    [pair] = await pairs(registry, world.at(BOOTH))
    await decide(registry, world.at(BOOTH), pair["id"], one["id"])
    noted = await world.rows(
        registry, "SELECT worker_id FROM audit_entries WHERE action = 'duplicate.review' AND fields IS NULL"
    )
    assert {str(row["worker_id"]) for row in noted} == {one["id"], other["id"]}


@pytest.mark.parametrize("name", ["Ramesh Namuna", "रमेश नमूना", "Namoona Ramesh", "R. Namuna", "श्री रमेश कुमार नमूना"])
async def test_a_name_is_found_by_its_sound_in_either_script(registry: Harness, name: str) -> None:
    worker = await world.enrolled(registry)
    await world.enrolled(registry, booth=TWIN_BOOTH, name_hi="राजेश नमूना", name_en="Rajesh Namuna")
    await world.matched(registry)
    found = await world.searched(registry, world.at(STATE), name=name, match="sound")
    assert found.json()["items"][0]["id"] == worker["id"]


async def test_a_search_by_sound_stays_in_the_scope(registry: Harness) -> None:
    await world.enrolled(registry)
    await world.matched(registry)
    assert (await world.searched(registry, world.at(TWIN), name="Ramesh", match="sound")).json()["items"] == []


async def test_a_search_by_sound_takes_neither_phone_nor_cursor(registry: Harness) -> None:
    body = {"name": "R.", "phone": "+916000000001", "cursor": "x", "match": "sound"}
    answer = await world.searched(registry, world.at(STATE), **body)
    assert (answer.status_code, world.pointers(answer)) == (422, ["/cursor", "/name", "/phone"])


async def test_a_name_that_changes_is_found_by_the_new_one_alone(registry: Harness) -> None:
    worker = await world.enrolled(registry, **BARE)
    await world.matched(registry)
    tag = (await world.read(registry, world.at(BOOTH), worker["id"])).headers["etag"]
    await registry.ask(
        "PATCH",
        f"/v1/workers/{worker['id']}",
        action="worker.change",
        person=world.at(BOOTH),
        json={"name_hi": "महेश नमूना", "name_en": None},
        headers={"If-Match": tag},
    )
    await world.matched(registry)
    for name, count in (("Mahesh Namuna", 1), ("Ramesh Namuna", 0)):
        assert len((await world.searched(registry, world.at(BOOTH), name=name, match="sound")).json()["items"]) == count
