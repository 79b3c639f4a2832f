"""The unit tree: who sees which part of it, and what changes of its shape bring along."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from httpx import Response

from sangathan_testkit.harness import Harness, Person
from tests.identity import world
from tests.identity.asking import events, problem, rows, said

STATE = world.holder(world.STATE)
DISTRICT = world.holder(world.DISTRICT)


async def get(identity: Harness, path: str, person: Person, **params: str | int) -> Response:
    return await identity.ask("GET", path, action="unit.read", person=person, params=params or None)


async def read(identity: Harness, person: Person, unit: str) -> Response:
    return await get(identity, f"/v1/units/{world.unit_id(unit)}", person)


async def create(identity: Harness, person: Person, parent: str, **change: Any) -> Response:
    body = {
        "parent_id": str(world.unit_id(parent)),
        "level": "booth",
        "code": "b9",
        "name_hi": "नया बूथ",
        "name_en": "New booth",
        **change,
    }
    return await identity.ask("POST", "/v1/units", action="unit.create", person=person, json=body)


async def move(identity: Harness, person: Person, unit: str, parent: str, **change: str) -> Response:
    path = f"/v1/units/{world.unit_id(unit)}/moves"
    body = {"parent_id": str(world.unit_id(parent)), **change}
    return await identity.ask("POST", path, action="unit.move", person=person, json=body)


async def close(identity: Harness, person: Person, unit: str) -> Response:
    return await identity.ask("POST", f"/v1/units/{world.unit_id(unit)}/closings", action="unit.close", person=person)


async def rename(identity: Harness, person: Person, unit: str, **headers: str) -> Response:
    path = f"/v1/units/{world.unit_id(unit)}"
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return await identity.ask(
        "PATCH", path, action="unit.rename", person=person, json={"name_hi": "नया नाम"}, headers=given
    )


async def paths(identity: Harness, table: str) -> list[str]:
    return [row["path"] for row in await rows(identity, f"SELECT path FROM {table} ORDER BY path")]  # noqa: S608


@pytest.mark.parametrize("path", [world.NATION, world.STATE, world.DISTRICT, world.MANDAL, world.BOOTH])
async def test_an_office_bearer_lists_exactly_the_own_subtree(identity: Harness, path: str) -> None:
    listed = (await get(identity, "/v1/units", world.holder(path), limit=200)).json()["items"]
    assert [one["path"] for one in listed] == sorted(p for p in world.PATHS if p.startswith(path))


async def test_units_come_in_pages_without_gap_or_double(identity: Harness) -> None:
    seen: list[str] = []
    params: dict[str, str | int] = {"limit": 4}
    while True:
        page = (await get(identity, "/v1/units", world.holder(world.NATION), **params)).json()
        seen += [one["path"] for one in page["items"]]
        if page["next"] is None:
            break
        params["cursor"] = page["next"]
    assert seen == sorted(world.PATHS)


async def test_a_cursor_of_another_filter_is_refused(identity: Harness) -> None:
    page = (await get(identity, "/v1/units", STATE, limit=1)).json()
    answer = await get(identity, "/v1/units", STATE, cursor=page["next"], level="booth")
    assert answer.json()["errors"][0]["pointer"] == "#query/cursor"


async def test_units_are_filtered_by_level(identity: Harness) -> None:
    listed = (await get(identity, "/v1/units", DISTRICT, level="mandal")).json()["items"]
    assert [one["path"] for one in listed] == ["in.mp.d07.v1.m1.", "in.mp.d07.v1.m2."]


async def test_units_are_filtered_by_parent(identity: Harness) -> None:
    listed = (await get(identity, "/v1/units", STATE, parent_id=str(world.unit_id(world.STATE)))).json()["items"]
    assert [one["path"] for one in listed] == ["in.mp.d07.", "in.mp.d070.", "in.mp.d08."]


async def test_a_parent_outside_the_scope_is_not_there(identity: Harness) -> None:
    answer = await get(identity, "/v1/units", DISTRICT, parent_id=str(world.unit_id(world.TWIN)))
    assert answer.status_code == 404


async def test_an_unknown_level_is_refused_with_those_there_are(identity: Harness) -> None:
    answer = await get(identity, "/v1/units", DISTRICT, level="galaxy")
    assert "mandal" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize("outside", [world.TWIN, world.STATE, "in.mp.d08.", "in.nx.d01."])
async def test_a_unit_outside_reads_like_one_that_does_not_exist(identity: Harness, outside: str) -> None:
    assert said(await read(identity, DISTRICT, outside)) == said(await read(identity, DISTRICT, "in.zz."))


async def test_a_unit_that_was_read_before_is_not_sent_again(identity: Harness) -> None:
    first = await read(identity, DISTRICT, world.DISTRICT)
    path = f"/v1/units/{world.unit_id(world.DISTRICT)}"
    headers = {"if-none-match": first.headers["etag"]}
    again = await identity.ask("GET", path, action="unit.read", person=DISTRICT, headers=headers)
    assert again.status_code == 304


async def test_a_new_unit_stands_beneath_its_parent(identity: Harness) -> None:
    answer = await create(identity, STATE, world.MANDAL)
    assert (answer.status_code, answer.json()["path"]) == (201, f"{world.MANDAL}b9.")


async def test_a_new_unit_is_announced_under_the_next_tree_version(identity: Harness) -> None:
    unit = (await create(identity, STATE, world.MANDAL)).json()
    [event] = await events(identity, "identity.unit.created.v1")
    assert (event["unit"]["unit_id"], event["tree_version"]) == (unit["id"], 2)


async def test_a_new_unit_can_be_read_where_the_answer_says(identity: Harness) -> None:
    answer = await create(identity, STATE, world.MANDAL)
    assert (await get(identity, answer.headers["location"], STATE)).json() == answer.json()


async def test_a_code_that_a_sibling_has_is_refused(identity: Harness) -> None:
    assert problem(await create(identity, STATE, world.MANDAL, code="b1")) == "unit-code-taken"


@pytest.mark.parametrize("level", ["mandal", "district", "galaxy"])
async def test_a_unit_stands_only_beneath_a_higher_level(identity: Harness, level: str) -> None:
    assert problem(await create(identity, STATE, world.MANDAL, level=level)) == "wrong-level"


async def test_a_level_may_be_left_out(identity: Harness) -> None:
    answer = await create(identity, STATE, world.DISTRICT, level="mandal", code="m9")
    assert answer.status_code == 201


async def test_a_unit_cannot_be_created_beneath_a_parent_outside(identity: Harness) -> None:
    answer = await create(identity, DISTRICT, world.TWIN, level="vidhan-sabha")
    assert answer.status_code == 404


async def test_a_unit_created_twice_under_one_key_is_created_once(identity: Harness) -> None:
    body = {
        "parent_id": str(world.unit_id(world.MANDAL)),
        "level": "booth",
        "code": "b9",
        "name_hi": "क",
        "name_en": "K",
    }
    headers = {"idempotency-key": "the-same"}
    answers = [
        await identity.ask("POST", "/v1/units", action="unit.create", person=STATE, json=body, headers=headers)
        for _ in range(2)
    ]
    assert answers[0].content == answers[1].content
    assert (await paths(identity, "units")).count(f"{world.MANDAL}b9.") == 1


async def test_a_unit_is_renamed_by_who_has_read_it(identity: Harness) -> None:
    tag = (await read(identity, DISTRICT, world.BOOTH)).headers["etag"]
    renamed = (await rename(identity, DISTRICT, world.BOOTH, if_match=tag)).json()
    assert (renamed["name_hi"], renamed["name_en"], renamed["version"]) == ("नया नाम", f"Unit {world.BOOTH}", 2)


async def test_a_rename_without_if_match_is_refused(identity: Harness) -> None:
    assert (await rename(identity, DISTRICT, world.BOOTH)).status_code == 428


async def test_a_rename_of_an_older_version_is_refused(identity: Harness) -> None:
    tag = (await read(identity, DISTRICT, world.BOOTH)).headers["etag"]
    await rename(identity, DISTRICT, world.BOOTH, if_match=tag)
    assert (await rename(identity, DISTRICT, world.BOOTH, if_match=tag)).status_code == 412


async def test_a_rename_is_announced(identity: Harness) -> None:
    await rename(identity, DISTRICT, world.BOOTH, if_match="*")
    [event] = await events(identity, "identity.unit.renamed.v1")
    assert event["unit"]["name_hi"] == "नया नाम"


async def test_a_move_takes_everything_beneath_along(identity: Harness) -> None:
    await move(identity, STATE, world.MANDAL, "in.mp.d08.v2.")
    assert [path for path in await paths(identity, "units") if path.startswith("in.mp.d08.v2.m1.")] == [
        "in.mp.d08.v2.m1.",
        "in.mp.d08.v2.m1.b1.",
        "in.mp.d08.v2.m1.b2.",
    ]


async def test_a_move_leaves_nothing_in_the_old_place(identity: Harness) -> None:
    await move(identity, STATE, world.MANDAL, "in.mp.d08.v2.")
    everywhere = await paths(identity, "units") + await paths(identity, "appointments")
    assert not [path for path in everywhere if path.startswith(world.MANDAL)]


async def test_a_move_takes_the_appointments_along(identity: Harness) -> None:
    await move(identity, STATE, world.MANDAL, "in.mp.d08.v2.")
    agree = await rows(
        identity, "SELECT bool_and(a.path = u.path) AS yes FROM appointments a JOIN units u ON u.id = unit_id"
    )
    assert agree[0]["yes"]


async def test_a_move_leaves_the_twin_alone(identity: Harness) -> None:
    await move(identity, world.holder(world.NATION), world.DISTRICT, "in.nx.")
    assert [path for path in await paths(identity, "units") if path.startswith(world.TWIN)]


async def test_a_move_is_announced_with_its_old_path(identity: Harness) -> None:
    await move(identity, STATE, world.MANDAL, "in.mp.d08.v2.")
    [event] = await events(identity, "identity.unit.moved.v1")
    assert (event["old_path"], event["unit"]["path"], event["unit"]["version"]) == (
        world.MANDAL,
        "in.mp.d08.v2.m1.",
        2,
    )


async def test_a_unit_does_not_move_out_of_the_scope(identity: Harness) -> None:
    assert (await move(identity, STATE, world.MANDAL, "in.nx.d01.")).status_code == 404


async def test_a_unit_does_not_move_in_from_outside(identity: Harness) -> None:
    assert (await move(identity, STATE, "in.nx.d01.", world.STATE)).status_code == 404


async def test_nobody_moves_the_own_unit(identity: Harness) -> None:
    answer = await move(identity, DISTRICT, world.DISTRICT, "in.mp.d07.v1.")
    assert problem(answer) == "own-unit"


async def test_a_unit_does_not_move_beneath_itself(identity: Harness) -> None:
    assert problem(await move(identity, STATE, "in.mp.d07.v1.", world.MANDAL)) == "move-into-itself"


async def test_a_unit_does_not_move_beneath_a_lower_level(identity: Harness) -> None:
    assert problem(await move(identity, STATE, "in.mp.d08.v2.", world.MANDAL)) == "wrong-level"


async def test_a_unit_does_not_take_a_siblings_place(identity: Harness) -> None:
    assert problem(await move(identity, STATE, world.MANDAL, "in.mp.d070.v3.")) == "unit-code-taken"


async def test_a_unit_may_take_another_code_where_its_own_is_taken(identity: Harness) -> None:
    moved = (await move(identity, STATE, world.MANDAL, "in.mp.d070.v3.", code="m9")).json()
    assert (moved["code"], moved["path"]) == ("m9", "in.mp.d070.v3.m9.")
    assert "in.mp.d070.v3.m9.b1." in await paths(identity, "units")


async def test_parallel_moves_count_one_by_one(identity: Harness) -> None:
    await asyncio.gather(
        move(identity, STATE, world.MANDAL, "in.mp.d08.v2."),
        move(identity, STATE, "in.mp.d07.v1.m2.", "in.mp.d08.v2."),
    )
    moved = await events(identity, "identity.unit.moved.v1")
    assert [event["tree_version"] for event in moved] == [2, 3]


async def test_who_asks_under_the_range_of_a_unit_that_has_moved_is_asked_to_ask_again(identity: Harness) -> None:
    await move(identity, world.holder(world.NATION), world.DISTRICT, "in.nx.")
    answer = await read(identity, DISTRICT, world.BOOTH)
    assert (answer.status_code, answer.headers["sangathan-scope-moved"]) == (503, "1")


async def test_who_asks_under_the_new_range_is_answered(identity: Harness) -> None:
    await move(identity, world.holder(world.NATION), world.DISTRICT, "in.nx.")
    moved = replace(DISTRICT, path="in.nx.d07.", tree_version=2)
    assert (await read(identity, moved, world.BOOTH)).json()["path"] == "in.nx.d07.v1.m1.b1."


async def test_a_unit_with_open_units_beneath_is_not_closed(identity: Harness) -> None:
    assert problem(await close(identity, STATE, world.MANDAL)) == "unit-has-open-units"


async def test_a_closed_unit_says_since_when(identity: Harness) -> None:
    assert (await close(identity, STATE, world.BOOTH)).json()["closed_at"] == "2022-01-20T09:00:00Z"


async def test_closing_a_unit_ends_the_offices_held_at_it(identity: Harness) -> None:
    await close(identity, STATE, world.BOOTH)
    ended = await events(identity, "identity.appointment.ended.v1")
    assert [one["appointment"]["appointment_id"] for one in ended] == [str(world.holder(world.BOOTH).appointment_id)]


async def test_a_closed_unit_is_not_closed_again(identity: Harness) -> None:
    await close(identity, STATE, world.BOOTH)
    assert problem(await close(identity, STATE, world.BOOTH)) == "unit-closed"


async def test_nobody_closes_the_own_unit(identity: Harness) -> None:
    assert problem(await close(identity, STATE, world.STATE)) == "own-unit"


async def test_a_unit_is_closed_under_a_range_narrowed_to_it(identity: Harness) -> None:
    narrowed = replace(STATE, path=world.BOOTH, unit_id=world.unit_id(world.BOOTH))
    assert (await close(identity, narrowed, world.BOOTH)).status_code == 200


async def test_structural_changes_are_on_the_trail(identity: Harness) -> None:
    await move(identity, STATE, world.MANDAL, "in.mp.d08.v2.")
    [row] = await rows(identity, "SELECT action AS act, person_id, subject_id FROM audit_entries")
    assert tuple(row.values()) == ("unit.move", STATE.person_id, world.unit_id(world.MANDAL))
