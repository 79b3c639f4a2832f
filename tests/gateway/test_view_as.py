"""What would this appointment see? Read-only, never more than either sees, and the service is told who looks."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sangathan_contracts import identity
from tests.gateway.test_scope import follow
from tests.gateway.world import World, an_appointment, the_id

HEADER = "sangathan-view-as"


async def look(world: World, appointment: str, person: str = "state-holder", path: str = "/v1/workers") -> int:
    return (await world.get(path, person, **{HEADER: the_id(appointment)})).status_code


async def test_an_officer_above_sees_the_range_of_the_appointment(world: World) -> None:
    assert await look(world, "booth") == 200
    claims = world.claims()
    assert (claims.off, claims.lo, claims.unit) == ("booth-president", "in.mp.d07.v033.", the_id("in.mp.d07.v033."))


async def test_the_service_is_told_who_looks_and_through_whose_eyes(world: World) -> None:
    await look(world, "booth")
    claims = world.claims()
    assert (claims.sub, claims.apt, claims.vo) == (the_id("state-holder"), the_id("state"), "state-president")
    assert (claims.va, claims.vp) == (the_id("booth"), the_id("booth-holder"))


async def test_without_the_header_nobody_looks_through_anybody(world: World) -> None:
    await look(world, "booth")
    await world.get("/v1/workers", "state-holder")
    claims = world.claims()
    assert (claims.va, claims.off, claims.lo) == ("", "state-president", "in.mp.")


async def test_fields_that_the_viewer_lacks_stay_hidden(world: World) -> None:
    viewer = an_appointment("it", "it-holder", "state-it-in-charge", "in.mp.")
    await follow(world, identity.AppointmentMade(appointment=viewer))
    assert await look(world, "booth", "it-holder") == 200
    assert world.claims().fc == ("contact", "open")


async def test_what_the_appointment_may_not_do_is_refused_to_the_viewer(world: World) -> None:
    seen = an_appointment("vistarak", "vistarak-holder", "vistarak", "in.mp.d07.v033.")
    await follow(world, identity.AppointmentMade(appointment=seen))
    assert await look(world, "vistarak", path="/v1/workers/one") == 403


@pytest.mark.parametrize("appointment", ["second", "state", "no such"])
async def test_an_appointment_outside_or_above_reads_like_none(world: World, appointment: str) -> None:
    assert await look(world, appointment, "president") == 404


async def test_an_office_above_the_own_level_at_the_own_unit_is_not_looked_through(world: World) -> None:
    higher = an_appointment("higher", "guest", "state-president", "in.mp.d07.")
    await follow(world, identity.AppointmentMade(appointment=higher))
    assert await look(world, "higher", "president") == 404


async def test_an_office_that_may_not_look_is_refused(world: World) -> None:
    assert await look(world, "booth", "booth-holder") == 403


async def test_an_appointment_that_is_over_shows_nothing(world: World) -> None:
    over = an_appointment(
        "booth", "booth-holder", "booth-president", "in.mp.d07.v033.", version=2, ended_at=datetime.now(UTC)
    )
    await follow(world, identity.AppointmentEnded(appointment=over))
    assert await look(world, "booth") == 403


@pytest.mark.parametrize(("method", "path"), [("POST", "/v1/workers"), ("PUT", "/v1/workers/one")])
async def test_nothing_is_changed_through_other_eyes(world: World, method: str, path: str) -> None:
    headers = world.headers("state-holder", **{HEADER: the_id("booth")})
    answered = await world.client.request(method, path, headers=headers)
    assert (answered.status_code, world.registry.seen) == (403, [])


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/me"), ("POST", "/v1/live-tickets")])
async def test_what_belongs_to_a_person_is_not_looked_into(world: World, method: str, path: str) -> None:
    headers = world.headers("state-holder", **{HEADER: the_id("booth")})
    answered = await world.client.request(method, path, headers=headers)
    assert (answered.status_code, world.identity.seen) == (403, [])


async def test_nobody_looks_through_others_while_revocations_are_not_known(world: World) -> None:
    world.feed.silent = True
    assert await look(world, "booth") == 503


async def test_an_assertion_for_the_own_eyes_is_never_taken_for_anothers(world: World) -> None:
    """The two are prepared and kept apart, even for the caller's own appointment."""
    said: list[Any] = []
    for headers in ({}, {HEADER: the_id("state")}, {}):
        await world.get("/v1/workers", "state-holder", **headers)
        said.append(world.claims().va)
    assert said == ["", the_id("state"), ""]


async def test_the_header_twice_is_refused(world: World) -> None:
    token = world.token("state-holder")
    two = f"{HEADER}: {the_id('booth')}\r\n" * 2
    head = f"GET /v1/workers HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n"
    answered = await world.raw(f"{head}{two}\r\n".encode())
    assert answered.startswith(b"HTTP/1.1 400")
