"""Each scope sees the workshops that concern it, with the counts of its own people."""

from uuid import uuid4

import pytest

from sangathan_testkit.harness import Person
from sangathan_workshops.api.workshops import WorkshopOut, WorkshopWithUnitsOut
from tests.workshops.stage import DISTRICT, DISTRICTS, STATE, Stage, president, unit_id


async def test_the_state_sees_every_workshop_by_date(stage: Stage) -> None:
    plan_id = await stage.plan_id()
    seen = [WorkshopOut.model_validate(one) for one in await stage.workshops(plan_id=plan_id)]
    assert sorted((one.venue_en, one.units) for one in seen) == [("Gwalior", 2), ("Sagar", 1)]


async def test_a_district_sees_the_workshop_it_is_called_to(stage: Stage) -> None:
    plan_id = await stage.plan_id()
    seen = await stage.workshops(DISTRICT, plan_id=plan_id)
    assert [(one["venue_en"], one["units"]) for one in seen] == [("Gwalior", 1)]


async def test_a_unit_below_the_level_called_sees_no_workshop(stage: Stage) -> None:
    await stage.plan_id()
    assert await stage.workshops(president("in.mp.d07.v1.")) == []


async def test_the_pages_of_workshops_join(stage: Stage) -> None:
    await stage.plan_id()
    first = await stage.service.ask("GET", "/v1/workshops", action="workshop.read", person=STATE, params={"limit": 1})
    cursor = first.json()["next"]
    assert f"cursor={cursor}" in first.headers["link"]
    rest = await stage.workshops(limit=1, cursor=cursor)
    assert {one["venue_en"] for one in [*first.json()["items"], *rest]} == {"Gwalior", "Sagar"}


async def test_a_bent_cursor_is_refused(stage: Stage) -> None:
    answer = await stage.service.ask(
        "GET", "/v1/workshops", action="workshop.read", person=STATE, params={"cursor": "bent"}
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("who", [president("in.nx."), president("in.nx.d01.")])
async def test_a_plan_of_another_state_reads_like_a_missing_one(stage: Stage, who: Person) -> None:
    plan_id = await stage.plan_id()
    bodies = []
    for wanted in (plan_id, str(uuid4())):
        answer = await stage.service.ask(
            "GET", "/v1/workshops", action="workshop.read", person=who, params={"plan_id": wanted}
        )
        assert answer.status_code == 404
        bodies.append({**answer.json(), "trace_id": ""})
    assert bodies[0] == bodies[1]


async def test_one_workshop_names_the_units_of_the_scope(stage: Stage) -> None:
    workshop = await stage.gwalior()
    for who, units in ((STATE, DISTRICTS[:2]), (DISTRICT, DISTRICTS[:1])):
        answer = await stage.service.ask("GET", f"/v1/workshops/{workshop['id']}", action="workshop.read", person=who)
        read = WorkshopWithUnitsOut.model_validate_json(answer.content)
        assert [unit.unit_id for unit in read.called_units] == [unit_id(path) for path in units]


async def test_an_unchanged_workshop_is_not_sent_again(stage: Stage) -> None:
    path = f"/v1/workshops/{(await stage.gwalior())['id']}"
    tag = (await stage.service.ask("GET", path, action="workshop.read", person=STATE)).headers["etag"]
    again = await stage.service.ask("GET", path, action="workshop.read", person=STATE, headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


async def test_a_changed_count_changes_the_etag(stage: Stage) -> None:
    workshop = await stage.gwalior()
    path = f"/v1/workshops/{workshop['id']}"
    before = (await stage.service.ask("GET", path, action="workshop.read", person=STATE)).headers["etag"]
    await stage.invite(workshop["id"])
    after = (await stage.service.ask("GET", path, action="workshop.read", person=STATE)).headers["etag"]
    assert before != after


@pytest.mark.parametrize("path", ["in.mp.d08.", "in.nx.", "in.mp.d07.v1."])
async def test_a_workshop_that_calls_nobody_of_the_scope_is_not_there(stage: Stage, path: str) -> None:
    workshop = await stage.gwalior()
    answer = await stage.service.ask(
        "GET", f"/v1/workshops/{workshop['id']}", action="workshop.read", person=president(path)
    )
    assert answer.status_code == 404
