"""Appointing from above, and ending what was given."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from httpx import Response

from sangathan_testkit.harness import Harness, Person
from tests.identity import world
from tests.identity.asking import events, problem, rows, said

STATE = world.holder(world.STATE)
DISTRICT = world.holder(world.DISTRICT)
MANDAL = world.holder(world.MANDAL)
NEWCOMER = {"name_hi": "नया नमूना", "name_en": "Naya Namuna", "phone": "60090 00001"}


async def appoint(identity: Harness, caller: Person, **change: Any) -> Response:
    body = {"person": NEWCOMER, "office": "booth-president", "unit_id": str(world.unit_id(world.BOOTH)), **change}
    body = {name: value for name, value in body.items() if value is not None}
    return await identity.ask("POST", "/v1/appointments", action="appointment.make", person=caller, json=body)


async def end(identity: Harness, person: Person, whose: Person) -> Response:
    path = f"/v1/appointments/{whose.appointment_id}/endings"
    return await identity.ask("POST", path, action="appointment.end", person=person)


async def listed(identity: Harness, person: Person, **params: str | int) -> Response:
    return await identity.ask(
        "GET", "/v1/appointments", action="appointment.list", person=person, params=params or None
    )


async def test_a_district_sees_the_offices_of_its_own_units(identity: Harness) -> None:
    items = (await listed(identity, DISTRICT, limit=200)).json()["items"]
    assert {one["path"] for one in items} == {path for path in world.PATHS if path.startswith(world.DISTRICT)}


async def test_appointments_are_filtered_by_unit_and_office(identity: Harness) -> None:
    answer = await listed(identity, STATE, unit_id=str(world.unit_id(world.MANDAL)), office="booth-president")
    assert [one["path"] for one in answer.json()["items"]] == [world.BOOTH, world.NEXT_BOOTH]


async def test_a_unit_outside_the_scope_is_no_filter(identity: Harness) -> None:
    assert (await listed(identity, DISTRICT, unit_id=str(world.unit_id(world.TWIN)))).status_code == 404


async def test_appointments_come_in_pages_without_gap_or_double(identity: Harness) -> None:
    seen: list[str] = []
    params: dict[str, str | int] = {"limit": 3}
    while True:
        page = (await listed(identity, STATE, **params)).json()
        seen += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        params["cursor"] = page["next"]
    mine = [one for one in world.holders() if one.path.startswith(world.STATE)]
    assert sorted(seen) == sorted(str(one.appointment_id) for one in mine)


async def test_an_ended_appointment_is_listed_among_the_past(identity: Harness) -> None:
    await end(identity, DISTRICT, world.holder(world.BOOTH))
    past = (await listed(identity, DISTRICT, standing="past")).json()["items"]
    assert [one["id"] for one in past] == [str(world.holder(world.BOOTH).appointment_id)]


@pytest.mark.parametrize("outside", [world.TWIN, world.STATE, "in.mp.d08."])
async def test_an_appointment_outside_reads_like_none(identity: Harness, outside: str) -> None:
    answers = [
        await identity.ask("GET", f"/v1/appointments/{id_}", action="appointment.list", person=DISTRICT)
        for id_ in (world.holder(outside).appointment_id, uuid4())
    ]
    assert said(answers[0]) == said(answers[1])


async def test_an_appointment_names_person_office_and_unit(identity: Harness) -> None:
    path = f"/v1/appointments/{world.holder(world.BOOTH).appointment_id}"
    one = (await identity.ask("GET", path, action="appointment.list", person=DISTRICT)).json()
    assert (one["person_name_hi"], one["office_name_en"], one["unit_name_hi"]) == (
        f"नमूना {world.BOOTH}",
        "Booth President",
        f"इकाई {world.BOOTH}",
    )


async def test_a_newcomer_is_appointed(identity: Harness) -> None:
    answer = await appoint(identity, MANDAL)
    assert (answer.status_code, answer.json()["person_name_hi"]) == (201, "नया नमूना")


async def test_an_appointment_names_who_appointed(identity: Harness) -> None:
    assert (await appoint(identity, MANDAL)).json()["appointed_by"] == str(MANDAL.person_id)


async def test_an_appointment_is_announced(identity: Harness) -> None:
    made = (await appoint(identity, MANDAL)).json()
    [event] = await events(identity, "identity.appointment.made.v1")
    assert (event["appointment"]["appointment_id"], event["appointment"]["version"]) == (made["id"], 1)


async def test_an_appointment_is_on_the_trail(identity: Harness) -> None:
    made = (await appoint(identity, MANDAL)).json()
    [row] = await rows(identity, "SELECT action AS act, subject_id::text, person_id FROM audit_entries")
    assert tuple(row.values()) == ("appointment.make", made["id"], MANDAL.person_id)


async def test_a_known_person_is_appointed_by_id(identity: Harness) -> None:
    known = world.holder(world.NEXT_BOOTH)
    answer = await appoint(identity, MANDAL, person=None, person_id=str(known.person_id))
    assert answer.json()["person_id"] == str(known.person_id)


async def test_a_known_number_with_its_persons_name_is_the_same_person(identity: Harness) -> None:
    known = world.holder(world.NEXT_BOOTH)
    person = {"name_hi": f"नमूना {known.path}", "name_en": "?", "phone": world.phone(known)}
    assert (await appoint(identity, MANDAL, person=person)).json()["person_id"] == str(known.person_id)


async def test_a_known_number_with_another_name_is_refused(identity: Harness) -> None:
    person = {**NEWCOMER, "phone": world.phone(world.holder(world.NEXT_BOOTH))}
    answer = await appoint(identity, MANDAL, person=person)
    assert (problem(answer), answer.json()["errors"][0]["pointer"]) == ("phone-taken", "/person/phone")


async def test_who_names_others_numbers_again_and_again_is_told_no_more_that_day(identity: Harness) -> None:
    taken = [{**NEWCOMER, "phone": world.phone(one)} for one in world.holders()[:4]]
    answers = [problem(await appoint(identity, MANDAL, person=person)) for person in taken]
    assert answers == ["phone-taken"] * 3 + ["numbers-used-up"]
    assert problem(await appoint(identity, MANDAL)) == "numbers-used-up"
    known = str(world.holder(world.NEXT_BOOTH).person_id)
    assert (await appoint(identity, MANDAL, person=None, person_id=known)).status_code == 201


async def test_a_number_is_kept_sealed(identity: Harness) -> None:
    await appoint(identity, MANDAL)
    lines = str([row["line"] for row in await rows(identity, "SELECT persons::text AS line FROM persons")])
    assert "6009000001" not in lines
    assert b"6009000001".hex() not in lines


async def test_an_office_that_is_not_ones_to_give_is_refused(identity: Harness) -> None:
    answer = await appoint(identity, MANDAL, office="mandal-president", unit_id=str(world.unit_id(world.MANDAL)))
    assert problem(answer) == "office-not-yours-to-give"


async def test_nobody_appoints_outside_the_own_unit(identity: Harness) -> None:
    answer = await appoint(identity, MANDAL, unit_id=str(world.unit_id("in.mp.d07.v1.m2.b3.")))
    assert answer.status_code == 404


async def test_an_office_is_given_only_at_its_own_level(identity: Harness) -> None:
    answer = await appoint(identity, MANDAL, unit_id=str(world.unit_id(world.MANDAL)))
    assert problem(answer) == "wrong-level"


async def test_an_unknown_office_is_refused_with_those_there_are(identity: Harness) -> None:
    answer = await appoint(identity, MANDAL, office="emperor")
    assert "booth-president" in answer.json()["errors"][0]["detail"]


async def test_nobody_holds_the_same_office_twice(identity: Harness) -> None:
    holder = world.holder(world.BOOTH)
    answer = await appoint(identity, MANDAL, person=None, person_id=str(holder.person_id))
    assert problem(answer) == "already-holds-office"


async def test_parallel_appointments_of_one_person_make_one(identity: Harness) -> None:
    known = world.holder(world.NEXT_BOOTH)
    answers = await asyncio.gather(
        *(appoint(identity, MANDAL, person=None, person_id=str(known.person_id)) for _ in range(3))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


async def test_an_appointment_made_while_its_unit_moves_follows_the_unit(identity: Harness) -> None:
    mover = await asyncpg.connect(identity.urls.superuser)
    async with mover.transaction():
        await mover.execute("UPDATE tree_state SET version = version + 1")
        for table in ("units", "appointments"):
            await mover.execute(f"UPDATE {table} SET path = 'in.mp.d08.v2.m9.b1.' WHERE path = $1", world.BOOTH)  # noqa: S608
        appointing = asyncio.create_task(appoint(identity, STATE))
        await asyncio.sleep(0.3)
    await mover.close()
    assert (await appointing).json()["path"] == "in.mp.d08.v2.m9.b1."


async def test_the_same_office_may_be_held_again_after_it_ended(identity: Harness) -> None:
    holder = world.holder(world.BOOTH)
    await end(identity, MANDAL, holder)
    answer = await appoint(identity, MANDAL, person=None, person_id=str(holder.person_id))
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"valid_from": "2024-01-01T00:00:00+05:30"}, "/valid_from"),
        ({"valid_from": "1949-12-31T00:00:00Z"}, "/valid_from"),
        ({"valid_to": "2022-01-20T09:00:00Z"}, "/valid_to"),
        ({"valid_to": "2033-01-20T09:00:00Z"}, "/valid_to"),
        ({"valid_from": "20 January"}, "/valid_from"),
        ({"person": {**NEWCOMER, "phone": "0755 2551234"}}, "/person/phone"),
        ({"person": {**NEWCOMER, "name_hi": "न\u0000मूना"}}, "/person/name_hi"),
        ({"person": {**NEWCOMER, "name_hi": " "}}, "/person/name_hi"),
        ({"person": {**NEWCOMER, "suspended_at": None}}, "/person/suspended_at"),
        ({"path": "in."}, "/path"),
        ({"unit_id": "b171"}, "/unit_id"),
    ],
)
async def test_bent_input_is_refused_at_its_place(identity: Harness, change: dict[str, Any], pointer: str) -> None:
    answer = await appoint(identity, MANDAL, **change)
    assert (answer.status_code, [error["pointer"] for error in answer.json()["errors"]]) == (422, [pointer])


async def test_a_lone_surrogate_is_refused(identity: Harness) -> None:
    body = '{"person": {"name_hi": "\\ud800", "name_en": "x", "phone": "6009000001"}, "office": "booth-president"}'
    answer = await identity.ask(
        "POST",
        "/v1/appointments",
        action="appointment.make",
        person=MANDAL,
        content=body.encode(),
        headers={"content-type": "application/json"},
    )
    assert "/person/name_hi" in [error["pointer"] for error in answer.json()["errors"]]


async def test_a_refused_appointment_leaves_no_person(identity: Harness) -> None:
    before = len(await rows(identity, "SELECT 1 FROM persons"))
    await appoint(identity, MANDAL, office="mandal-president", unit_id=str(world.unit_id(world.MANDAL)))
    assert len(await rows(identity, "SELECT 1 FROM persons")) == before


async def test_a_person_or_an_id_but_not_both(identity: Harness) -> None:
    assert (await appoint(identity, MANDAL, person_id=str(uuid4()))).status_code == 422


async def test_an_office_ends_at_the_word_of_who_may_give_it(identity: Harness) -> None:
    answer = await end(identity, DISTRICT, world.holder(world.BOOTH))
    assert answer.json()["ended_at"] == "2022-01-20T09:00:00Z"


async def test_the_end_of_an_office_is_announced(identity: Harness) -> None:
    await end(identity, DISTRICT, world.holder(world.BOOTH))
    [event] = await events(identity, "identity.appointment.ended.v1")
    assert (event["appointment"]["version"], event["appointment"]["ended_at"]) == (2, "2022-01-20T09:00:00Z")


async def test_an_office_above_cannot_be_ended(identity: Harness) -> None:
    assert (await end(identity, MANDAL, DISTRICT)).status_code == 404


async def test_an_office_that_is_not_ones_to_give_cannot_be_ended(identity: Harness) -> None:
    it_in_charge = world.holder(world.STATE, "state-it-in-charge")
    assert problem(await end(identity, it_in_charge, DISTRICT)) == "office-not-yours-to-give"


async def test_an_office_ends_once(identity: Harness) -> None:
    await end(identity, DISTRICT, world.holder(world.BOOTH))
    assert problem(await end(identity, DISTRICT, world.holder(world.BOOTH))) == "appointment-over"
