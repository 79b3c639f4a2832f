"""A session that has ended is refused at once, and when nobody can tell, identity is asked."""

import time

import pytest

from tests.gateway.upstream import answer
from tests.gateway.world import World, the_id


async def test_a_session_that_has_ended_is_refused_though_its_token_is_remembered(world: World) -> None:
    before = (await world.get("/v1/me")).status_code
    world.parts.revocations.end_session(the_id("session of president"), time.time())
    answered = await world.get("/v1/me")
    assert (before, answered.status_code) == (200, 401)
    assert 'error_description="The session has ended"' in answered.headers["www-authenticate"]


async def test_a_suspended_person_is_refused_in_every_session(world: World) -> None:
    other = {"authorization": f"Bearer {world.token(sid=the_id('another session'))}"}
    world.parts.revocations.suspend(the_id("president"), 2)
    answers = [await world.get("/v1/me"), await world.client.get("/v1/me", headers=other)]
    assert [answered.status_code for answered in answers] == [401, 401]


async def test_a_reinstated_person_may_act_again(world: World) -> None:
    world.parts.revocations.suspend(the_id("president"), 2)
    world.parts.revocations.reinstate(the_id("president"), 3)
    assert (await world.get("/v1/me")).status_code == 200


async def test_a_late_old_event_does_not_reinstate(world: World) -> None:
    world.parts.revocations.suspend(the_id("president"), 4)
    world.parts.revocations.reinstate(the_id("president"), 3)
    assert (await world.get("/v1/me")).status_code == 401


async def test_a_revocation_empties_the_memory_of_tokens(world: World) -> None:
    await world.get("/v1/me")
    world.parts.revocations.end_session(the_id("session of president"), time.time())
    world.access.forget_full(time.time())
    assert len(world.parts.cache) == 0


async def test_an_ended_session_is_remembered_until_its_last_token_has_died(world: World) -> None:
    world.parts.revocations.end_session("s", 1000.0)
    world.parts.revocations.forget_old(1000.0 + 3600)
    kept = "s" in world.parts.revocations.sessions
    world.parts.revocations.forget_old(1000.0 + 3600 + 121)
    assert (kept, "s" in world.parts.revocations.sessions) == (True, False)


def hold(world: World, body: bytes) -> None:
    world.identity.on("/v1/introspections", answer("200 OK", body))


@pytest.mark.parametrize(("body", "expected"), [(b'{"active":true}', 200), (b'{"active":false}', 401), (b"{", 503)])
async def test_while_the_broker_is_silent_identity_is_asked(world: World, body: bytes, expected: int) -> None:
    world.feed.silent = True
    hold(world, body)
    assert (await world.get("/v1/workers")).status_code == expected


async def test_identity_is_told_session_person_and_appointment(world: World) -> None:
    world.feed.silent = True
    hold(world, b'{"active":true}')
    await world.get("/v1/workers")
    asked = world.identity.seen[0]
    for name in ("session of president", "president", "d07-president"):
        assert the_id(name) in asked.body.decode()
    assert world.claims("identity").act == "token.introspect"


async def test_while_nobody_can_tell_nobody_is_admitted(world: World) -> None:
    world.feed.silent = True
    await world.identity.stop()
    answered = await world.get("/v1/workers")
    assert (answered.status_code, answered.headers["retry-after"]) == (503, "1")


async def test_a_sensitive_act_waits_until_the_latest_revocations_are_known(world: World) -> None:
    world.feed.silent = True
    hold(world, b'{"active":true}')
    answered = await world.client.post("/v1/units", headers=world.headers("state-holder"), json={})
    assert answered.status_code == 503
    assert world.identity.seen == []


async def test_a_public_route_asks_nobody(world: World) -> None:
    world.feed.silent = True
    assert (await world.client.get("/v1/jwks")).status_code == 200
    assert [seen.target for seen in world.identity.seen] == ["/v1/jwks"]
