"""The tree as history: what a unit was on a date, who held it, and how much of what lies outside is told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from httpx import Response

from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness, Person
from tests.identity import world
from tests.identity.asking import said
from tests.identity.test_units import STATE, close, create, get, move, rename

BEFORE = "2022-01-20"
NEW_PLACE = "in.mp.d08.v2."
NEW_DISTRICT = world.holder("in.mp.d08.")
TREE_MOVED = {"tree_version": 2}


async def as_of(identity: Harness, person: Person, unit: str, moment: str = BEFORE) -> Response:
    return await get(identity, f"/v1/units/{world.unit_id(unit)}", person, as_of=moment)


async def history(identity: Harness, person: Person, unit: str, **params: str | int) -> list[dict[str, Any]]:
    answer = await get(identity, f"/v1/units/{world.unit_id(unit)}/history", person, **params)
    return list(answer.json()["items"])


async def held(identity: Harness, person: Person, **params: str | int) -> list[str]:
    answer = await identity.ask("GET", "/v1/appointments", action="appointment.list", person=person, params=params)
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["items"]]


@pytest.fixture
async def moved(identity: Harness, clock: FixedClock) -> Harness:
    """The mandal of district d07 has moved to d08, a day after the day that is asked about."""
    clock.pass_time(timedelta(days=1))
    assert (await move(identity, STATE, world.MANDAL, NEW_PLACE)).status_code == 200
    return identity


async def test_a_booth_was_in_the_district_that_it_was_in(moved: Harness) -> None:
    past = (await as_of(moved, STATE, world.BOOTH)).json()
    assert past["path"] == world.BOOTH
    assert [(rung["level"], rung["code"]) for rung in past["above"]] == [
        ("nation", "in"),
        ("state", "mp"),
        ("district", "d07"),
        ("vidhan-sabha", "v1"),
        ("mandal", "m1"),
    ]


async def test_a_booth_is_in_the_district_that_it_is_in(moved: Harness) -> None:
    assert (await as_of(moved, STATE, world.BOOTH, "2022-01-21")).json()["path"] == "in.mp.d08.v2.m1.b1."


async def test_a_moment_is_as_good_as_a_day(moved: Harness) -> None:
    just_before = (await as_of(moved, STATE, world.MANDAL, "2022-01-21T08:59:59Z")).json()
    just_then = (await as_of(moved, STATE, world.MANDAL, "2022-01-21T09:00:00Z")).json()
    assert (just_before["path"], just_then["path"]) == (world.MANDAL, "in.mp.d08.v2.m1.")
    assert just_before["valid_to"] == just_then["valid_from"] == "2022-01-21T09:00:00Z"


async def test_a_unit_is_read_under_the_name_that_it_had(identity: Harness, clock: FixedClock) -> None:
    clock.pass_time(timedelta(days=1))
    await rename(identity, STATE, world.BOOTH, if_match="*")
    past = (await as_of(identity, STATE, world.BOOTH)).json()
    assert (past["name_hi"], past["version"]) == (f"इकाई {world.BOOTH}", 1)


async def test_before_a_unit_began_it_reads_like_none(identity: Harness) -> None:
    made = (await create(identity, STATE, world.MANDAL)).json()
    early = await get(identity, f"/v1/units/{made['id']}", STATE, as_of="2022-01-19")
    assert said(early) == said(await as_of(identity, STATE, "in.zz."))


async def test_who_sees_a_unit_today_reads_its_past(moved: Harness) -> None:
    new = world.holder("in.mp.d08.")
    assert (await as_of(moved, new, world.BOOTH)).json()["path"] == world.BOOTH


async def test_who_sees_a_unit_no_more_reads_nothing_of_its_past(moved: Harness) -> None:
    old = world.holder(world.DISTRICT)
    assert said(await as_of(moved, old, world.BOOTH)) == said(await as_of(moved, old, "in.zz."))
    answer = await get(moved, f"/v1/units/{world.unit_id(world.BOOTH)}/history", old)
    assert answer.status_code == 404


async def test_of_units_outside_neither_id_nor_names_are_told(moved: Harness) -> None:
    above = (await as_of(moved, NEW_DISTRICT, world.BOOTH)).json()["above"]
    told = {rung["code"]: (rung["id"] is not None, rung["name_en"]) for rung in above}
    assert told == {
        "in": (False, None),
        "mp": (False, None),
        "d07": (False, None),
        "v1": (False, None),
        "m1": (True, "Unit in.mp.d07.v1.m1."),
    }


async def test_the_past_parent_is_not_told_where_it_lies_outside(moved: Harness) -> None:
    assert (await as_of(moved, NEW_DISTRICT, world.MANDAL)).json()["parent_id"] is None
    assert [one["parent_id"] for one in await history(moved, NEW_DISTRICT, world.MANDAL)] == [
        str(world.unit_id(NEW_PLACE)),
        None,
    ]


async def test_a_list_shows_the_units_as_they_stood(moved: Harness) -> None:
    answer = await get(moved, "/v1/units", STATE, as_of=BEFORE, level="mandal", limit=200)
    assert [one["path"] for one in answer.json()["items"]] == [
        "in.mp.d07.v1.m2.",
        "in.mp.d070.v3.m1.",
        world.MANDAL,
    ]


async def test_a_past_list_comes_in_pages_without_gap_or_double(moved: Harness) -> None:
    seen: list[str] = []
    params: dict[str, str | int] = {"limit": 4, "as_of": BEFORE}
    while True:
        page = (await get(moved, "/v1/units", STATE, **params)).json()
        seen += [one["path"] for one in page["items"]]
        if page["next"] is None:
            break
        params["cursor"] = page["next"]
    assert sorted(seen) == [path for path in sorted(world.PATHS) if path.startswith(world.STATE)]


async def test_a_past_report_of_a_district_has_what_stood_there_then(moved: Harness) -> None:
    district = str(world.unit_id(world.DISTRICT))
    answer = await get(moved, "/v1/units", STATE, as_of=BEFORE, stood_beneath=district, limit=200)
    assert sorted(one["path"] for one in answer.json()["items"]) == [
        path for path in sorted(world.PATHS) if path.startswith(world.DISTRICT)
    ]


async def test_a_past_report_shows_nothing_that_is_out_of_sight_today(moved: Harness) -> None:
    old = world.holder(world.DISTRICT)
    district = str(world.unit_id(world.DISTRICT))
    answer = await get(moved, "/v1/units", old, as_of=BEFORE, stood_beneath=district, limit=200)
    assert [one["path"] for one in answer.json()["items"]] == [
        world.DISTRICT,
        "in.mp.d07.v1.",
        "in.mp.d07.v1.m2.",
        "in.mp.d07.v1.m2.b3.",
    ]


async def test_a_past_place_outside_the_scope_is_not_there(moved: Harness) -> None:
    twin = str(world.unit_id(world.TWIN))
    answer = await get(moved, "/v1/units", world.holder(world.DISTRICT), as_of=BEFORE, stood_beneath=twin)
    assert answer.status_code == 404


async def test_a_past_place_without_a_moment_is_refused(identity: Harness) -> None:
    answer = await get(identity, "/v1/units", STATE, stood_beneath=str(world.unit_id(world.DISTRICT)))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#query/stood_beneath")


@pytest.mark.parametrize("moment", ["yesterday", "2022-13-01", "2022-01-20T10:00:00", "9999-12-31", "", "20220120"])
async def test_a_moment_that_is_none_is_refused(identity: Harness, moment: str) -> None:
    answer = await as_of(identity, STATE, world.BOOTH, moment)
    assert answer.status_code == 422, answer.text


async def test_who_held_a_booth_on_a_day_stays_known(identity: Harness, clock: FixedClock) -> None:
    clock.pass_time(timedelta(days=1))
    await close(identity, STATE, world.BOOTH)
    at_booth = {"unit_id": str(world.unit_id(world.BOOTH))}
    holder = str(world.holder(world.BOOTH).appointment_id)
    assert await held(identity, STATE, as_of=BEFORE, **at_booth) == [holder]
    assert await held(identity, STATE, as_of="2022-01-21", **at_booth) == []


async def test_nobody_held_an_office_before_the_term_began(identity: Harness) -> None:
    assert await held(identity, STATE, as_of="2021-03-31", unit_id=str(world.unit_id(world.BOOTH))) == []


async def test_who_held_offices_in_a_district_then_is_told_by_where_the_units_stood(moved: Harness) -> None:
    district = str(world.unit_id(world.DISTRICT))
    found = await held(moved, STATE, as_of=BEFORE, stood_beneath=district, office="booth-president")
    booths = ("in.mp.d07.v1.m1.b1.", "in.mp.d07.v1.m1.b2.", "in.mp.d07.v1.m2.b3.")
    assert set(found) == {str(world.holder(booth).appointment_id) for booth in booths}


async def test_holders_out_of_sight_today_are_not_told_for_then(moved: Harness) -> None:
    district = str(world.unit_id(world.DISTRICT))
    found = await held(
        moved, world.holder(world.DISTRICT), as_of=BEFORE, stood_beneath=district, office="booth-president"
    )
    assert found == [str(world.holder("in.mp.d07.v1.m2.b3.").appointment_id)]


async def test_history_lists_what_became_of_a_unit_the_newest_first(moved: Harness, clock: FixedClock) -> None:
    clock.pass_time(timedelta(days=1))
    await rename(moved, STATE, world.MANDAL, if_match="*")
    states = await history(moved, STATE, world.MANDAL)
    assert [(one["act"], one["version"], one["valid_to"]) for one in states] == [
        ("renamed", 3, None),
        ("moved", 2, "2022-01-22T09:00:00Z"),
        ("recorded", 1, "2022-01-21T09:00:00Z"),
    ]


async def test_history_says_who_did_it_to_whom_they_are_in_sight_of(moved: Harness) -> None:
    assert (await history(moved, STATE, world.MANDAL))[0]["done_by"] == str(STATE.person_id)
    below = (await history(moved, NEW_DISTRICT, world.MANDAL))[0]
    assert (below["act"], below["done_by"], below["request_id"]) == ("moved", None, None)


async def test_history_comes_in_pages(moved: Harness) -> None:
    path = f"/v1/units/{world.unit_id(world.MANDAL)}/history"
    first = (await get(moved, path, STATE, limit=1)).json()
    second = (await get(moved, path, STATE, limit=1, cursor=first["next"])).json()
    assert [page["items"][0]["version"] for page in (first, second)] == [2, 1]
    assert second["next"] is None


Change = Callable[[Harness], Any]


@pytest.mark.parametrize(
    ("change", "act"),
    [
        (lambda identity: create(identity, STATE, world.MANDAL), "created"),
        (lambda identity: rename(identity, STATE, world.BOOTH, if_match="*"), "renamed"),
        (lambda identity: move(identity, STATE, world.BOOTH, "in.mp.d07.v1.m2."), "moved"),
        (lambda identity: close(identity, STATE, world.BOOTH), "closed"),
    ],
)
async def test_every_change_is_dated(identity: Harness, clock: FixedClock, change: Change, act: str) -> None:
    answer = (await change(identity)).json()
    newest = (await get(identity, f"/v1/units/{answer['id']}/history", STATE)).json()["items"][0]
    assert (newest["act"], newest["version"]) == (act, answer["version"])
    assert datetime.fromisoformat(newest["valid_from"]) == clock.now().astimezone(UTC)
