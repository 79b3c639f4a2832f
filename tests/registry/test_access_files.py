"""A person gets everything that is held about them, as data and as a page, and nobody else gets it."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import Response

from sangathan_testkit.harness import Harness, Person
from tests.registry import world
from tests.registry.world import BOOTH, MANDAL, NEXT_BOOTH, STATE, TWIN


async def file_of(service: Harness, person: Person, worker_id: str, **params: Any) -> Response:
    path = f"/v1/workers/{worker_id}/access-file"
    return await service.ask("GET", path, action="worker.access-file", person=person, params=params)


async def own_file(service: Harness, person_id: UUID, **params: Any) -> Response:
    person = Person(person_id=person_id)
    return await service.ask("GET", "/v1/my-access-file", action="access-file.own", person=person, params=params)


async def known(service: Harness) -> tuple[str, str, UUID]:
    """Somebody who signs in, on record in a booth, with another record merged into it from the next booth."""
    one = await world.enrolled(service)
    other = await world.enrolled(service, booth=NEXT_BOOTH, birth_year=1986)
    await world.matched(service)
    pair = str(await world.value(service, "SELECT id FROM duplicates"))
    path, keep = f"/v1/duplicates/{pair}/decisions", {"keep": one["id"]}
    await service.ask("POST", path, action="duplicate.review", person=world.at(MANDAL), json=keep)
    me = uuid4()
    await world.rows(service, "UPDATE workers SET person_id = $1 WHERE id = $2", me, UUID(one["id"]))
    return one["id"], other["id"], me


async def test_the_file_holds_the_record_and_what_was_merged_into_it_unmasked(registry: Harness) -> None:
    one, other, _ = await known(registry)
    answer = await file_of(registry, world.at(BOOTH), one)
    assert answer.status_code == 200, answer.text
    file = answer.json()
    assert {record["id"]: record["phone"] for record in file["records"]} == dict.fromkeys((one, other), "+916000000001")
    assert {consent["worker_id"] for consent in file["consents"]} == {one, other}
    assert file["pairs"][0]["status"] == "merged"


async def test_the_file_holds_every_table_that_names_the_record(registry: Harness) -> None:
    record = world.a_record()
    await world.synced(registry, world.at(STATE), [record])
    await world.synced(registry, world.at(STATE), [record | {"gender": "other"}])
    file = (await file_of(registry, world.at(BOOTH), record["id"])).json()
    assert [one["record_id"] for one in file["receipts"]] == [record["id"]]
    assert [(one["outcome"], one["reason"]) for one in file["held"]] == [("rejected", "other-body")]


async def test_what_stood_there_before_a_correction_is_in_the_file(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    tag = (await world.read(registry, world.at(BOOTH), worker["id"])).headers["etag"]
    path, body = f"/v1/workers/{worker['id']}", {"phone": "+916000000077"}
    headers = {"If-Match": tag}
    await registry.ask("PATCH", path, action="worker.change", person=world.at(BOOTH), json=body, headers=headers)
    [change] = (await file_of(registry, world.at(BOOTH), worker["id"])).json()["changes"]
    assert (change["act"], change["content"]) == ("changed", {"phone": worker["phone"]})


async def test_what_stood_there_before_is_out_of_sight_as_long_as_an_erasure_waits(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    tag = (await world.read(registry, world.at(BOOTH), worker["id"])).headers["etag"]
    path, body = f"/v1/workers/{worker['id']}", {"phone": "+916000000077"}
    headers = {"If-Match": tag}
    await registry.ask("PATCH", path, action="worker.change", person=world.at(BOOTH), json=body, headers=headers)
    await registry.ask("POST", f"{path}/erasures", action="worker.erase", person=world.at(BOOTH), json={})
    answer = await file_of(registry, world.at(BOOTH), worker["id"])
    assert [(one["act"], one["content"]) for one in answer.json()["changes"]] == [("changed", {}), ("erased", {})]
    assert worker["phone"] not in answer.text


async def test_who_looked_is_said_by_office_and_the_making_of_the_file_is_among_it(registry: Harness) -> None:
    one, _, _ = await known(registry)
    await world.read(registry, world.at(BOOTH), one)
    looked = (await file_of(registry, world.at(BOOTH), one)).json()["looked"]
    assert [(entry["action"], entry["office"]) for entry in looked[:2]] == [
        ("worker.access-file", "booth-president"),
        ("worker.read", "booth-president"),
    ]


async def test_a_person_reads_their_own_file_wherever_the_record_stands(registry: Harness) -> None:
    one, _, me = await known(registry)
    file = (await own_file(registry, me)).json()
    assert one in {record["id"] for record in file["records"]}
    assert "/v1/inbox" in file["elsewhere"]
    noted = await world.rows(registry, "SELECT worker_id FROM audit_entries WHERE action = 'access-file.own'")
    assert [str(row["worker_id"]) for row in noted] == [one]


async def test_nobody_reads_anothers_file_as_their_own(registry: Harness) -> None:
    await known(registry)
    assert (await own_file(registry, uuid4())).status_code == 404


@pytest.mark.parametrize("path", [TWIN, NEXT_BOOTH])
async def test_outside_the_scope_there_is_no_file(registry: Harness, path: str) -> None:
    one, _, _ = await known(registry)
    assert (await file_of(registry, world.at(path), one)).status_code == 404


@pytest.mark.parametrize(("language", "words"), [("hi", "मोबाइल नंबर"), ("en", "Mobile number")])
async def test_the_page_says_it_in_the_persons_language_and_runs_nothing(
    registry: Harness, language: str, words: str
) -> None:
    one, _, me = await known(registry)
    await world.rows(registry, "UPDATE workers SET name_en = '<script>x</script>' WHERE id = $1", UUID(one))
    answer = await own_file(registry, me, format="html", language=language)
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert (words in answer.text, "+916000000001" in answer.text) == (True, True)
    assert "<script" not in answer.text
    assert f'<html lang="{language}">' in answer.text


async def test_flags_about_what_somebody_captured_are_in_their_own_file(registry: Harness) -> None:
    _, _, me = await known(registry)
    flag = """INSERT INTO drive_flags (id, drive_id, rule, about, subject_id, slot, unit_id, path, day, seen, allowed,
        found_at, finding, reason, decided_by, decided_at)
        VALUES ($1, $1, 'vistarak-pace', 'vistarak', $2, now(), $3, $4, '2022-01-20', 40, 30, now(), 'fine', 'A camp',
            $1, now())"""
    for person in (me, uuid4()):
        await world.rows(registry, flag, uuid4(), person, world.unit_id(NEXT_BOOTH), NEXT_BOOTH)
    [one] = (await own_file(registry, me)).json()["flags"]
    assert (one["about"], one["seen"], one["allowed"], one["reason"], one["record_id"]) == (
        *("vistarak", 40, 30, "A camp"),
        None,
    )
