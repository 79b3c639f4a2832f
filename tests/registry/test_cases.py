"""Cases: from the claim to people's decision, with every step on the trail and nothing outside the scope."""

from typing import Any

import msgspec
import pytest

from sangathan_contracts.registry import CaseDecided, CaseOpened, CasePassedOn
from sangathan_testkit.harness import Harness
from tests.registry import cases, world
from tests.registry.world import BOOTH, DISTRICT, MANDAL, NATION, NEXT_BOOTH, NEXT_MANDAL, STATE, TWIN, TWIN_BOOTH


async def events(service: Harness, event: type[Any]) -> list[Any]:
    rows = await world.rows(service, "SELECT body FROM outbox WHERE type = $1 ORDER BY seq", event.type)
    return [msgspec.json.decode(row["body"], type=event) for row in rows]


async def test_an_officers_case_is_seen_by_the_unit_and_those_above_and_by_nobody_beside(registry: Harness) -> None:
    case = await cases.opened(registry, world.at(BOOTH))
    assert (case["status"], case["source"], case["version"]) == ("opened", "officer", 1)
    assert case["claim"] == {**cases.CLAIMED, "phone": "+916000000099", "what": cases.WHAT}
    for path in (BOOTH, MANDAL, DISTRICT, STATE, NATION):
        assert (await cases.read(registry, world.at(path), case["id"])).json()["reference"] == case["reference"]
    missing = (await cases.read(registry, world.at(TWIN), "0190d2f0-6c1e-7000-8000-000000000001")).json()
    for path in (NEXT_BOOTH, NEXT_MANDAL, TWIN, TWIN_BOOTH):
        answer = await cases.read(registry, world.at(path), case["id"])
        assert (answer.status_code, answer.json() | {"trace_id": 0}) == (404, missing | {"trace_id": 0})
        listed = await registry.ask("GET", "/v1/cases", action="case.read", person=world.at(path))
        assert listed.json()["items"] == []


async def test_a_case_at_a_unit_outside_is_refused_as_at_one_that_does_not_exist(registry: Harness) -> None:
    answer = await cases.open_case(registry, world.at(BOOTH), booth=NEXT_BOOTH)
    assert (answer.status_code, world.pointers(answer)) == (404, ["/unit_id"])
    assert await world.size(registry, "cases") == 0


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"claim": {}}, ["/claim"]),
        ({"claim": {"place": "Booth 171"}}, ["/claim"]),
        ({"claim": {"name": "a\x00b"}}, ["/claim/name"]),
        ({"what": "too short"}, ["/what"]),
        ({"what": "eleven cha\x07"}, ["/what"]),
        ({"happened_on": "2022-02-19"}, ["/happened_on"]),
    ],
)
async def test_a_wrong_claim_is_pointed_at(registry: Harness, changes: dict[str, Any], where: list[str]) -> None:
    answer = await cases.open_case(registry, world.at(BOOTH), **changes)
    assert (answer.status_code, world.pointers(answer)) == (422, where)


async def test_a_dump_shows_nothing_of_what_was_claimed_noted_or_left_as_contact(registry: Harness) -> None:
    case = await cases.looked_at(registry, world.at(BOOTH))
    await cases.decided(registry, world.at(MANDAL), case)
    await cases.report(registry)
    dump = ""
    for table in ("cases", "case_steps", "case_statements"):
        for row in await world.rows(registry, f"TABLE {table}"):
            dump += " ".join(value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in row)
    for secret in ("6000000099", "Booth 171", "threatened", "6000000077", "knows him"):
        assert secret not in dump


async def test_people_go_from_opened_over_looked_at_to_a_decision(registry: Harness) -> None:
    case = await cases.opened(registry, world.at(BOOTH))
    early = await cases.decide(registry, world.at(MANDAL), case)
    assert (early.status_code, early.json()["type"]) == (409, "urn:sangathan:problem:case-not-looked-at")
    case = (await cases.step(registry, world.at(BOOTH), case, remark="Asked at the shop")).json()
    case = await cases.decided(registry, world.at(MANDAL), case, outcome="unknown")
    assert (case["status"], case["outcome"], case["statements"]) == ("decided", "unknown", [])
    assert [(s["kind"], s["outcome"], s["note"], s["office"]) for s in case["steps"]] == [
        ("opened", None, None, "booth-president"),
        ("looked-at", None, "Asked at the shop", "booth-president"),
        ("decided", "unknown", "Nobody at the booth knows him", "mandal-president"),
    ]
    again = await cases.step(registry, world.at(BOOTH), case)
    assert (again.status_code, again.json()["type"]) == (409, "urn:sangathan:problem:case-over")
    reference = f"case {case['reference']}"
    trail = await world.rows(registry, "SELECT action, purpose, path FROM audit_entries ORDER BY id")
    assert [tuple(entry) for entry in trail] == [
        (action, reference, BOOTH) for action in ("case.open", "case.handle", "case.decide")
    ]


async def test_who_is_late_is_told_and_who_names_no_version_too(registry: Harness) -> None:
    case = await cases.opened(registry, world.at(BOOTH))
    await cases.step(registry, world.at(BOOTH), case)
    assert (await cases.step(registry, world.at(MANDAL), case)).status_code == 412
    assert (await cases.decide(registry, world.at(MANDAL), case)).status_code == 412
    path = f"/v1/cases/{case['id']}/steps"
    bare = await registry.ask("POST", path, action="case.handle", person=world.at(BOOTH), json={"step": "looked-at"})
    assert bare.status_code == 428


async def test_a_case_is_passed_on_within_the_own_range_with_all_that_belongs_to_it(registry: Harness) -> None:
    case = await cases.looked_at(registry, world.at(BOOTH))
    unit = str(world.unit_id(NEXT_BOOTH))
    beyond = await cases.step(registry, world.at(BOOTH), case, step="passed-on", unit_id=unit)
    assert (beyond.status_code, world.pointers(beyond)) == (404, ["/unit_id"])
    nowhere = await cases.step(registry, world.at(MANDAL), case, step="passed-on")
    assert (nowhere.status_code, world.pointers(nowhere)) == (422, ["/unit_id"])
    moved = (await cases.step(registry, world.at(MANDAL), case, step="passed-on", unit_id=unit)).json()
    assert moved["unit_id"] == unit
    assert (await cases.read(registry, world.at(BOOTH), case["id"])).status_code == 404
    assert len((await cases.read(registry, world.at(NEXT_BOOTH), case["id"])).json()["steps"]) == 3
    (event,) = await events(registry, CasePassedOn)
    assert (event.unit_id, event.version) == (world.unit_id(NEXT_BOOTH), 3)


async def test_a_case_moves_with_its_unit(registry: Harness) -> None:
    case = await cases.looked_at(registry, world.at(BOOTH))
    await world.move(registry, MANDAL, "in.mp.d070.v3.m9.")
    assert (await cases.read(registry, world.at(TWIN, tree_version=2), case["id"])).status_code == 200
    assert (await cases.read(registry, world.at(DISTRICT, tree_version=2), case["id"])).status_code == 404


async def test_the_public_learns_a_number_and_nothing_else_whatever_is_on_record(registry: Harness) -> None:
    await world.enrolled(registry, phone="+916000000099")
    known = await cases.report(registry, unit_id=str(world.unit_id(BOOTH)))
    for other in (
        await cases.report(registry, unit_id="00000000-0000-4000-8000-000000000000"),
        await cases.report(registry, claim={"name": "Nobody At All"}, contact=None),
    ):
        assert (other.status_code, list(other.json())) == (known.status_code, list(known.json()))
        assert len(other.content) == len(known.content)
    assert await world.paths(registry, "cases") == {BOOTH, NATION}
    assert await world.value(registry, "SELECT count(*) FROM audit_entries WHERE action = 'case.report'") == 0


async def test_a_report_of_the_public_is_looked_at_where_it_was_sent(registry: Harness) -> None:
    reference = (await cases.report(registry, unit_id=str(world.unit_id(BOOTH)))).json()["reference"]
    listed = await registry.ask("GET", "/v1/cases", action="case.read", person=world.at(BOOTH))
    (line,) = listed.json()["items"]
    assert (line["reference"], line["source"]) == (reference, "public")
    (event,) = await events(registry, CaseOpened)
    assert (event.unit_id, event.source) == (world.unit_id(BOOTH), "public")
    contact = await cases.reporter(registry, world.at(DISTRICT), line["id"])
    assert contact.json() == {"contact": cases.CONTACT}
    assert cases.CONTACT not in (await cases.read(registry, world.at(DISTRICT), line["id"])).text
    last = await world.rows(registry, "SELECT action, fields FROM audit_entries ORDER BY id")
    assert [(row["action"], row["fields"]) for row in last] == [("case.contact", ["contact"]), ("case.read", None)]


async def test_matches_are_evidence_by_phone_name_and_office(registry: Harness) -> None:
    president = await cases.put_holder(registry, BOOTH)
    worker = await world.enrolled(registry, name_hi="कोई बहुरूपिया", name_en=None, phone="+916000000098")
    other = await world.enrolled(registry, booth=TWIN_BOOTH, name_hi="रमेश नमूना", phone="+916000000099")
    await world.rows(registry, "UPDATE workers SET person_id = $1 WHERE id = $2", president, worker["id"])
    await world.matched(registry)
    earlier = await cases.opened(registry, world.at(NEXT_BOOTH), booth=NEXT_BOOTH)
    case = await cases.opened(registry, world.at(BOOTH))
    found = (await cases.matches(registry, world.at(MANDAL), case["id"])).json()
    assert found["phone"]["on_record"] is True
    assert [unit["id"] for unit in found["phone"]["units"]] == [str(world.unit_id(TWIN_BOOTH))]
    assert [one["worker_id"] for one in found["names"]] == [worker["id"]], "the twin's is beyond the mandal's sight"
    assert found["names"][0]["evidence"]["name"] > 0 > found["names"][0]["evidence"]["phone"]
    (holder,) = found["office"]["holders"]
    assert (holder["person_id"], holder["worker_id"]) == (str(president), worker["id"])
    assert [one["id"] for one in found["other_cases"]] == [earlier["id"]]
    assert (await cases.read(registry, world.at(MANDAL), case["id"])).json()["status"] == "opened"
    told = await world.rows(registry, "SELECT path FROM audit_entries WHERE action = 'case.read' ORDER BY id")
    assert [row["path"] for row in told][:2] == [TWIN_BOOTH, BOOTH]
    assert other["id"] not in str(found)


async def test_asking_for_matches_by_phone_counts_among_the_days_questions(registry: Harness) -> None:
    case, person = await cases.opened(registry, world.at(BOOTH)), world.at(BOOTH)
    for _ in range(3):
        assert (await cases.matches(registry, person, case["id"])).status_code == 200
    assert (await cases.matches(registry, person, case["id"])).status_code == 429


async def test_a_decision_tells_the_units_that_it_concerns(registry: Harness) -> None:
    worker = await world.enrolled(registry, booth=NEXT_BOOTH)
    case = await cases.looked_at(registry, world.at(BOOTH))
    await cases.decided(registry, world.at(MANDAL), case, outcome="one-of-ours", worker_id=worker["id"])
    (event,) = await events(registry, CaseDecided)
    assert (event.outcome, set(event.units)) == (
        "one-of-ours",
        {world.unit_id(BOOTH), world.unit_id(NEXT_BOOTH)},
    )


async def test_one_of_ours_needs_a_worker_whom_the_decider_sees_and_is_not(registry: Harness) -> None:
    case, mandal = await cases.looked_at(registry, world.at(BOOTH)), world.at(MANDAL)
    assert (await cases.decide(registry, mandal, case, outcome="one-of-ours")).status_code == 422
    worker = await world.enrolled(registry)
    assert (await cases.decide(registry, mandal, case, worker_id=worker["id"])).status_code == 422
    elsewhere = await world.enrolled(registry, booth=TWIN_BOOTH)
    ours = {"outcome": "one-of-ours"}
    outside = await cases.decide(registry, mandal, case, **ours, worker_id=elsewhere["id"])
    assert (outside.status_code, world.pointers(outside)) == (404, ["/worker_id"])
    await world.rows(registry, "UPDATE workers SET person_id = $1 WHERE id = $2", mandal.person_id, worker["id"])
    own = await cases.decide(registry, mandal, case, **ours, worker_id=worker["id"])
    assert (own.status_code, own.json()["type"]) == (403, "urn:sangathan:problem:second-person-needed")
