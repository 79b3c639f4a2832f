"""A record is denied in one tap; grievances are filed without an account, and answered in time or passed up."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import Response

from sangathan_registry.commands.purge_erased import purge_some
from sangathan_registry.commands.watch_grievances import watch_some
from sangathan_registry.domain.grievances import clock as the_clock
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness, Person
from tests.registry import world
from tests.registry.asking import PHONE, Phones, confirm, counted, sealer_of, want_code, write_to_new
from tests.registry.world import BOOTH, DISTRICT, MANDAL, NEXT_BOOTH, NEXT_MANDAL, TWIN, VIDHAN_SABHA

ANSWER = {"hi": "सुधार कर दिया गया", "en": "It has been corrected"}


@pytest.fixture
def phones() -> Phones:
    return Phones()


async def deny(service: Harness, **body: Any) -> Response:
    return await service.ask("POST", "/v1/record-denials", action="record.deny", json=body)


async def file(service: Harness, **body: Any) -> Response:
    body = {"kind": "correction", "told": "My name is spelt wrongly"} | body
    return await service.ask("POST", "/v1/grievances", action="grievance.file", json=body)


async def file_own(service: Harness, person: Person, **body: Any) -> Response:
    body = {"kind": "access", "told": "Show me what you hold"} | body
    return await service.ask("POST", "/v1/my-grievances", action="grievance.own", person=person, json=body)


async def state(service: Harness, reference: str, secret: str) -> Response:
    body = {"reference": reference, "secret": secret}
    return await service.ask("POST", "/v1/grievance-states", action="grievance.file", json=body)


async def listed(service: Harness, person: Person, **params: Any) -> list[dict[str, Any]]:
    answer = await service.ask("GET", "/v1/grievances", action="grievance.read", person=person, params=params)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def answer(service: Harness, person: Person, grievance_id: str, **body: Any) -> Response:
    path, body = f"/v1/grievances/{grievance_id}/answers", {"reply": ANSWER} | body
    return await service.ask("POST", path, action="grievance.answer", person=person, json=body)


async def numbers(service: Harness, path: str) -> tuple[int, int]:
    params: dict[str, str | int] = {"unit_id": str(world.unit_id(path))}
    where, person = "/v1/grievance-counts", world.at(path)
    told = (await service.ask("GET", where, action="grievance.read", person=person, params=params)).json()["unit"]
    return told["open"], told["overdue"]


async def denied(service: Harness, phones: Phones, **changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A record whose person has said that it is not about them, and the grievance as the mandal sees it."""
    worker = await world.enrolled(service, **changes)
    await write_to_new(service, phones)
    assert (await deny(service, link=phones.link)).status_code == 201
    return worker, (await listed(service, world.at(MANDAL)))[0]


@pytest.mark.parametrize("kind", ["access", "correction", "erasure", "consent", "other", "not-me"])
def test_every_kind_has_a_date_and_a_reminder_before_it(kind: str) -> None:
    due = the_clock().due_at(kind, world.NOW)
    assert world.NOW < the_clock().first_look(kind, world.NOW) < due
    assert the_clock().next_look(due, due) > due


async def test_one_tap_takes_the_record_out_of_sight_and_asks_the_unit_above(registry: Harness, phones: Phones) -> None:
    worker, grievance = await denied(registry, phones)
    assert (grievance["kind"], grievance["unit_id"]) == ("not-me", str(world.unit_id(MANDAL)))
    assert (await world.listed(registry, world.at(BOOTH))).json()["items"] == []
    found = await world.searched(registry, world.at(BOOTH), name="Ramesh")
    assert found.json()["items"] == []
    read = (await world.read(registry, world.at(BOOTH), worker["id"])).json()
    assert (read["status"], read["name_en"], read["phone"]) == ("held", None, None)
    assert await world.counted(registry, world.at(BOOTH), BOOTH) == 0
    assert await counted(registry, BOOTH) == {"denied": 1}
    kept = str([dict(row) for row in await world.rows(registry, "SELECT * FROM workers")])
    assert "Ramesh" not in kept
    told = "SELECT captured_by IS NOT NULL, recorded_unit_id FROM denials"
    assert tuple((await world.rows(registry, told))[0]) == (True, world.unit_id(BOOTH))
    assert await world.value(registry, "SELECT count(*) FROM outbox WHERE type = 'registry.record.denied.v1'") == 1
    for path in (BOOTH, NEXT_BOOTH, NEXT_MANDAL, TWIN):
        assert await listed(registry, world.at(path)) == [], "nobody below or beside sees who said so"
    assert (await confirm(registry, link=phones.link, code=phones.code)).status_code == 403


async def test_a_second_tap_is_the_same_denial(registry: Harness, phones: Phones) -> None:
    await world.enrolled(registry)
    await write_to_new(registry, phones)
    first, second = [(await deny(registry, link=phones.link)).json() for _ in range(2)]
    assert first["reference"] == second["reference"]
    assert (first["secret"] is not None, second["secret"]) == (True, None)
    assert await world.size(registry, "denials") == 1


async def test_who_shares_the_phone_is_not_touched(registry: Harness, phones: Phones) -> None:
    for name in ("Ramesh Namuna", "Sunita Namuna"):
        await world.enrolled(registry, name_en=name)
    await write_to_new(registry, phones)
    await deny(registry, link=phones.link)
    assert len((await world.listed(registry, world.at(BOOTH))).json()["items"]) == 1


@pytest.mark.parametrize("body", [{"link": "sgk_nothing-of-the-kind"}, {"phone": PHONE, "code": "000000"}])
async def test_without_a_good_link_or_code_nothing_is_denied_or_filed(registry: Harness, body: dict[str, str]) -> None:
    await world.enrolled(registry)
    assert (await deny(registry, **body)).status_code == 403
    assert (await file(registry, **body)).status_code == 403
    assert await world.size(registry, "grievances") == 0


async def test_a_held_record_is_neither_erased_nor_withdrawn_nor_shown_around_the_decision(
    registry: Harness, phones: Phones
) -> None:
    worker, _ = await denied(registry, phones)
    path = f"/v1/workers/{worker['id']}"
    erase = await registry.ask("POST", f"{path}/erasures", action="worker.erase", person=world.at(BOOTH), json={})
    file_ = await registry.ask("GET", f"{path}/access-file", action="worker.access-file", person=world.at(BOOTH))
    gone = await world.withdraw(registry, world.at(BOOTH), worker["id"])
    assert [one.status_code for one in (erase, file_, gone)] == [409, 409, 409]


@pytest.mark.parametrize(
    ("found", "status", "phone", "state_after"),
    [
        ("theirs", "active", PHONE, {"waiting": 1}),
        ("wrong-number", "active", None, {"unreached": 1}),
        ("erased", "erased", None, {"denied": 1}),
    ],
)
async def test_an_office_bearer_decides_and_the_record_comes_back_or_goes(
    registry: Harness, phones: Phones, *, found: str, status: str, phone: str | None, state_after: dict[str, int]
) -> None:
    worker, grievance = await denied(registry, phones)
    done = await answer(registry, world.at(MANDAL), grievance["id"], found=found)
    assert (done.status_code, done.json()["outcome"]) == (200, found), done.text
    read = (await world.read(registry, world.at(BOOTH), worker["id"])).json()
    assert (read["status"], read["phone"]) == (status, phone)
    assert await world.counted(registry, world.at(BOOTH), BOOTH) == (1 if status == "active" else 0)
    assert await counted(registry, BOOTH) == state_after
    assert await world.value(registry, "SELECT sealed FROM denials") is None
    assert (await answer(registry, world.at(MANDAL), grievance["id"], found=found)).status_code == 409


async def test_who_recorded_somebody_does_not_decide_whether_rightly(registry: Harness, phones: Phones) -> None:
    _, grievance = await denied(registry, phones)
    captor = await world.value(registry, "SELECT captured_by FROM denials")
    same = world.at(MANDAL, person_id=captor)
    assert (await answer(registry, same, grievance["id"], found="theirs")).status_code == 403
    assert (await answer(registry, world.at(MANDAL), grievance["id"])).status_code == 422
    assert (await answer(registry, world.at(NEXT_MANDAL), grievance["id"], found="theirs")).status_code == 404


async def test_a_grievance_is_filed_by_a_code_answered_and_read_by_its_secret(
    registry: Harness, phones: Phones
) -> None:
    await world.enrolled(registry)
    await want_code(registry, phones)
    filed = await file(registry, phone=PHONE, code=phones.code)
    assert filed.status_code == 201, filed.text
    told = filed.json()
    [line] = await listed(registry, world.at(BOOTH))
    assert (line["kind"], line["source"], "told" in line) == ("correction", "code", False)
    path = f"/v1/grievances/{line['id']}"
    whole = await registry.ask("GET", path, action="grievance.read", person=world.at(BOOTH))
    assert whole.json()["told"] == "My name is spelt wrongly"
    noted = await world.value(registry, "SELECT purpose FROM audit_entries WHERE action = 'grievance.read'")
    assert noted == f"grievance {told['reference']}"
    assert (await state(registry, told["reference"], told["secret"].lower())).json()["status"] == "open"
    assert (await answer(registry, world.at(BOOTH), line["id"], reply={})).status_code == 422
    assert (await answer(registry, world.at(BOOTH), line["id"])).status_code == 200
    after = (await state(registry, told["reference"], told["secret"])).json()
    assert (after["status"], after["answer"]) == ("answered", ANSWER)
    for reference, secret in ((told["reference"], "0000000000"), ("00000-00000", told["secret"])):
        assert (await state(registry, reference, secret)).status_code == 404
    kept = str([dict(row) for row in await world.rows(registry, "SELECT * FROM grievances")])
    assert "spelt" not in kept
    assert "corrected" not in kept


async def test_whoever_is_signed_in_files_one_and_nobody_elses_is_theirs(registry: Harness) -> None:
    await world.enrolled(registry)
    me = Person(person_id=uuid4())
    assert (await file_own(registry, me)).status_code == 404
    await world.rows(registry, "UPDATE workers SET person_id = $1", me.person_id)
    assert (await file_own(registry, me)).status_code == 201
    for person, kinds in ((me, ["access"]), (Person(person_id=uuid4()), [])):
        mine = await registry.ask("GET", "/v1/my-grievances", action="grievance.own", person=person)
        assert [one["kind"] for one in mine.json()["items"]] == kinds


async def test_an_office_bearer_takes_down_what_a_person_says_who_comes_by(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    path, body = f"/v1/workers/{worker['id']}/grievances", {"kind": "consent", "told": "I never agreed to this"}
    for at, status in ((BOOTH, 201), (NEXT_BOOTH, 404)):
        taken = await registry.ask("POST", path, action="grievance.take", person=world.at(at), json=body)
        assert taken.status_code == status
    assert [one["source"] for one in await listed(registry, world.at(BOOTH))] == ["office"]


async def test_what_is_not_answered_is_reminded_of_and_goes_up_step_by_step(
    registry: Harness, clock: FixedClock
) -> None:
    await world.enrolled(registry)
    me = Person(person_id=uuid4())
    await world.rows(registry, "UPDATE workers SET person_id = $1", me.person_id)
    await file_own(registry, me)
    stages = "SELECT convert_from(body, 'UTF8')::jsonb->>'stage' FROM outbox WHERE type = 'registry.grievance.due.v1'"
    seen = []
    for days in (23, 7, 7, 1):
        clock.pass_time(timedelta(days=days))
        await watch_some(registry.database, sealer_of(registry))
        seen.append((len(await listed(registry, world.at(BOOTH))), await numbers(registry, VIDHAN_SABHA)))
    assert seen == [(1, (1, 0)), (0, (1, 1)), (0, (1, 1)), (0, (1, 1))]
    assert [row[0] for row in await world.rows(registry, stages)] == ["due-soon", "escalated", "escalated"]
    assert (await listed(registry, world.at(MANDAL))) == []
    assert [one["escalations"] for one in await listed(registry, world.at(VIDHAN_SABHA))] == [2]
    assert await numbers(registry, TWIN) == (0, 0)


async def test_the_list_begins_with_what_is_due_first_and_has_pages(registry: Harness) -> None:
    await world.enrolled(registry)
    me = Person(person_id=uuid4())
    await world.rows(registry, "UPDATE workers SET person_id = $1", me.person_id)
    for kind in ("other", "consent", "access"):
        await file_own(registry, me, kind=kind)
    assert (await listed(registry, world.at(DISTRICT)))[0]["kind"] == "consent"
    ids, cursor = [], None
    while True:
        params: dict[str, str | int] = {"limit": 1, **({"cursor": cursor} if cursor else {})}
        page = await registry.ask(
            "GET", "/v1/grievances", action="grievance.read", person=world.at(DISTRICT), params=params
        )
        ids += [one["id"] for one in page.json()["items"]]
        cursor = page.json()["next"]
        if cursor is None:
            break
    assert len(ids) == len(set(ids)) == 3
    assert [one["kind"] for one in await listed(registry, world.at(BOOTH), kind="access")] == ["access"]


async def test_an_erased_person_s_words_go_on_their_date(registry: Harness, clock: FixedClock) -> None:

    worker = await world.enrolled(registry)
    me = Person(person_id=uuid4())
    await world.rows(registry, "UPDATE workers SET person_id = $1", me.person_id)
    await file_own(registry, me)
    file_ = await registry.ask("GET", "/v1/my-access-file", action="access-file.own", person=me)
    assert file_.json()["grievances"][0]["content"]["told"] == "Show me what you hold"
    path = f"/v1/workers/{worker['id']}/erasures"
    await registry.ask("POST", path, action="worker.erase", person=world.at(BOOTH), json={})
    clock.pass_time(timedelta(days=31))
    await purge_some(registry.database)
    row = (await world.rows(registry, "SELECT told, answer, person_id FROM grievances"))[0]
    assert list(row) == [None, None, None]
    assert UUID(worker["id"]) == await world.value(registry, "SELECT worker_id FROM grievances")
