"""At the gateway: who breaks the glass has lately shown two factors, still holds the office, and sees no more by it."""

import time
from datetime import UTC, datetime
from typing import Any, Final

import httpx
import pytest

from sangathan_contracts import identity
from tests.gateway.conftest import Make
from tests.gateway.test_scope import follow
from tests.gateway.world import World, an_appointment, the_id

OPEN: Final = "/v1/break-glass-openings"
READ: Final = f"{OPEN}/00000000-0000-4000-8000-000000000001/worker"
ROUTES: Final = {
    f"POST {OPEN}": {"service": "registry", "action": "break-glass.open", "target": "scope", "sensitive": True},
    f"GET {OPEN}/{{opening_id}}/worker": {
        "service": "registry",
        "action": "break-glass.read",
        "target": "record",
        "sensitive": True,
    },
}
ACTS: Final = [("POST", OPEN), ("GET", READ)]


@pytest.fixture
async def glass(make_world: Make) -> World:
    return await make_world(routes=ROUTES)


async def act(world: World, method: str, path: str, person: str = "president", **claims: Any) -> httpx.Response:
    shown: dict[str, Any] = {"acr": "2", "auth_time": int(time.time())} | claims
    token = world.token(person, **shown)
    return await world.client.request(method, path, headers={"authorization": f"Bearer {token}"})


@pytest.mark.parametrize(("method", "path"), ACTS)
async def test_it_is_not_usable_without_a_second_factor_lately_shown(glass: World, method: str, path: str) -> None:
    by_one_factor = await act(glass, method, path, acr="1")
    of_long_ago = await act(glass, method, path, auth_time=int(time.time()) - 901)
    for answer in (by_one_factor, of_long_ago):
        assert (answer.status_code, answer.json()["type"]) == (401, "urn:sangathan:problem:step-up-needed")
    assert glass.registry.seen == []
    assert (await act(glass, method, path)).status_code == 200


async def test_the_range_vouched_for_stays_the_own_and_sensitive_fields_stay_hidden(glass: World) -> None:
    for method, path in ACTS:
        await act(glass, method, path)
    opened, read = glass.claims(at=-2), glass.claims()
    assert {(claims.lo, claims.hi) for claims in (opened, read)} == {("in.mp.d07.", "in.mp.d07/")}
    assert (opened.fc, read.fc) == ((), ("contact", "open"))


@pytest.mark.parametrize("person", ["booth-holder", "state-holder"])
async def test_an_office_that_may_not_break_the_glass_is_refused(glass: World, person: str) -> None:
    for method, path in ACTS:
        assert (await act(glass, method, path, person)).status_code == 403


async def test_an_appointment_that_ends_takes_what_was_opened_along_at_once(glass: World) -> None:
    before = await act(glass, "GET", READ)
    over = an_appointment(
        "d07-president", "president", "district-president", "in.mp.d07.", version=2, ended_at=datetime.now(UTC)
    )
    await follow(glass, identity.AppointmentEnded(appointment=over))
    assert (before.status_code, (await act(glass, "GET", READ)).status_code) == (200, 403)


async def test_a_suspended_person_reads_nothing_that_they_opened(glass: World) -> None:
    await act(glass, "GET", READ)
    glass.parts.revocations.suspend(the_id("president"), 2)
    assert (await act(glass, "GET", READ)).status_code == 401


async def test_nothing_is_opened_or_read_while_revocations_are_not_known(glass: World) -> None:
    glass.feed.silent = True
    for method, path in ACTS:
        assert (await act(glass, method, path)).status_code == 503
    assert glass.registry.seen == []
