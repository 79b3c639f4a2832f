"""What is refused, and what shows more than open fields, is on the trail; a routine list and a bent body are not."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

from sangathan_testkit.harness import Harness, Person
from tests.registry import world
from tests.registry.test_duplicates import pairs
from tests.registry.world import BOOTH, MANDAL, NEXT_BOOTH

_ENTRIES = """
SELECT action, outcome, person_id, path, worker_id, fields, detail->>'reason' AS reason, detail->>'route' AS route
FROM audit_entries WHERE action <> 'worker.enrol' ORDER BY id
"""


async def entries(service: Harness) -> list[dict[str, Any]]:
    return [dict(row) for row in await world.rows(service, _ENTRIES)]


async def test_a_record_asked_for_outside_is_on_the_trail_of_the_askers_own_unit(registry: Harness) -> None:
    worker_id = (await world.enrolled(registry, NEXT_BOOTH))["id"]
    asker = world.at(BOOTH)
    assert (await world.read(registry, asker, worker_id)).status_code == 404
    [entry] = await entries(registry)
    assert (entry["action"], entry["outcome"], entry["reason"]) == ("worker.read", "refused", "not-found")
    assert (entry["person_id"], entry["path"]) == (asker.person_id, BOOTH)
    assert (entry["route"], entry["worker_id"]) == (f"GET /v1/workers/{worker_id}", None)


async def test_a_refused_act_leaves_nothing_but_its_entry(registry: Harness) -> None:
    asker = world.at(BOOTH)
    for _ in range(4):
        answer = await registry.ask(
            "POST", "/v1/worker-questions", action="worker.ask", person=asker, json={"phone": "+916000000001"}
        )
    assert answer.status_code == 429
    found = await entries(registry)
    assert [(entry["outcome"], entry["reason"]) for entry in found] == [
        *[("done", None)] * 3,
        ("refused", "questions-used-up"),
    ]


async def test_a_bent_body_is_no_refusal_of_a_right(registry: Harness) -> None:
    assert (await world.enrol(registry, world.at(BOOTH), gender="x")).status_code == 422
    assert await entries(registry) == []


async def test_a_refusal_stands_even_if_it_cannot_be_noted(registry: Harness) -> None:
    await world.rows(registry, "REVOKE INSERT ON audit_entries FROM registry_app")
    assert (await world.read(registry, world.at(BOOTH), str(uuid4()))).status_code == 404


async def test_a_search_notes_each_record_that_it_shows_with_contact(registry: Harness) -> None:
    worker_id = (await world.enrolled(registry, BOOTH))["id"]
    await world.enrolled(registry, NEXT_BOOTH, name_hi="कोई और", name_en="Somebody Else", phone="+916000000002")
    me = Person()
    await world.rows(registry, "UPDATE workers SET person_id = $2 WHERE id = $1::text::uuid", worker_id, me.person_id)
    await world.matched(registry)
    for body in ({"name": "रमेश"}, {"phone": "6000000001"}, {"name": "Ramesh Namuna", "match": "sound"}):
        assert len((await world.searched(registry, world.at(MANDAL), **body)).json()["items"]) == 1
    found = await entries(registry)
    assert [(str(one["worker_id"]), one["fields"]) for one in found] == [(worker_id, ["contact", "sensitive"])] * 3
    own = await registry.ask("GET", "/v1/my-registry-audit-entries", action="audit.read-own", person=me)
    assert [entry["action"] for entry in own.json()["items"]] == ["worker.list"] * 3


async def test_a_search_that_shows_open_fields_alone_and_a_routine_list_are_not_noted(registry: Harness) -> None:
    await world.enrolled(registry, BOOTH)
    await world.searched(registry, replace(world.at(MANDAL), field_classes=("open",)), name="रमेश")
    await world.listed(registry, world.at(MANDAL))
    assert await entries(registry) == []


async def test_without_its_trail_a_search_shows_nothing(registry: Harness) -> None:
    await world.enrolled(registry, BOOTH)
    await world.rows(registry, "REVOKE INSERT ON audit_entries FROM registry_app")
    answer = await world.searched(registry, world.at(MANDAL), name="रमेश")
    assert (answer.status_code, "नमूना" in answer.text) == (500, False)


async def test_records_set_side_by_side_are_noted_both(registry: Harness) -> None:
    one = await world.enrolled(registry, BOOTH)
    other = await world.enrolled(registry, BOOTH)
    await world.matched(registry)
    assert len(await pairs(registry, world.at(BOOTH))) == 1
    found = await entries(registry)
    assert {str(entry["worker_id"]) for entry in found} == {one["id"], other["id"]}
    assert {(entry["action"], *entry["fields"]) for entry in found} == {("duplicate.review", "contact", "sensitive")}
