"""A delegation at the gateway: what was lent, as far as the giver's office gives it at the moment of the request."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sangathan_contracts import identity
from tests.gateway.test_scope import follow
from tests.gateway.world import World, a_unit, an_appointment, the_id

LENT = ("worker.list", "worker.enrol")


async def lend(world: World, **changes: Any) -> None:
    state = {"delegated_from": UUID(the_id("d07-president")), "actions": LENT, **changes}
    path = state.pop("path", "in.mp.d07.v033.")
    lent = an_appointment("lent", "deputy", "district-president", path, **state)
    await follow(world, identity.AppointmentMade(appointment=lent))


async def status(world: World, path: str = "/v1/workers") -> int:
    return (await world.get(path, "deputy")).status_code


async def test_a_delegation_gives_its_actions_at_its_own_unit(world: World) -> None:
    await lend(world)
    assert await status(world) == 200
    claims = world.claims()
    assert (claims.off, claims.lo, claims.apt) == ("district-president", "in.mp.d07.v033.", the_id("lent"))


async def test_what_was_not_lent_is_refused(world: World) -> None:
    await lend(world)
    assert await status(world, "/v1/workers/one") == 403


async def test_what_nobody_may_lend_is_refused_even_if_an_event_says_so(world: World) -> None:
    lent = an_appointment(
        *("lent", "deputy", "state-president", "in.mp."),
        delegated_from=UUID(the_id("state")),
        actions=("unit.create", "worker.list"),
    )
    await follow(world, identity.AppointmentMade(appointment=lent))
    assert await status(world) == 200
    assert (await world.client.post("/v1/units", headers=world.headers("deputy"))).status_code == 403


async def test_a_delegation_ends_with_the_givers_appointment(world: World) -> None:
    await lend(world)
    before = await status(world)
    over = an_appointment(
        "d07-president", "president", "district-president", "in.mp.d07.", version=2, ended_at=datetime.now(UTC)
    )
    await follow(world, identity.AppointmentEnded(appointment=over))
    assert (before, await status(world)) == (200, 403)


async def test_a_delegation_lapses_with_the_givers_term_although_no_event_says_so(world: World) -> None:
    """The gateway's clock alone moves on."""
    until = datetime.now(UTC) + timedelta(seconds=30)
    giver = an_appointment("d07-president", "president", "district-president", "in.mp.d07.", version=2, valid_to=until)
    await follow(world, identity.AppointmentShortened(appointment=giver))
    await lend(world)
    before = await status(world)
    now = world.core.now
    world.core.now = lambda: now() + 31
    assert (before, await status(world)) == (200, 403)


async def test_a_delegation_gives_nothing_while_its_giver_is_suspended(world: World) -> None:
    await lend(world)
    world.parts.revocations.suspend(the_id("president"), 2)
    assert await status(world) == 403
    world.parts.revocations.suspend(the_id("somebody else"), 2)
    world.parts.revocations.reinstate(the_id("president"), 3)
    assert await status(world) == 200


async def test_a_delegation_whose_giver_is_not_known_gives_nothing(world: World) -> None:
    await lend(world, delegated_from=UUID(the_id("no such appointment")))
    assert await status(world) == 403


async def test_a_delegation_of_a_delegation_gives_nothing(world: World) -> None:
    await lend(world)
    deeper = an_appointment(
        *("deeper", "third", "district-president", "in.mp.d07.v033."),
        delegated_from=UUID(the_id("lent")),
        actions=LENT,
    )
    await follow(world, identity.AppointmentMade(appointment=deeper))
    assert (await world.get("/v1/workers", "third")).status_code == 403


async def test_a_delegation_of_another_office_gives_nothing(world: World) -> None:
    lent = an_appointment(
        *("other", "deputy", "state-president", "in.mp.d07."),
        delegated_from=UUID(the_id("d07-president")),
        actions=LENT,
    )
    await follow(world, identity.AppointmentMade(appointment=lent))
    assert await status(world) == 403


async def test_a_delegation_gives_nothing_once_its_unit_has_moved_out_of_the_givers(world: World) -> None:
    await lend(world)
    moved = a_unit("in.mp.d07.v033.", path="in.mp.d08.v033.", parent_id=UUID(the_id("in.mp.d08.")), version=2)
    await follow(world, identity.UnitMoved(unit=moved, old_path="in.mp.d07.v033.", tree_version=6))
    assert await status(world) == 403


async def test_a_delegation_listens_live_only_while_it_gives_rights(world: World) -> None:
    await lend(world)
    places = []
    for _turn in range(2):
        answered = await world.client.post("/v1/live-tickets", headers=world.headers("deputy"))
        places.append(world.verifiers["live"].verify(answered.json()["ticket"]).paths)
        world.parts.revocations.suspend(the_id("president"), 2)
    assert places == [("in.mp.d07.v033.",), ()]


async def test_a_live_ticket_says_when_an_office_begins_or_lapses_next_be_it_the_givers(world: World) -> None:
    until = datetime.now(UTC) + timedelta(seconds=90)
    giver = an_appointment("d07-president", "president", "district-president", "in.mp.d07.", version=2, valid_to=until)
    await follow(world, identity.AppointmentShortened(appointment=giver))
    await lend(world, valid_to=until + timedelta(days=1))
    for person, moment in (("deputy", int(until.timestamp())), ("state-holder", 0)):
        answered = await world.client.post("/v1/live-tickets", headers=world.headers(person))
        assert world.verifiers["live"].verify(answered.json()["ticket"]).unt == moment


async def test_an_appointment_that_is_still_to_begin_begins_by_its_date_with_nobody_acting(world: World) -> None:
    begins = datetime.now(UTC) + timedelta(seconds=60)
    coming = an_appointment("coming", "newcomer", "district-president", "in.mp.d07.", valid_from=begins)
    await follow(world, identity.AppointmentMade(appointment=coming))
    before = (await world.get("/v1/workers", "newcomer")).status_code
    now = world.core.now
    world.core.now = lambda: now() + 61
    assert (before, (await world.get("/v1/workers", "newcomer")).status_code) == (403, 200)


async def test_an_action_that_shows_no_fields_says_so_to_the_service(world: World) -> None:
    await world.get(f"/v1/units/{the_id('in.mp.d07.')}")
    assert world.claims("identity").fc == ()
