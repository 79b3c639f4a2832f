"""Acting in an office that is vacant or whose holder is absent, and the units that lack a holder."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from httpx import Response

from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness, Person
from tests.identity import world
from tests.identity.asking import events, problem, rows
from tests.identity.test_appointments import appoint, end

STATE = world.holder(world.STATE)
DISTRICT = world.holder(world.DISTRICT)
MANDAL = world.holder(world.MANDAL)
HOLDER = world.holder(world.BOOTH)
NEIGHBOUR = world.holder(world.NEXT_BOOTH)
BRIEF = "2022-03-01T00:00:00Z"


async def charge(identity: Harness, **change: Any) -> Response:
    return await appoint(identity, MANDAL, **{"acting": True, "valid_to": BRIEF, **change})


async def vacancies(identity: Harness, person: Person, **params: str | int) -> Response:
    asked = {"office": "booth-president", **params}
    return await identity.ask("GET", "/v1/vacancies", action="vacancy.list", person=person, params=asked)


async def regular(identity: Harness, **change: Any) -> Response:
    return await appoint(identity, MANDAL, person=None, person_id=str(NEIGHBOUR.person_id), **change)


async def test_somebody_acts_in_a_vacant_office(identity: Harness) -> None:
    await end(identity, MANDAL, HOLDER)
    answer = await charge(identity)
    assert (answer.status_code, answer.json()["acting"]) == (201, True)


async def test_nobody_acts_beside_a_holder_without_a_reason(identity: Harness) -> None:
    assert problem(await charge(identity)) == "office-is-held"


async def test_somebody_acts_for_a_holder_who_is_absent_and_the_trail_says_why(identity: Harness) -> None:
    answer = await charge(identity, absence_reason="on leave")
    [row] = await rows(identity, "SELECT detail->>'absence_reason' AS why FROM audit_entries")
    assert (answer.status_code, row["why"]) == (201, "on leave")


@pytest.mark.parametrize("valid_to", [None, "2022-04-21T09:00:00Z"])
async def test_a_charge_is_short(identity: Harness, valid_to: str | None) -> None:
    await end(identity, MANDAL, HOLDER)
    answer = await charge(identity, valid_to=valid_to)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/valid_to")


async def test_one_person_acts_at_a_time(identity: Harness) -> None:
    await end(identity, MANDAL, HOLDER)
    await charge(identity)
    answer = await charge(identity, person=None, person_id=str(NEIGHBOUR.person_id))
    assert problem(answer) == "acted-in-already"


async def test_a_charge_ends_when_the_regular_holder_is_appointed(identity: Harness) -> None:
    await end(identity, MANDAL, HOLDER)
    acting = (await charge(identity)).json()
    await regular(identity)
    ended = [
        event["appointment"]["appointment_id"] for event in await events(identity, "identity.appointment.ended.v1")
    ]
    assert ended == [str(HOLDER.appointment_id), acting["id"]]


async def test_who_acted_may_be_the_regular_holder(identity: Harness) -> None:
    await end(identity, MANDAL, HOLDER)
    await charge(identity)
    assert (await appoint(identity, MANDAL)).status_code == 201


async def test_a_charge_lapses_on_the_day_the_regular_holder_begins(identity: Harness) -> None:
    await end(identity, MANDAL, HOLDER)
    acting = (await charge(identity)).json()
    await regular(identity, valid_from="2022-02-01T00:00:00Z")
    [event] = await events(identity, "identity.appointment.shortened.v1")
    told = event["appointment"]
    assert (told["appointment_id"], told["valid_to"], told["version"]) == (acting["id"], "2022-02-01T00:00:00Z", 2)


async def test_who_acts_passes_nothing_on(identity: Harness) -> None:
    vacant = world.holder(world.MANDAL)
    await end(identity, DISTRICT, vacant)
    unit = str(world.unit_id(world.MANDAL))
    made = (
        await appoint(identity, DISTRICT, office="mandal-president", unit_id=unit, acting=True, valid_to=BRIEF)
    ).json()
    actor = Person(
        world.MANDAL,
        "mandal-president",
        world.unit_id(world.MANDAL),
        made["person_id"],
        appointment_id=made["id"],
    )
    body = {"person_id": str(HOLDER.person_id), "unit_id": unit, "actions": ["worker.list"], "valid_to": BRIEF}
    path = f"/v1/appointments/{made['id']}/delegations"
    answer = await identity.ask("POST", path, action="appointment.delegate", person=actor, json=body)
    assert problem(answer) == "not-yours-to-delegate"


async def test_no_unit_is_vacant_while_all_offices_are_held(identity: Harness) -> None:
    assert (await vacancies(identity, STATE)).json() == {"items": [], "next": None}


async def test_a_unit_without_a_holder_is_vacant(identity: Harness) -> None:
    await end(identity, MANDAL, HOLDER)
    [one] = (await vacancies(identity, DISTRICT)).json()["items"]
    assert (one["unit_id"], one["unit_name_en"], one["acting_appointment_id"]) == (
        str(world.unit_id(world.BOOTH)),
        f"Unit {world.BOOTH}",
        None,
    )


async def test_an_office_that_is_only_acted_in_is_vacant_and_says_who_acts(identity: Harness) -> None:
    await end(identity, MANDAL, HOLDER)
    acting = (await charge(identity)).json()
    [one] = (await vacancies(identity, MANDAL)).json()["items"]
    assert (one["acting_appointment_id"], one["acting_until"]) == (acting["id"], BRIEF)


async def test_an_office_falls_vacant_by_its_date_and_is_filled_by_its_date(
    identity: Harness, clock: FixedClock
) -> None:
    await end(identity, MANDAL, HOLDER)
    await regular(identity, valid_from="2022-01-21T09:00:00Z", valid_to="2022-01-22T09:00:00Z")
    seen = []
    for _day in range(3):
        seen.append(len((await vacancies(identity, MANDAL)).json()["items"]))
        clock.pass_time(timedelta(days=1))
    assert seen == [1, 0, 1]


async def test_vacancies_outside_the_scope_are_not_seen(identity: Harness) -> None:
    await end(identity, MANDAL, HOLDER)
    assert (await vacancies(identity, world.holder(world.TWIN))).json()["items"] == []
    assert (await vacancies(identity, DISTRICT, unit_id=str(world.unit_id(world.TWIN)))).status_code == 404


async def test_vacancies_come_in_pages_without_gap_or_double(identity: Harness) -> None:
    await rows(identity, "UPDATE appointments SET ended_at = now() WHERE office = 'booth-president'")
    seen: list[str] = []
    params: dict[str, str | int] = {"limit": 1}
    while True:
        page = (await vacancies(identity, STATE, **params)).json()
        seen += [one["path"] for one in page["items"]]
        if page["next"] is None:
            break
        params["cursor"] = page["next"]
    assert seen == [path for path in world.PATHS if world.level_of(path) == "booth"]


async def test_vacancies_of_an_unknown_office_are_refused_with_those_there_are(identity: Harness) -> None:
    answer = await vacancies(identity, STATE, office="emperor")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#query/office")


async def test_the_catalogue_of_offices_says_what_each_may_do_and_see(identity: Harness) -> None:
    asking = world.themselves(HOLDER)
    answer = await identity.ask("GET", "/v1/offices", action="office.read", person=asking)
    offices = {one["slug"]: one for one in answer.json()["offices"]}
    it_in_charge = offices["state-it-in-charge"]
    assert (it_in_charge["actions"]["worker.read"], it_in_charge["actions"]["unit.read"]) == (["contact", "open"], [])
    assert offices["booth-president"]["may_delegate"] == []
    assert "worker.list" in offices["mandal-president"]["may_delegate"]


async def test_a_page_of_vacancies_is_found_by_indexes(identity: Harness) -> None:
    """At any size: the range of units leads, and each unit asks one index; neither table is read through."""
    from sangathan_identity.queries import vacancies as query  # noqa: PLC0415 - only this test looks inside.

    connection = await asyncpg.connect(identity.urls.superuser)
    try:
        await connection.execute("SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off")
        now = identity.database.clock.now()
        values = (world.STATE, "in.mp/", "", "booth", "booth-president", now, 51)
        plan = "\n".join(row[0] for row in await connection.fetch("EXPLAIN " + query._VACANT, *values))
    finally:
        await connection.close()
    assert "units_level" in plan
    assert "Seq Scan" not in plan


async def test_a_charge_that_has_lapsed_does_not_stand_in_the_way_of_a_holder_from_before(
    identity: Harness, clock: FixedClock
) -> None:
    await end(identity, MANDAL, HOLDER)
    await charge(identity, valid_to="2022-01-21T00:00:00Z")
    clock.pass_time(timedelta(days=2))
    assert (await regular(identity, valid_from="2022-01-20T12:00:00Z")).status_code == 201
