"""Cross-checks by the state, questions by anybody, and the trail that both leave."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from httpx import Response

from sangathan_contracts.registry import WorkerAsked
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness, Person
from tests.registry import cases, world
from tests.registry.world import BOOTH, DISTRICT, FAR_BOOTH, MANDAL, NATION, STATE, TWIN, TWIN_BOOTH

PURPOSE = "A shopkeeper asks whether this is a worker"


async def cross_check(service: Harness, person: Person, **body: Any) -> Response:
    body = {"purpose": PURPOSE} | body
    return await service.ask("POST", "/v1/cross-checks", action="worker.cross-check", person=person, json=body)


async def ask(service: Harness, person: Person, **body: Any) -> Response:
    return await service.ask("POST", "/v1/worker-questions", action="worker.ask", person=person, json=body)


async def trail(service: Harness, person: Person, **params: Any) -> Response:
    return await service.ask("GET", "/v1/audit-entries", action="audit.read", person=person, params=params)


async def test_the_state_finds_anybody_of_its_own_by_name_phone_or_id(registry: Harness) -> None:
    worker = await world.enrolled(registry, booth=TWIN_BOOTH)
    for body in ({"name": "रमेश"}, {"name": "ramesh"}, {"phone": "6000000001"}, {"worker_id": worker["id"]}):
        found = (await cross_check(registry, world.at(STATE), **body)).json()
        assert (found["on_record"], found["more"]) == (True, False)
        assert [match["id"] for match in found["matches"]] == [worker["id"]]


async def test_the_state_finds_people_by_the_name_of_a_place_and_by_office(registry: Harness) -> None:
    here, there = [await world.enrolled(registry, booth=booth) for booth in (BOOTH, TWIN_BOOTH)]
    president = await cases.put_holder(registry, TWIN_BOOTH)
    await world.rows(registry, "UPDATE workers SET person_id = $1 WHERE id = $2", president, there["id"])
    both = {here["id"], there["id"]}
    for body, ids in (
        ({"place": "unit in.mp.d07."}, {here["id"]}),
        ({"place": "इकाई"}, both),
        ({"place": "इकाई", "name": "Ramesh", "phone": "6000000001"}, both),
        ({"place": "unit in.mp.d07.", "name": "Suresh"}, set()),
        ({"place": "No such place"}, set()),
        ({"office": "booth-president"}, {there["id"]}),
        ({"office": "बूथ अध्यक्ष", "place": "unit in.mp.d070.", "name": "रमेश"}, {there["id"]}),
        ({"office": "Booth President", "place": "unit in.mp.d07."}, set()),
        ({"office": "mandal-president"}, set()),
    ):
        found = (await cross_check(registry, world.at(STATE), **body)).json()
        assert {match["id"] for match in found["matches"]} == ids, body
    outside = await cross_check(registry, world.at("in.nx."), office="booth-president")
    assert outside.json()["on_record"] is False
    assert await world.value(registry, "SELECT count(*) FROM audit_entries WHERE purpose = $1", PURPOSE) == 12


async def test_a_look_up_sent_again_under_its_key_looks_again_and_is_noted_again(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    state = world.at(STATE)
    ask: dict[str, Any] = {
        "action": "worker.cross-check",
        "person": state,
        "json": {"purpose": PURPOSE, "name": "Ramesh"},
        "headers": {"idempotency-key": "once"},
    }
    first = await registry.ask("POST", "/v1/cross-checks", **ask)
    assert first.json()["on_record"] is True
    await world.withdraw(registry, world.at(BOOTH), worker["id"])
    again = await registry.ask("POST", "/v1/cross-checks", **ask)
    assert (again.status_code, again.json()["on_record"]) == (200, False)
    assert "idempotent-replayed" not in again.headers
    assert await world.value(registry, "SELECT count(*) FROM audit_entries WHERE purpose = $1", PURPOSE) == 2
    assert await world.size(registry, "idempotency_keys") == 0


async def test_an_impostor_is_not_on_record(registry: Harness) -> None:
    await world.enrolled(registry)
    for body in ({"name": "कोई और"}, {"phone": "6000000099"}, {"worker_id": str(uuid4())}):
        found = (await cross_check(registry, world.at(STATE), **body)).json()
        assert found == {"on_record": False, "matches": [], "more": False}


async def test_another_state_is_beyond_the_state_and_not_beyond_the_nation(registry: Harness) -> None:
    await world.enrolled(registry, booth="in.nx.d01.")
    assert (await cross_check(registry, world.at(STATE), name="Ramesh")).json()["on_record"] is False
    assert (await cross_check(registry, world.at(NATION), name="Ramesh")).json()["on_record"] is True


async def test_every_look_up_is_on_the_trail_with_its_purpose_found_or_not(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    await cross_check(registry, world.at(STATE), name="Ramesh")
    await cross_check(registry, world.at(STATE), name="Nobody")
    entries = await world.rows(
        registry, "SELECT path, purpose, worker_id FROM audit_entries WHERE action = 'worker.cross-check' ORDER BY id"
    )
    assert [(e["path"], e["purpose"], str(e["worker_id"])) for e in entries] == [
        (BOOTH, PURPOSE, worker["id"]),
        (STATE, PURPOSE, "None"),
    ]


async def test_a_look_up_can_be_narrowed_to_a_unit_inside_the_scope_only(registry: Harness) -> None:
    await world.enrolled(registry)
    narrow = await cross_check(registry, world.at(STATE), name="Ramesh", unit_id=str(world.unit_id(TWIN)))
    assert narrow.json()["on_record"] is False
    outside = await cross_check(registry, world.at(STATE), name="Ramesh", unit_id=str(world.unit_id("in.nx.")))
    assert outside.status_code == 404


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, ["/name"]),
        ({"name": "Ramesh", "purpose": "x"}, ["/purpose"]),
        ({"name": "Ramesh", "purpose": "     \t  "}, ["/purpose"]),
        ({"name": "Ramesh", "purpose": "why \x00 not"}, ["/purpose"]),
        ({"name": "Ramesh", "worker_id": str(uuid4())}, ["/name"]),
        ({"phone": "12345678901"}, ["/phone"]),
        ({"office": "king"}, ["/office"]),
        ({"place": "a\x00b"}, ["/place"]),
    ],
)
async def test_a_wrong_look_up_is_refused_and_leaves_no_trail(
    registry: Harness, body: dict[str, Any], where: list[str]
) -> None:
    answer = await cross_check(registry, world.at(STATE), **body)
    assert (answer.status_code, world.pointers(answer)) == (422, where)
    assert await world.value(registry, "SELECT count(*) FROM audit_entries") == 0


async def test_any_office_learns_yes_and_the_unit_and_nothing_else(registry: Harness) -> None:
    worker = await world.enrolled(registry, booth=TWIN_BOOTH)
    for body in ({"phone": "+916000000001"}, {"worker_id": worker["id"]}):
        answer = await ask(registry, world.at(BOOTH), **body)
        unit = {"id": str(world.unit_id(TWIN_BOOTH)), "name_hi": "इकाई", "name_en": f"Unit {TWIN_BOOTH}"}
        assert answer.json() == {"one_of_ours": True, "unit": unit, "status": "active"}


async def test_an_impostor_and_a_withdrawn_worker_are_none_of_ours(registry: Harness) -> None:
    worker = await world.enrolled(registry, booth=TWIN_BOOTH)
    await world.withdraw(registry, world.at(TWIN_BOOTH), worker["id"])
    for body in ({"phone": "+916000000001"}, {"worker_id": worker["id"]}):
        answer = await ask(registry, world.at(BOOTH), **body)
        assert answer.json() == {"one_of_ours": False, "unit": None, "status": None}


async def test_the_unit_concerned_is_told_and_has_it_on_its_trail(registry: Harness) -> None:
    await world.enrolled(registry, booth=TWIN_BOOTH)
    asker = world.at(BOOTH)
    await ask(registry, asker, phone="+916000000001")
    row = (await world.rows(registry, "SELECT subject, body FROM outbox WHERE type = $1", WorkerAsked.type))[0]
    event = msgspec.json.decode(row["body"], type=WorkerAsked)
    assert row["subject"].endswith(TWIN_BOOTH.rstrip("."))
    assert (event.asked_by, event.unit_id) == (asker.person_id, world.unit_id(TWIN_BOOTH))
    seen = (await trail(registry, world.at(TWIN))).json()["items"]
    assert next((e["action"], e["person_id"]) for e in seen) == ("worker.ask", str(asker.person_id))


async def test_a_question_about_nobody_is_on_the_askers_own_trail(registry: Harness) -> None:
    await ask(registry, world.at(BOOTH), phone="+916000000001")
    assert [entry["action"] for entry in (await trail(registry, world.at(DISTRICT))).json()["items"]] == ["worker.ask"]


async def test_questions_are_counted_per_person_and_day(registry: Harness, clock: FixedClock) -> None:
    asker = world.at(BOOTH)
    for _ in range(3):
        assert (await ask(registry, asker, phone="+916000000001")).status_code == 200
    refused = await ask(registry, asker, phone="+916000000001")
    assert (refused.status_code, refused.json()["type"]) == (429, "urn:sangathan:problem:questions-used-up")
    assert 0 < int(refused.headers["retry-after"]) <= 86_400
    assert (await ask(registry, world.at(BOOTH), phone="+916000000001")).status_code == 200
    clock.pass_time(timedelta(days=1))
    assert (await ask(registry, asker, phone="+916000000001")).status_code == 200


async def test_a_row_of_numbers_is_not_harvested_by_asking_at_once_or_from_another_office(registry: Harness) -> None:
    asker = world.at(BOOTH)
    elsewhere = world.at(MANDAL, person_id=asker.person_id)
    numbers = [f"+9160000001{number:02}" for number in range(8)]
    answers = await asyncio.gather(
        *(ask(registry, who, phone=phone) for who, phone in zip((asker, elsewhere) * 4, numbers, strict=True))
    )
    assert sorted(one.status_code for one in answers) == [200] * 3 + [429] * 5
    assert not any("one_of_ours" in one.text for one in answers if one.status_code == 429)
    assert await world.value(registry, "SELECT count(*) FROM audit_entries WHERE outcome = 'done'") == 3


@pytest.mark.parametrize("body", [{}, {"phone": "+916000000001", "worker_id": str(uuid4())}, {"phone": "1234567890"}])
async def test_a_wrong_question_is_refused_and_not_counted(registry: Harness, body: dict[str, Any]) -> None:
    assert (await ask(registry, world.at(BOOTH), **body)).status_code == 422
    assert await world.value(registry, "SELECT count(*) FROM question_tallies") == 0


async def test_the_widened_scope_ends_with_the_look_up(registry: Harness) -> None:
    from sangathan_chassis.scope import Scope  # noqa: PLC0415
    from sangathan_registry.queries.whole_record import beyond_scope  # noqa: PLC0415

    await world.enrolled(registry, booth=TWIN_BOOTH)
    async with registry.database.work(Scope.subtree(BOOTH)) as work:
        async with beyond_scope(work):
            assert await work.raw.fetchval("SELECT count(*) FROM workers") == 1
        assert await work.raw.fetchval("SELECT count(*) FROM workers") == 0
        assert work.scope == Scope.subtree(BOOTH)


async def test_the_trail_is_exactly_the_scope_newest_first_page_by_page(registry: Harness) -> None:
    for booth in (BOOTH, FAR_BOOTH, TWIN_BOOTH, BOOTH):
        await world.enrolled(registry, booth=booth)
    pages, cursor = [], None
    while True:
        params: dict[str, Any] = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await trail(registry, world.at(DISTRICT), **params)).json()
        pages.append([entry["unit_id"] for entry in page["items"]])
        cursor = page["next"]
        if cursor is None:
            break
    booth, far = str(world.unit_id(BOOTH)), str(world.unit_id(FAR_BOOTH))
    assert pages == [[booth, far], [booth]]
    narrowed = (await trail(registry, world.at(DISTRICT), unit_id=str(world.unit_id(MANDAL)))).json()["items"]
    assert [entry["unit_id"] for entry in narrowed] == [booth, booth]
    assert (await trail(registry, world.at(DISTRICT), unit_id=str(world.unit_id(TWIN)))).status_code == 404
