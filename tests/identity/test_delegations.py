"""Passing a part of an office on: one level deep, never wider or longer than the own, and dying with it."""

from datetime import datetime
from typing import Any

import pytest
from httpx import Response

from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness, Person
from tests.identity import world
from tests.identity.asking import events, problem, rows

STATE = world.holder(world.STATE)
DISTRICT = world.holder(world.DISTRICT)
MANDAL = world.holder(world.MANDAL)
DEPUTY = world.holder(world.NEXT_BOOTH)
ENDED = "identity.appointment.ended.v1"


async def delegate(identity: Harness, giver: Person, **change: Any) -> Response:
    body = {
        "person_id": str(DEPUTY.person_id),
        "unit_id": str(world.unit_id(world.MANDAL)),
        "actions": ["worker.read", "worker.list"],
        "valid_to": "2022-02-20T00:00:00+05:30",
        **change,
    }
    of = body.pop("appointment_id", giver.appointment_id)
    path = f"/v1/appointments/{of}/delegations"
    return await identity.ask("POST", path, action="appointment.delegate", person=giver, json=body)


async def end(identity: Harness, person: Person, appointment_id: object) -> Response:
    path = f"/v1/appointments/{appointment_id}/endings"
    return await identity.ask("POST", path, action="appointment.end", person=person)


async def test_a_part_of_an_office_is_passed_on_beneath_the_own_unit(identity: Harness) -> None:
    answer = await delegate(identity, DISTRICT)
    lent = answer.json()
    assert (answer.status_code, lent["office"], lent["path"], lent["delegated_from"], lent["actions"]) == (
        201,
        "district-president",
        world.MANDAL,
        str(DISTRICT.appointment_id),
        ["worker.list", "worker.read"],
    )


async def test_a_delegation_is_announced_with_what_it_lends(identity: Harness) -> None:
    await delegate(identity, DISTRICT)
    [event] = await events(identity, "identity.appointment.made.v1")
    assert (event["appointment"]["delegated_from"], event["appointment"]["actions"]) == (
        str(DISTRICT.appointment_id),
        ["worker.list", "worker.read"],
    )


async def test_a_delegation_is_on_the_trail(identity: Harness) -> None:
    lent = (await delegate(identity, DISTRICT)).json()
    [row] = await rows(identity, "SELECT action, subject_id::text, detail->>'actions' FROM audit_entries")
    assert tuple(row.values()) == ("appointment.delegate", lent["id"], '["worker.list", "worker.read"]')


@pytest.mark.parametrize(
    "actions",
    [["worker.cross-check"], ["appointment.make"], ["appointment.delegate"], ["worker.list", "unit.move"], ["fly"]],
)
async def test_nothing_wider_than_the_own_office_is_passed_on(identity: Harness, actions: list[str]) -> None:
    answer = await delegate(identity, DISTRICT, actions=actions)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/actions")


async def test_nothing_is_passed_on_outside_the_own_unit(identity: Harness) -> None:
    answer = await delegate(identity, DISTRICT, unit_id=str(world.unit_id(world.TWIN)))
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"valid_to": "2022-07-01T00:00:00Z"}, "/valid_to"),
        ({"valid_to": "2022-01-20T08:00:00Z"}, "/valid_to"),
        ({"valid_from": "2021-03-01T00:00:00Z"}, "/valid_from"),
        ({"valid_to": None}, "/valid_to"),
        ({"actions": []}, "/actions"),
    ],
)
async def test_a_term_that_is_not_short_and_within_the_own_is_refused(
    identity: Harness, change: dict[str, Any], pointer: str
) -> None:
    answer = await delegate(identity, DISTRICT, **change)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


async def test_nothing_is_passed_on_for_longer_than_the_own_appointment(identity: Harness) -> None:
    await rows(identity, "UPDATE appointments SET valid_to = '2022-02-01Z' WHERE id = $1", DISTRICT.appointment_id)
    answer = await delegate(identity, DISTRICT)
    assert answer.json()["errors"] == [
        {"pointer": "/valid_to", "detail": "takes a moment up to which you hold the office yourself"}
    ]


async def test_what_was_lent_is_not_lent_again(identity: Harness) -> None:
    lent = (await delegate(identity, DISTRICT)).json()
    deputy = Person(
        world.MANDAL, "district-president", world.unit_id(world.MANDAL), DEPUTY.person_id, appointment_id=lent["id"]
    )
    answer = await delegate(identity, deputy, person_id=str(world.holder(world.BOOTH).person_id))
    assert problem(answer) == "not-yours-to-delegate"


async def test_an_office_of_somebody_else_is_not_passed_on(identity: Harness) -> None:
    answer = await delegate(identity, DISTRICT, appointment_id=MANDAL.appointment_id)
    assert problem(answer) == "not-yours-to-delegate"


async def test_nobody_passes_a_part_on_to_themselves(identity: Harness) -> None:
    assert problem(await delegate(identity, DISTRICT, person_id=str(DISTRICT.person_id))) == "not-yourself"


async def test_a_giver_takes_back_what_they_lent(identity: Harness) -> None:
    lent = (await delegate(identity, DISTRICT)).json()
    assert (await end(identity, DISTRICT, lent["id"])).json()["ended_at"] is not None


async def test_a_giver_of_another_office_cannot_take_it_back(identity: Harness) -> None:
    lent = (await delegate(identity, DISTRICT)).json()
    assert problem(await end(identity, MANDAL, lent["id"])) == "office-not-yours-to-give"


async def test_a_delegation_dies_with_the_office_it_comes_from(identity: Harness) -> None:
    lent = (await delegate(identity, DISTRICT)).json()
    await end(identity, STATE, DISTRICT.appointment_id)
    ended = [event["appointment"]["appointment_id"] for event in await events(identity, ENDED)]
    assert ended == [str(DISTRICT.appointment_id), lent["id"]]


async def test_a_delegation_whose_unit_has_moved_away_dies_with_the_office_all_the_same(identity: Harness) -> None:
    lent = (await delegate(identity, DISTRICT)).json()
    await rows(identity, "UPDATE appointments SET path = 'in.nx.d01.m9.' WHERE id = $1::text::uuid", lent["id"])
    await end(identity, STATE, DISTRICT.appointment_id)
    assert lent["id"] in [event["appointment"]["appointment_id"] for event in await events(identity, ENDED)]


async def test_a_delegation_dies_when_its_giver_is_suspended(identity: Harness) -> None:
    lent = (await delegate(identity, DISTRICT)).json()
    path = f"/v1/persons/{DISTRICT.person_id}/suspensions"
    await identity.ask("POST", path, action="person.suspend", person=STATE, json={"reason": "an inquiry"})
    [event] = await events(identity, ENDED)
    assert event["appointment"]["appointment_id"] == lent["id"]


async def test_a_suspended_giver_passes_nothing_on(identity: Harness) -> None:
    await rows(identity, "UPDATE persons SET suspended_at = now() WHERE id = $1", DISTRICT.person_id)
    assert problem(await delegate(identity, DISTRICT)) == "person-suspended"


async def test_a_delegation_ends_once_when_its_unit_is_closed(identity: Harness) -> None:
    booth = str(world.unit_id(world.BOOTH))
    lent = (await delegate(identity, MANDAL, unit_id=booth)).json()
    path = f"/v1/units/{booth}/closings"
    await identity.ask("POST", path, action="unit.close", person=STATE)
    ended = sorted(event["appointment"]["appointment_id"] for event in await events(identity, ENDED))
    assert ended == sorted([lent["id"], str(world.holder(world.BOOTH).appointment_id)])


async def test_a_delegation_lapses_by_its_date_with_nobody_acting(identity: Harness, clock: FixedClock) -> None:
    await delegate(identity, DISTRICT)
    me = await identity.ask("GET", "/v1/me", action="me.read", person=world.themselves(DEPUTY))
    clock.pass_time(datetime.fromisoformat("2022-02-20T00:00:00+05:30") - clock.now())
    later = await identity.ask("GET", "/v1/me", action="me.read", person=world.themselves(DEPUTY))
    assert (len(me.json()["appointments"]), len(later.json()["appointments"])) == (2, 1)
