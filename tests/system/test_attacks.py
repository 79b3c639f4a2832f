"""Attacks that take the whole system: another's cursor, what has moved away, and an office that was only lent."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest

from sangathan_demo.story.api import Actor, Api, get, post
from sangathan_demo.story.live import LiveEdge
from sangathan_demo.truth import LevelTruth, UnitTruth
from tests.system.demo_system import PASSWORD, DemoSystem
from tests.system.scope_matrix.ground import ABSENT, Bearer, Ground, Place
from tests.system.scope_matrix.probes import Ask, Placed
from tests.system.scope_matrix.records import NAMES, CannotBeError, Records
from tests.system.scope_matrix.walk import Walk
from tests.system.test_bad_input import LISTS, NOBODY
from tests.system.test_scope_matrix import PROBES

PATIENCE_S: Final = 30
TRIED_AT_LEAST: Final = {"/v1/workers", "/v1/units", "/v1/appointments", "/v1/assignments"}
# An entry of the trail stays where it was written: it can be changed by nobody, and tells of what was done there then.
STAYS: Final = "audit-entries"


@pytest.fixture
def ground(demo: DemoSystem) -> Ground:
    """An office-bearer of each level, and what is beside; with twins, the scope matrix lays out its own ground once."""
    makers = {"in.": demo.token("nation", for_s=480), "in.mp.": demo.token("state", for_s=480)}
    return Ground(demo, [_bearer(demo, level) for level in demo.truth.levels], makers)


def _bearer(demo: DemoSystem, level: LevelTruth) -> Bearer:
    own = _place(level.unit)
    positions = {"own": own} | ({"sibling": _place(level.neighbour.unit)} if level.neighbour else {})
    return Bearer(level.level, level.sign_in, demo.token(level.level, for_s=480), own, positions)


def _place(unit: UnitTruth) -> Place:
    return Place(unit.unit_id, unit.path, unit.level)


def pages(ground: Ground, token: str, path: str, **query: str) -> Iterator[dict[str, Any]]:
    """The pages of a list, as long as it answers."""
    while True:
        reply = ground.send(token, "GET", path, params={"limit": "200", **query})
        if not reply.is_success:
            return
        yield reply.json()
        if not reply.json()["next"]:
            return
        query["cursor"] = reply.json()["next"]


def names(page: dict[str, Any]) -> set[str]:
    """What a page shows, thing by thing."""
    return {str(item.get("id", item)) for item in page["items"]}


def test_a_cursor_from_a_wider_scope_shows_nothing_of_it(demo: DemoSystem, ground: Ground) -> None:
    """Refused, or going on within the own scope from there: never a row that one's own list would not have."""
    booth = demo.truth.level("booth")
    tried, leaks = set(), {}
    for _, path, _ in LISTS:
        full = (
            path.replace("{unit_id}", booth.unit.unit_id).replace("{plan_id}", NOBODY).replace("{workshop_id}", NOBODY)
        )
        first = next(pages(ground, demo.token("state"), full, limit="1"), {"next": None})
        if first["next"] is None:
            continue
        for level in ("mandal", "booth"):
            own = set().union(*(names(page) for page in pages(ground, demo.token(level), full)))
            for page in pages(ground, demo.token(level), full, cursor=first["next"]):
                tried.add(path)
                if names(page) - own:
                    leaks[path, level] = names(page) - own
            refused = ground.send(demo.token(level), "GET", full, params={"cursor": first["next"]})
            tried |= {path} if refused.status_code == 422 else set()
    assert leaks == {}
    assert tried >= TRIED_AT_LEAST


def test_by_no_route_is_anything_reached_that_has_moved_to_the_district_beside(ground: Ground) -> None:
    """Something of every kind stands at a mandal that moves away: then every id reads as one that is not there."""
    bearer = next(one for one in ground.bearers if one.level == "district")
    here, walk = _mandal(ground), Walk(ground)
    placed = [probe for probe in PROBES if isinstance(probe, Placed) and not probe.everywhere]
    placed = [probe for probe in placed if not probe.operation.endswith(STAYS)]
    _fill(ground, bearer, here, placed)
    there = _moved_away(ground, bearer, here)
    for probe in placed:
        _compare(walk, bearer, probe, there)
    assert walk.leaks == [], "\n".join(walk.leaks)


def _mandal(ground: Ground) -> Place:
    seat = ground.demo.truth.level("vidhan-sabha").unit
    body = {"parent_id": seat.unit_id, "level": "mandal", "code": f"y{uuid4().hex[:10]}", **NAMES}
    made = ground.create("/v1/units", body)
    return Place(made["id"], made["path"], "mandal")


def _fill(ground: Ground, bearer: Bearer, here: Place, placed: list[Placed]) -> None:
    for probe in placed:
        try:
            probe.build(Records(ground), bearer, here)
        except CannotBeError:
            continue


def _moved_away(ground: Ground, bearer: Bearer, here: Place) -> Place:
    """The same place in the district beside, and everything that was put at it."""
    beside = bearer.positions["sibling"]
    token = ground.makers["in."]
    seats = ground.send(token, "GET", "/v1/units", params={"parent_id": beside.unit_id}).json()["items"]
    moved = ground.create(f"/v1/units/{here.unit_id}/moves", {"parent_id": seats[0]["id"]})
    there = replace(here, path=moved["path"])
    ground.made |= {(kind, there.path): made for (kind, path), made in ground.made.items() if path == here.path}
    return there


def _compare(walk: Walk, bearer: Bearer, probe: Placed, there: Place) -> None:
    """Notes a leak that is still one when every replica has had time to follow."""

    def ask(place: Place) -> Ask:
        return probe.build(Records(walk.ground), bearer, place)

    missing = walk._send(bearer, probe.operation, ask(ABSENT))
    before = len(walk.leaks)
    deadline = time.monotonic() + PATIENCE_S
    while True:
        del walk.leaks[before:]
        reply = walk._attempt(bearer, probe.operation, lambda: ask(there))
        if reply is not None:
            walk._compare(f"{probe.operation} {probe.points}: moved away", reply, missing, probe.blanks)
        if len(walk.leaks) == before or time.monotonic() > deadline:
            return
        time.sleep(0.2)


async def test_when_the_giver_loses_the_office_the_deputys_socket_is_cut_and_requests_are_refused(
    demo: DemoSystem,
) -> None:
    mandal, deputy_in = demo.truth.level("mandal"), demo.truth.level("booth").beside().sign_in
    state_token = await asyncio.to_thread(demo.token, "state")
    async with httpx.AsyncClient(base_url=demo.http.base_url, timeout=60, trust_env=False) as http:
        api = Api(http)
        state = Actor(api, demo.truth.level("state").sign_in.phone, PASSWORD)
        state.session = {"access_token": state_token, "refresh_token": ""}
        state._expires = float("inf")
        giver_in = mandal.beside().sign_in
        body: dict[str, Any] = {
            "person_id": giver_in.person_id,
            "office": "mandal-president",
            "unit_id": mandal.unit.unit_id,
        }
        office = await state.json(post("/v1/appointments", **body))
        giver = Actor(api, giver_in.phone, PASSWORD, office["id"])
        lent = await _lend(giver, office["id"], deputy_in.person_id, mandal.unit.unit_id)
        deputy = Actor(api, deputy_in.phone, PASSWORD, lent["id"])
        await _until_answered(deputy, httpx.codes.OK)
        listener = await LiveEdge(demo.system.plan.live_url).listen(deputy)
        await state.send(post(f"/v1/appointments/{office['id']}/endings"))
        await listener.be_cut()
        await _until_answered(deputy, httpx.codes.FORBIDDEN)
        await listener.close()


async def _lend(giver: Actor, appointment: str, person: str, unit: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "person_id": person,
        "unit_id": unit,
        "actions": ["worker.list"],
        "valid_to": _in_a_month(),
    }
    deadline = time.monotonic() + PATIENCE_S
    while True:
        call = post(f"/v1/appointments/{appointment}/delegations", expects=(201, 403), **body)
        reply = await giver.send(call)
        if reply.status_code == httpx.codes.CREATED or time.monotonic() > deadline:
            return dict(reply.json())
        await asyncio.sleep(0.1)


async def _until_answered(deputy: Actor, status: int) -> None:
    """Asks until the gateway has heard of what was done."""
    deadline = time.monotonic() + PATIENCE_S
    while (await deputy.send(get("/v1/workers", expects=(200, 403), limit="1"))).status_code != status:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)


def _in_a_month() -> str:
    return time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() + 30 * 86_400))
