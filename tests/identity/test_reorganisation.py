"""Splits and mergers: what goes where, what ends, and what other services are told."""

from typing import Any
from uuid import uuid4

import pytest
from httpx import Response

from sangathan_testkit.harness import Harness, Person
from tests.identity import world
from tests.identity.asking import events, problem, rows
from tests.identity.test_units import STATE, close, create, get, paths

SECOND_MANDAL = "in.mp.d07.v1.m2."


async def split(identity: Harness, person: Person, unit: str, **change: Any) -> Response:
    body = {"code": "m9", "name_hi": "नया", "name_en": "New", **change}
    path = f"/v1/units/{world.unit_id(unit)}/splits"
    return await identity.ask("POST", path, action="unit.split", person=person, json=body)


async def merge(identity: Harness, person: Person, unit: str, into: str, **more: Any) -> Response:
    body = {"into_id": str(world.unit_id(into)), **more}
    path = f"/v1/units/{world.unit_id(unit)}/merges"
    return await identity.ask("POST", path, action="unit.merge", person=person, json=body)


def one(unit: str) -> list[str]:
    return [str(world.unit_id(unit))]


async def test_a_split_takes_the_named_units_to_a_new_one_beside(identity: Harness) -> None:
    answer = await split(identity, STATE, world.MANDAL, unit_ids=one(world.NEXT_BOOTH))
    assert (answer.status_code, answer.json()["path"], answer.json()["level"]) == (201, "in.mp.d07.v1.m9.", "mandal")
    found = await paths(identity, "units")
    assert "in.mp.d07.v1.m9.b2." in found
    assert world.BOOTH in found
    assert world.NEXT_BOOTH not in found


async def test_a_split_is_told_as_what_it_consists_of_and_as_a_whole(identity: Harness) -> None:
    created = (await split(identity, STATE, world.MANDAL, unit_ids=one(world.NEXT_BOOTH))).json()
    [made] = await events(identity, "identity.unit.created.v1")
    [moved] = await events(identity, "identity.unit.moved.v1")
    [whole] = await events(identity, "identity.unit.split.v1")
    assert (made["tree_version"], moved["tree_version"], moved["old_path"]) == (2, 3, world.NEXT_BOOTH)
    assert (whole["created"]["unit_id"], whole["unit_ids"]) == (created["id"], one(world.NEXT_BOOTH))


async def test_workers_of_a_booth_are_named_to_the_registry(identity: Harness) -> None:
    worker = str(uuid4())
    await split(identity, STATE, world.BOOTH, code="b9", worker_ids=[worker, worker])
    [whole] = await events(identity, "identity.unit.split.v1")
    assert (whole["worker_ids"], whole["unit"]["path"]) == ([worker], world.BOOTH)


async def test_a_split_that_takes_nothing_along_is_refused(identity: Harness) -> None:
    assert (await split(identity, STATE, world.MANDAL)).status_code == 422


@pytest.mark.parametrize("unit", ["in.mp.d07.v1.m2.b3.", world.MANDAL, "in.mp.d08."])
async def test_a_unit_that_stands_elsewhere_is_not_split_off(identity: Harness, unit: str) -> None:
    assert problem(await split(identity, STATE, world.MANDAL, unit_ids=one(unit))) == "unit-not-beneath"


async def test_a_unit_outside_the_scope_is_not_there_to_be_split_off(identity: Harness) -> None:
    assert (await split(identity, STATE, world.MANDAL, unit_ids=one("in.nx.d01."))).status_code == 404


async def test_a_split_needs_a_free_code(identity: Harness) -> None:
    answer = await split(identity, STATE, world.MANDAL, code="m2", unit_ids=one(world.BOOTH))
    assert problem(answer) == "unit-code-taken"


async def test_nobody_splits_the_own_unit(identity: Harness) -> None:
    answer = await split(identity, STATE, world.STATE, code="xx", unit_ids=one(world.DISTRICT))
    assert problem(answer) == "own-unit"


async def test_a_refused_split_leaves_nothing_behind(identity: Harness) -> None:
    before = await paths(identity, "units")
    await split(identity, STATE, world.MANDAL, unit_ids=[*one(world.BOOTH), *one("in.mp.d08.")])
    assert await paths(identity, "units") == before
    assert not await rows(identity, "SELECT 1 FROM unit_versions WHERE act <> 'recorded'")


async def test_a_merged_unit_is_closed_and_names_its_successor(identity: Harness) -> None:
    answer = (await merge(identity, STATE, world.MANDAL, SECOND_MANDAL)).json()
    assert answer["closed_at"] is not None
    assert answer["successor_id"] == str(world.unit_id(SECOND_MANDAL))
    again = (await get(identity, f"/v1/units/{world.unit_id(world.MANDAL)}", STATE)).json()
    assert again["successor_id"] == answer["successor_id"]


async def test_what_stands_beneath_goes_to_the_successor(identity: Harness) -> None:
    await merge(identity, STATE, world.MANDAL, SECOND_MANDAL)
    found = await paths(identity, "units")
    assert [path for path in found if path.startswith(SECOND_MANDAL)] == [
        SECOND_MANDAL,
        "in.mp.d07.v1.m2.b1.",
        "in.mp.d07.v1.m2.b2.",
        "in.mp.d07.v1.m2.b3.",
    ]


async def test_offices_at_a_merged_unit_end_and_those_beneath_go_on(identity: Harness) -> None:
    await merge(identity, STATE, world.MANDAL, SECOND_MANDAL)
    ended = {one["appointment"]["appointment_id"] for one in await events(identity, "identity.appointment.ended.v1")}
    at_mandal = {world.holder(world.MANDAL), world.holder(world.MANDAL, "vistarak")}
    assert ended == {str(person.appointment_id) for person in at_mandal}


async def test_a_merger_is_told_as_what_it_consists_of_and_as_a_whole(identity: Harness) -> None:
    await merge(identity, STATE, world.MANDAL, SECOND_MANDAL)
    moved = await events(identity, "identity.unit.moved.v1")
    [closed] = await events(identity, "identity.unit.closed.v1")
    [whole] = await events(identity, "identity.unit.merged.v1")
    assert [one["tree_version"] for one in moved] + [closed["tree_version"]] == [2, 3, 4]
    assert whole["into"]["unit_id"] == str(world.unit_id(SECOND_MANDAL))
    assert whole["unit_ids"] == [str(world.unit_id(world.BOOTH)), str(world.unit_id(world.NEXT_BOOTH))]


async def test_codes_that_are_taken_at_the_successor_are_all_named(identity: Harness) -> None:
    await create(identity, STATE, SECOND_MANDAL, code="b1")
    answer = await merge(identity, STATE, world.MANDAL, SECOND_MANDAL)
    assert problem(answer) == "unit-code-taken"
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/codes/{world.unit_id(world.BOOTH)}"]


async def test_a_merger_goes_on_with_other_codes(identity: Harness) -> None:
    await create(identity, STATE, SECOND_MANDAL, code="b1")
    codes = {str(world.unit_id(world.BOOTH)): "b11"}
    assert (await merge(identity, STATE, world.MANDAL, SECOND_MANDAL, codes=codes)).status_code == 200
    assert "in.mp.d07.v1.m2.b11." in await paths(identity, "units")


async def test_one_new_code_for_two_is_refused(identity: Harness) -> None:
    codes = {str(world.unit_id(path)): "b11" for path in (world.BOOTH, world.NEXT_BOOTH)}
    assert problem(await merge(identity, STATE, world.MANDAL, SECOND_MANDAL, codes=codes)) == "unit-code-taken"


@pytest.mark.parametrize(
    ("unit", "into", "slug"),
    [
        (world.MANDAL, world.MANDAL, "merge-into-itself"),
        (world.MANDAL, world.DISTRICT, "wrong-level"),
        (world.MANDAL, world.BOOTH, "wrong-level"),
        (world.STATE, world.DISTRICT, "own-unit"),
        (world.MANDAL, "in.nx.d01.", "not-found"),
        ("in.nx.d01.", world.DISTRICT, "not-found"),
    ],
)
async def test_what_does_not_go_together_is_not_merged(identity: Harness, unit: str, into: str, slug: str) -> None:
    assert problem(await merge(identity, STATE, unit, into)) == slug


@pytest.mark.parametrize(("unit", "into"), [(world.BOOTH, world.NEXT_BOOTH), (world.NEXT_BOOTH, world.BOOTH)])
async def test_a_closed_unit_takes_no_part_in_a_merger(identity: Harness, unit: str, into: str) -> None:
    await close(identity, STATE, world.BOOTH)
    assert problem(await merge(identity, STATE, unit, into)) == "unit-closed"


async def test_both_sides_of_a_merger_and_of_a_split_have_it_in_their_history(identity: Harness) -> None:
    await merge(identity, STATE, world.BOOTH, world.NEXT_BOOTH)
    created = (await split(identity, STATE, SECOND_MANDAL, unit_ids=one("in.mp.d07.v1.m2.b3."))).json()
    acts = await rows(identity, "SELECT unit_id, act, related_id FROM unit_versions WHERE related_id IS NOT NULL")
    booth, next_booth, mandal = map(world.unit_id, (world.BOOTH, world.NEXT_BOOTH, SECOND_MANDAL))
    assert {(row["unit_id"], row["act"], row["related_id"]) for row in acts[:2]} == {
        (booth, "merged", next_booth),
        (next_booth, "absorbed", booth),
    }
    assert {(row["act"], str(row["unit_id"])) for row in acts[2:]} == {
        ("split-off", created["id"]),
        ("split", str(mandal)),
    }


async def test_splits_and_mergers_are_on_the_trail(identity: Harness) -> None:
    await merge(identity, STATE, world.BOOTH, world.NEXT_BOOTH)
    [row] = await rows(identity, "SELECT action, person_id, subject_id FROM audit_entries")
    assert tuple(row.values()) == ("unit.merge", STATE.person_id, world.unit_id(world.BOOTH))
