"""A list that is read while its unit moves: what comes after the cursor is neither left out nor given twice."""

from dataclasses import replace
from typing import Any

from sangathan_testkit.harness import Harness, Person
from tests.identity import world

Asked = tuple[str, str, dict[str, Any]]
BEFORE = world.holder(world.MANDAL)


async def page(identity: Harness, asked: Asked, person: Person, **more: Any) -> dict[str, Any]:
    path, action, params = asked
    answer = await identity.ask("GET", path, action=action, person=person, params={"limit": 1, **params, **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def name(item: dict[str, Any]) -> str:
    return str(item.get("id") or item["unit_id"])


async def test_a_cursor_goes_on_where_it_stood_after_the_callers_unit_has_moved(identity: Harness) -> None:
    asked: list[Asked] = [
        ("/v1/units", "unit.read", {}),
        ("/v1/appointments", "appointment.list", {}),
        ("/v1/vacancies", "vacancy.list", {"office": "booth-president"}),
    ]
    for booth in (world.BOOTH, world.NEXT_BOOTH):
        path = f"/v1/appointments/{world.holder(booth).appointment_id}/endings"
        await identity.ask("POST", path, action="appointment.end", person=BEFORE)
    whole = [(await page(identity, one, BEFORE, limit=200))["items"] for one in asked]
    firsts = [await page(identity, one, BEFORE) for one in asked]
    body = {"parent_id": str(world.unit_id("in.mp.d08.v2.")), "code": "m9"}
    path = f"/v1/units/{BEFORE.unit_id}/moves"
    moved = await identity.ask("POST", path, action="unit.move", person=world.holder(world.STATE), json=body)
    assert moved.status_code in {200, 201}, moved.text
    after = replace(BEFORE, path="in.mp.d08.v2.m9.", tree_version=2)
    for one, first, items in zip(asked, firsts, whole, strict=True):
        rest = await page(identity, one, after, limit=200, cursor=first["next"])
        assert [name(item) for item in (*first["items"], *rest["items"])] == [name(item) for item in items]
