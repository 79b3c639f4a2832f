"""Suspending a person: from above, at once, everywhere."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from httpx import Response

from sangathan_testkit.harness import Harness, Person
from tests.identity import world
from tests.identity.asking import events, problem, refresh, said, sign_in

STATE = world.holder(world.STATE)
PERSON = world.holder(world.BOOTH)


async def suspend(identity: Harness, person: Person, whom: UUID, act: str = "suspensions") -> Response:
    body = {"reason": "under inquiry"} if act == "suspensions" else None
    return await identity.ask("POST", f"/v1/persons/{whom}/{act}", action="person.suspend", person=person, json=body)


async def test_a_suspended_person_cannot_sign_in(identity: Harness) -> None:
    await suspend(identity, STATE, PERSON.person_id)
    assert said(await sign_in(identity, PERSON)) == said(await sign_in(identity, PERSON, "galat"))


async def test_a_suspension_ends_every_sign_in(identity: Harness) -> None:
    token = (await sign_in(identity, PERSON)).json()["refresh_token"]
    await suspend(identity, STATE, PERSON.person_id)
    assert (await refresh(identity, token)).status_code == 401


async def test_a_suspension_is_announced_with_the_sessions_it_ended(identity: Harness) -> None:
    session = (await sign_in(identity, PERSON)).json()["session_id"]
    await suspend(identity, STATE, PERSON.person_id)
    assert [one["session_id"] for one in await events(identity, "identity.session.ended.v1")] == [session]
    assert [one["version"] for one in await events(identity, "identity.person.suspended.v1")] == [2]


async def test_a_reinstated_person_signs_in_again(identity: Harness) -> None:
    await suspend(identity, STATE, PERSON.person_id)
    await suspend(identity, STATE, PERSON.person_id, "reinstatements")
    assert (await sign_in(identity, PERSON)).status_code == 200


async def test_a_reinstatement_is_announced(identity: Harness) -> None:
    await suspend(identity, STATE, PERSON.person_id)
    await suspend(identity, STATE, PERSON.person_id, "reinstatements")
    assert [one["version"] for one in await events(identity, "identity.person.reinstated.v1")] == [3]


@pytest.mark.parametrize("whom", [world.holder("in.nx.d01.").person_id, uuid4()])
async def test_somebody_elsewhere_reads_like_nobody(identity: Harness, whom: UUID) -> None:
    assert problem(await suspend(identity, STATE, whom)) == "not-found"


async def test_nobody_suspends_themselves(identity: Harness) -> None:
    assert problem(await suspend(identity, STATE, STATE.person_id)) == "not-yourself"


async def test_nobody_suspends_an_equal(identity: Harness) -> None:
    it_in_charge = world.holder(world.STATE, "state-it-in-charge")
    assert problem(await suspend(identity, it_in_charge, STATE.person_id)) == "office-not-yours-to-give"


async def test_who_holds_an_office_elsewhere_is_suspended_from_above_both(identity: Harness) -> None:
    body = {
        "person_id": str(PERSON.person_id),
        "office": "district-president",
        "unit_id": str(world.unit_id("in.nx.d01.")),
    }
    nation = world.holder(world.NATION)
    await identity.ask("POST", "/v1/appointments", action="appointment.make", person=nation, json=body)
    assert problem(await suspend(identity, STATE, PERSON.person_id)) == "holds-office-elsewhere"


async def test_a_suspension_twice_is_a_conflict(identity: Harness) -> None:
    await suspend(identity, STATE, PERSON.person_id)
    assert problem(await suspend(identity, STATE, PERSON.person_id)) == "person-suspended"


async def test_a_suspended_person_is_not_appointed(identity: Harness) -> None:
    await suspend(identity, STATE, PERSON.person_id)
    body = {"person_id": str(PERSON.person_id), "office": "vistarak", "unit_id": str(world.unit_id(world.MANDAL))}
    answer = await identity.ask("POST", "/v1/appointments", action="appointment.make", person=STATE, json=body)
    assert problem(answer) == "person-suspended"


async def test_the_scope_is_the_callers_again_after_looking_elsewhere(identity: Harness) -> None:
    narrow = replace(STATE, path=world.DISTRICT, unit_id=world.unit_id(world.DISTRICT))
    assert (await suspend(identity, narrow, PERSON.person_id)).status_code == 200
