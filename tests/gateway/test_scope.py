"""Office gives the right, appointment the place: what a service is told, and what is refused before it hears of it."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from sangathan_contracts import identity
from sangathan_contracts.envelope import Envelope, Event
from tests.gateway.upstream import Seen
from tests.gateway.world import World, a_unit, an_appointment, the_id


async def follow(world: World, event: Event) -> None:
    body = msgspec.json.encode(event)
    envelope = Envelope(id=UUID(int=1), type=event.type, source="", time=datetime.now(UTC), subject="", body=body)
    await world.parts.hierarchy.follow(envelope)


async def test_the_assertion_carries_the_office_and_its_whole_range(world: World) -> None:
    await world.get("/v1/workers")
    claims = world.claims()
    said = (claims.aud, claims.act, claims.m, claims.p, claims.sub, claims.off, claims.unit, claims.lo, claims.hi)
    assert said == (
        "registry",
        "worker.list",
        "GET",
        "/v1/workers",
        the_id("president"),
        "district-president",
        the_id("in.mp.d07."),
        "in.mp.d07.",
        "in.mp.d07/",
    )


async def test_the_assertion_carries_field_classes_session_appointment_and_tree_version(world: World) -> None:
    await world.get("/v1/workers")
    claims = world.claims()
    assert (claims.fc, claims.sid, claims.apt, claims.tv, claims.acr) == (
        ("contact", "open", "sensitive"),
        the_id("session of president"),
        the_id("d07-president"),
        5,
        "pwd",
    )


async def test_each_request_has_an_assertion_of_its_own_path(world: World) -> None:
    await world.get("/v1/workers/one")
    await world.get("/v1/workers/two")
    assert [world.claims(at=0).p, world.claims(at=1).p] == ["/v1/workers/one", "/v1/workers/two"]


async def test_a_unit_in_the_query_narrows_the_range(world: World) -> None:
    await world.get(f"/v1/workers?unit_id={the_id('in.mp.d07.v033.')}")
    claims = world.claims()
    assert (claims.lo, claims.hi, claims.unit) == ("in.mp.d07.v033.", "in.mp.d07.v033/", the_id("in.mp.d07.v033."))


async def test_a_unit_in_the_query_narrows_the_range_however_it_is_spelled(world: World) -> None:
    await world.get(f"/v1/workers?unit%5Fid={the_id('in.mp.d07.v033.').upper()}")
    assert world.claims().lo == "in.mp.d07.v033."


async def test_a_unit_in_the_path_narrows_the_range(world: World) -> None:
    await world.get(f"/v1/units/{the_id('in.mp.d07.v033.')}")
    assert world.claims("identity").lo == "in.mp.d07.v033."


OUTSIDE = {
    "sibling": the_id("in.mp.d08."),
    "parent": the_id("in.mp."),
    "prefix twin": the_id("in.mp.d070."),
    "nation": the_id("in."),
    "unknown": the_id("nowhere"),
    "no id at all": "everything",
}


@pytest.mark.parametrize("unit", OUTSIDE.values(), ids=OUTSIDE.keys())
@pytest.mark.parametrize("path", ["/v1/workers?unit_id=", "/v1/units/"])
async def test_a_unit_outside_reads_like_one_that_does_not_exist(world: World, path: str, unit: str) -> None:
    answered = await world.get(path + unit)
    unknown = await world.get(path + the_id("never was"))
    assert answered.status_code == 404
    assert {**answered.json(), "trace_id": ""} == {**unknown.json(), "trace_id": ""}
    assert world.registry.seen == world.identity.seen == []


async def test_two_units_in_the_query_are_refused(world: World) -> None:
    answered = await world.get(f"/v1/workers?unit_id={the_id('in.mp.d07.')}&unit_id={the_id('in.mp.d08.')}")
    assert answered.status_code == 400


async def test_an_action_that_the_office_lacks_is_forbidden_and_says_which(world: World) -> None:
    answered = await world.client.post("/v1/units", headers=world.headers("booth-holder"))
    assert answered.status_code == 403
    assert answered.json()["detail"] == "The office booth-president lacks the action unit.create."
    hindi = {**world.headers("booth-holder"), "Accept-Language": "hi"}
    answered = await world.client.post("/v1/units", headers=hindi)
    assert answered.json()["detail"] == "दायित्व booth-president में कार्य unit.create नहीं है।"


async def test_nobody_acts_without_an_office(world: World) -> None:
    assert (await world.get("/v1/workers", "stranger")).status_code == 403


async def test_an_appointment_that_has_lapsed_gives_nothing(world: World) -> None:
    assert (await world.get("/v1/workers", "former")).status_code == 403


async def test_an_appointment_lapses_by_its_date_without_anybody_acting(world: World) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=1)
    await follow(
        world,
        identity.AppointmentMade(
            appointment=an_appointment(
                "d07-president", "president", "district-president", "in.mp.d07.", valid_to=soon, version=2
            )
        ),
    )
    before = (await world.get("/v1/workers")).status_code
    later = soon.timestamp()
    world.core.now = lambda: later
    assert (before, (await world.get("/v1/workers")).status_code) == (200, 403)


async def test_an_appointment_that_has_ended_gives_nothing_from_then_on(world: World) -> None:
    assert (await world.get("/v1/workers")).status_code == 200
    ended = an_appointment(
        "d07-president", "president", "district-president", "in.mp.d07.", ended_at=datetime.now(UTC), version=2
    )
    await follow(world, identity.AppointmentEnded(appointment=ended))
    assert (await world.get("/v1/workers")).status_code == 403


async def test_who_holds_two_offices_must_name_one(world: World) -> None:
    answered = await world.get("/v1/workers", "double")
    assert (answered.status_code, answered.json()["type"]) == (400, "urn:sangathan:problem:appointment-needed")


@pytest.mark.parametrize(("appointment", "lo"), [("first", "in.mp.d07."), ("second", "in.mp.d08.")])
async def test_the_appointment_named_decides_the_range(world: World, appointment: str, lo: str) -> None:
    await world.get("/v1/workers", "double", **{"sangathan-appointment": the_id(appointment)})
    assert world.claims().lo == lo


@pytest.mark.parametrize("named", [the_id("d07-president"), the_id("no such"), "*", ""])
async def test_somebody_elses_appointment_gives_nothing(world: World, named: str) -> None:
    answered = await world.get("/v1/workers", "state-holder", **{"sangathan-appointment": named})
    assert answered.status_code == 403


async def test_an_own_thing_needs_no_office_and_carries_no_range(world: World) -> None:
    answered = await world.get("/v1/me", "stranger")
    claims = world.claims("identity")
    assert (answered.status_code, claims.sub, claims.lo, claims.hi, claims.apt) == (200, the_id("stranger"), "", "", "")


async def test_a_public_route_says_nothing_of_who_asks(world: World) -> None:
    await world.client.get("/v1/jwks", headers={"authorization": f"Bearer {world.token()}"})
    claims = world.claims("identity")
    assert (claims.act, claims.sub, claims.sid, claims.lo, claims.hi) == ("key.read", "", "", "", "")


async def test_a_unit_that_moves_takes_its_holders_along(world: World) -> None:
    await world.get("/v1/workers", "booth-holder")
    moved = a_unit("in.mp.d07.v033.", path="in.mp.d08.v033.", parent_id=UUID(the_id("in.mp.d08.")), version=2)
    await follow(world, identity.UnitMoved(unit=moved, old_path="in.mp.d07.v033.", tree_version=6))
    await world.get("/v1/workers", "booth-holder")
    assert [(world.claims(at=at).lo, world.claims(at=at).tv) for at in (0, 1)] == [
        ("in.mp.d07.v033.", 5),
        ("in.mp.d08.v033.", 6),
    ]


async def test_a_change_elsewhere_in_the_tree_is_told_to_the_services(world: World) -> None:
    await world.get("/v1/workers")
    await follow(world, identity.UnitCreated(unit=a_unit("in.mp.d09."), tree_version=6))
    await world.get("/v1/workers")
    assert [world.claims(at=at).tv for at in (0, 1)] == [5, 6]


async def test_a_tree_that_is_not_loaded_admits_nobody_to_an_office(world: World) -> None:
    world.parts.hierarchy.loaded = False
    answered = await world.get("/v1/workers")
    assert (answered.status_code, answered.headers["retry-after"]) == (503, "1")


async def test_a_service_that_finds_the_unit_moved_is_asked_again(world: World) -> None:
    calls: list[bytes] = []

    async def moved_once(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Seen) -> None:
        calls.append(seen.body)
        if len(calls) == 1:
            writer.write(b"HTTP/1.1 503 Busy\r\nsangathan-scope-moved: 1\r\ncontent-length: 2\r\n\r\n{}")
        else:
            writer.write(b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}")

    world.registry.behaviours["/v1/workers"] = moved_once
    answered = await world.client.post("/v1/workers", headers=world.headers(), content=b'{"a":1}')
    assert (answered.status_code, calls) == (201, [b'{"a":1}', b'{"a":1}'])


async def test_a_live_ticket_names_every_place_the_caller_holds(world: World) -> None:
    answered = await world.client.post("/v1/live-tickets", headers=world.headers("double"))
    claims = world.verifiers["live"].verify(answered.json()["ticket"])
    assert answered.status_code == 201
    assert (claims.act, claims.paths, set(claims.apts)) == (
        "live.listen",
        ("in.mp.d07.", "in.mp.d08."),
        {the_id("first"), the_id("second")},
    )
    assert answered.json()["url"] == "ws://127.0.0.1:8001/live"


async def test_a_live_ticket_names_no_place_that_has_been_left(world: World) -> None:
    answered = await world.client.post("/v1/live-tickets", headers=world.headers("former"))
    assert world.verifiers["live"].verify(answered.json()["ticket"]).paths == ()
