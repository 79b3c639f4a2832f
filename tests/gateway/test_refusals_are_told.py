"""Whom the gateway refuses, and what: told to identity's trail, what is alike as one, and nothing about strangers."""

import time
from dataclasses import dataclass, field
from typing import Any

import msgspec

from sangathan_contracts.gateway import RequestsRefused
from sangathan_gateway.refusals import Publication
from tests.gateway.test_view_as import look
from tests.gateway.world import World, the_id


@dataclass
class Broker:
    """Stands where NATS does: keeps what is published, or is away."""

    connected: bool = True
    sent: list[tuple[str, RequestsRefused, dict[str, str]]] = field(default_factory=list)

    @property
    def js(self) -> "Broker":
        return self

    async def publish(self, subject: str, body: bytes, headers: dict[str, str], **_rest: Any) -> None:
        if len(self.sent) == 1 and not self.connected:
            raise TimeoutError
        self.sent.append((subject, msgspec.json.decode(body, type=RequestsRefused), headers))


def publication(world: World, broker: Broker) -> Publication:
    return Publication(broker, world.parts.hierarchy, world.core.refusals)  # type: ignore[arg-type]  # As far as it goes.


async def told(world: World) -> list[RequestsRefused]:
    broker = Broker()
    await publication(world, broker).publish()
    return [event for _, event, _ in broker.sent]


async def test_an_office_that_lacks_the_right_is_told_with_its_unit(world: World) -> None:
    await world.client.put("/v1/workers/one", headers=world.headers("booth-holder"))
    await world.get(f"/v1/units/{the_id('in.mp.d08.')}", "booth-holder")
    await world.client.post("/v1/units", headers=world.headers("booth-holder"))
    outside, lacking = await told(world)
    assert (outside.reason, outside.route) == ("not-found", "GET /v1/units/{unit_id}")
    assert (lacking.reason, lacking.action, lacking.office) == ("forbidden", "unit.create", "booth-president")
    assert {str(one.person_id) for one in (outside, lacking)} == {the_id("booth-holder")}
    assert {one.path for one in (outside, lacking)} == {"in.mp.d07.v033."}


async def test_what_is_alike_within_a_moment_is_told_once_with_its_number(world: World) -> None:
    for _ in range(3):
        await world.client.post("/v1/units", headers=world.headers("booth-holder"))
    [event] = await told(world)
    assert (event.times, event.first_at <= event.last_at) == (3, True)
    assert await told(world) == []


async def test_a_session_that_has_ended_is_told_by_its_person(world: World) -> None:
    world.parts.revocations.end_session(the_id("session of president"), time.time())
    await world.get("/v1/workers")
    [event] = await told(world)
    assert (event.reason, str(event.session_id)) == ("unauthenticated", the_id("session of president"))


async def test_looking_through_somebody_above_is_told_under_the_own_appointment(world: World) -> None:
    await look(world, "state", "president")
    [event] = await told(world)
    assert (event.reason, str(event.appointment_id)) == ("not-found", the_id("d07-president"))


async def test_what_passes_and_what_says_nothing_about_rights_is_not_told(world: World) -> None:
    await world.get("/v1/workers")
    await world.client.get("/v1/workers")
    await world.client.get("/v1/workers", headers={"authorization": "Bearer bent"})
    await world.get("/v1/nowhere")
    await world.registry.stop()
    await world.get("/v1/workers")
    assert await told(world) == []


async def test_what_was_not_published_waits_for_the_broker_under_its_own_id(world: World) -> None:
    await world.client.post("/v1/units", headers=world.headers("booth-holder"))
    await world.get(f"/v1/units/{the_id('in.mp.d08.')}", "booth-holder")
    broker = Broker()
    feed = publication(world, broker)
    original, broker.connected = broker.publish, True

    async def breaks_off(subject: str, body: bytes, headers: dict[str, str], **rest: Any) -> None:
        if broker.sent:
            broker.connected = False
            raise TimeoutError
        await original(subject, body, headers, **rest)

    broker.publish = breaks_off  # type: ignore[method-assign]  # It breaks off after the first.
    await feed.publish()
    assert len(broker.sent) == 1
    broker.publish, broker.connected = original, True  # type: ignore[method-assign]
    await feed.publish()
    ids = [headers["Nats-Msg-Id"] for _, _, headers in broker.sent]
    assert [subject for subject, _, _ in broker.sent] == ["ev.gateway.requests.refused.v1.in.mp.d07.v033"] * 2
    assert len(set(ids)) == 2
