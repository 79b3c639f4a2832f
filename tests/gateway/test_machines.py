"""Another system at the gateway: its token stands for one grant, within the office that gave it, and for no person."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from sangathan_contracts import identity
from tests.gateway.test_scope import follow
from tests.gateway.world import World, an_appointment, the_id

GRANTED = ("worker.list", "unit.read")
GIVER = ("state", "state-holder", "state-president", "in.mp.")


async def grant(world: World, name: str = "granted", **changes: Any) -> None:
    state: dict[str, Any] = {
        "delegated_from": UUID(the_id("state")),
        "actions": GRANTED,
        "client_id": UUID(the_id("portal")),
    } | changes
    path = state.pop("path", "in.mp.d07.")
    await follow(
        world,
        identity.AppointmentMade(appointment=an_appointment(name, "portal", "state-president", path, **state)),
    )


def token(world: World, **changes: Any) -> str:
    """As identity gives it to a system."""
    claims = {
        "client_id": the_id("portal"),
        "appts": [the_id("granted")],
        "scope": "worker.list unit.read",
        "sid": the_id("token"),
        "acr": None,
    }
    return world.token("portal", **claims | changes)


async def get(world: World, path: str = "/v1/workers", *, sent: str = "", **headers: str) -> httpx.Response:
    return await world.client.get(path, headers={"authorization": f"Bearer {sent or token(world)}", **headers})


async def test_a_system_acts_at_the_unit_of_its_grant_under_the_office_that_gave_it(world: World) -> None:
    await grant(world)
    assert (await get(world)).status_code == 200
    claims = world.claims()
    assert (claims.sub, claims.apt, claims.off) == (the_id("portal"), the_id("granted"), "state-president")
    assert (claims.lo, claims.hi) == ("in.mp.d07.", "in.mp.d07/")


async def test_a_system_is_shown_fewer_fields_than_the_office_sees(world: World) -> None:
    await grant(world)
    await get(world)
    await world.get("/v1/workers", "state-holder")
    assert (world.claims(at=-2).fc, world.claims().fc) == (("open",), ("contact", "open", "sensitive"))


async def test_outside_the_grants_unit_nothing_is_found(world: World) -> None:
    await grant(world)
    inside, outside = [await get(world, f"/v1/units/{the_id(path)}") for path in ("in.mp.d07.", "in.mp.d070.")]
    assert (inside.status_code, outside.status_code) == (200, 404)


async def test_what_was_not_granted_and_what_the_token_leaves_out_is_refused(world: World) -> None:
    await grant(world)
    assert (await get(world, "/v1/workers/one", sent=token(world, scope="worker.read"))).status_code == 403
    narrow = await get(world, sent=token(world, scope="unit.read"))
    assert narrow.status_code == 403
    assert 'error="insufficient_scope", scope="worker.list"' in narrow.headers["www-authenticate"]


async def test_what_no_machine_may_have_is_refused_even_if_an_event_says_so(world: World) -> None:
    await grant(world, actions=("unit.create", "worker.list"))
    sent = token(world, scope="unit.create worker.list")
    refused = await world.client.post("/v1/units", headers={"authorization": f"Bearer {sent}"})
    assert (refused.status_code, (await get(world, sent=sent)).status_code) == (403, 200)


async def test_what_belongs_to_a_person_is_not_for_a_system(world: World) -> None:
    await grant(world)
    assert (await get(world, "/v1/me")).status_code == 403
    headers = {"authorization": f"Bearer {token(world)}"}
    assert (await world.client.post("/v1/live-tickets", headers=headers)).status_code == 403


async def test_a_token_is_good_for_its_one_grant(world: World) -> None:
    await grant(world)
    await grant(world, "other", path="in.mp.d08.")
    assert (await get(world)).status_code == 200
    assert world.claims().apt == the_id("granted")
    other = await get(world, **{"sangathan-appointment": the_id("other")})
    assert other.status_code == 403


@pytest.mark.parametrize("changes", [{"client_id": "another"}, {"appts": []}, {"appts": ["one", "two"]}], ids=str)
async def test_a_token_that_stands_for_no_one_grant_is_none(world: World, changes: dict[str, Any]) -> None:
    await grant(world)
    assert (await get(world, sent=token(world, **changes))).status_code == 401


async def test_a_persons_token_acts_under_no_grant(world: World) -> None:
    await grant(world)
    assert (await get(world, sent=world.token("portal", appts=[the_id("granted")]))).status_code == 403


@pytest.mark.parametrize("what", ["ended", "office ended", "office lapsed", "giver suspended", "token given back"])
async def test_a_grant_gives_nothing_once_what_it_stands_on_has_gone(world: World, what: str) -> None:
    await grant(world)
    before, now = await get(world), datetime.now(UTC)
    if what == "ended":
        await grant(world, version=2, ended_at=now)
    elif what == "giver suspended":
        world.parts.revocations.suspend(the_id("state-holder"), 2)
    elif what == "token given back":
        world.parts.revocations.end_session(the_id("token"), now.timestamp())
    else:
        over: dict[str, Any] = {"ended_at": now} if what == "office ended" else {"valid_to": now - timedelta(seconds=1)}
        changed = an_appointment(*GIVER, version=2, **over)
        await follow(world, identity.AppointmentEnded(appointment=changed))
    after = await get(world)
    assert (before.status_code, after.status_code) == (200, 401 if what == "token given back" else 403)


async def test_a_grant_lapses_by_its_date_with_nobody_acting(world: World) -> None:
    await grant(world, valid_to=datetime.now(UTC) + timedelta(seconds=30))
    before, now = await get(world), world.core.now
    world.core.now = lambda: now() + 31
    assert (before.status_code, (await get(world)).status_code) == (200, 403)


async def test_a_gateway_without_news_asks_identity_about_the_token_and_the_grant(world: World) -> None:
    await grant(world)
    world.feed.silent = True
    await get(world)
    asked = next(seen for seen in world.identity.seen if seen.target == "/v1/introspections")
    question = json.loads(asked.body)
    assert question == {
        "session_id": the_id("token"),
        "person_id": the_id("portal"),
        "appointment_id": the_id("granted"),
    }
