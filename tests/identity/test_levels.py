"""The ladder is data: rungs are put in between others, and units stand on them at once."""

from typing import Any

import pytest
from httpx import Response

from sangathan_testkit.harness import Harness, Person
from tests.identity import world
from tests.identity.asking import problem, rows
from tests.identity.test_units import STATE, create, get, move

WITH_BOTH = ("nation", "state", "sambhag", "district", "vidhan-sabha", "mandal", "shakti-kendra", "booth")


async def put(identity: Harness, codes: tuple[str, ...], person: Person = STATE, tag: str = "*") -> Response:
    levels = [{"code": code, "name_hi": f"स्तर {code}", "name_en": f"Level {code}"} for code in codes]
    headers = {"if-match": tag} if tag else {}
    return await identity.ask(
        "PUT", "/v1/levels", action="level.change", person=person, json={"levels": levels}, headers=headers
    )


async def ladder(identity: Harness) -> list[str]:
    return [one["code"] for one in (await get(identity, "/v1/levels", STATE)).json()["levels"]]


async def test_the_ladder_is_read_from_the_top(identity: Harness) -> None:
    assert await ladder(identity) == list(world.LEVELS)


async def test_rungs_are_put_in_between(identity: Harness) -> None:
    answer = await put(identity, WITH_BOTH)
    assert answer.status_code == 200, answer.text
    assert [(one["code"], one["rank"]) for one in answer.json()["levels"]] == [
        (code, rank) for rank, code in enumerate(WITH_BOTH, 1)
    ]
    assert await ladder(identity) == list(WITH_BOTH)


async def test_booths_stand_beneath_a_new_shakti_kendra(identity: Harness) -> None:
    await put(identity, WITH_BOTH)
    change: dict[str, Any] = {"level": "shakti-kendra", "code": "sk1"}
    kendra = (await create(identity, STATE, world.MANDAL, **change)).json()
    path = f"/v1/units/{world.unit_id(world.BOOTH)}/moves"
    moved = await identity.ask("POST", path, action="unit.move", person=STATE, json={"parent_id": kendra["id"]})
    assert moved.json()["path"] == "in.mp.d07.v1.m1.sk1.b1."


async def test_districts_stand_beneath_a_new_sambhag(identity: Harness) -> None:
    await put(identity, WITH_BOTH)
    await create(identity, STATE, world.STATE, level="sambhag", code="s1")
    sambhag = (await get(identity, "/v1/units", STATE, level="sambhag")).json()["items"][0]
    path = f"/v1/units/{world.unit_id(world.DISTRICT)}/moves"
    moved = await identity.ask("POST", path, action="unit.move", person=STATE, json={"parent_id": sambhag["id"]})
    assert moved.json()["path"] == "in.mp.s1.d07."


async def test_a_ladder_that_has_changed_since_is_not_overwritten(identity: Harness) -> None:
    tag = (await get(identity, "/v1/levels", STATE)).headers["etag"]
    assert (await put(identity, WITH_BOTH, tag=tag)).status_code == 200
    assert (await put(identity, world.LEVELS, tag=tag)).status_code == 412
    assert (await put(identity, world.LEVELS, tag="")).status_code == 428


@pytest.mark.parametrize(
    "codes",
    [
        ("nation", "state", "district", "vidhan-sabha", "mandal"),
        ("nation", "state", "district", "mandal", "vidhan-sabha", "booth"),
        (*world.LEVELS, "booth"),
    ],
)
async def test_a_ladder_that_the_tree_does_not_fit_is_refused(identity: Harness, codes: tuple[str, ...]) -> None:
    assert problem(await put(identity, codes)) == "ladder-does-not-fit"
    assert await ladder(identity) == list(world.LEVELS)


async def test_units_out_of_the_callers_sight_hold_the_ladder_too(identity: Harness) -> None:
    """In the other state a district stands beneath a state; the caller's own sight alone must not decide."""
    north = world.holder("in.nx.")
    assert problem(await put(identity, ("nation", "state", "district", "mandal", "vidhan-sabha", "booth"), north))


async def test_a_change_of_the_ladder_is_on_the_trail(identity: Harness) -> None:
    await put(identity, WITH_BOTH)
    [row] = await rows(identity, "SELECT action, person_id FROM audit_entries")
    assert tuple(row.values()) == ("level.change", STATE.person_id)


async def test_a_level_that_is_left_empty_may_still_be_skipped(identity: Harness) -> None:
    await put(identity, WITH_BOTH)
    assert (await move(identity, STATE, world.BOOTH, "in.mp.d07.v1.m2.")).status_code == 200
