"""One process is away: the others go on answering, and whoever wants it is told when to ask again."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.faults.chaos import Chaos
from tests.faults.devices import Device
from tests.faults.ledger import Ledger
from tests.system.demo_system import PASSWORD, DemoSystem

ASKED = {
    "identity": "/v1/units",
    "registry": "/v1/workers",
    "workshops": "/v1/workshops",
    "notify": "/v1/broadcasts",
}


@pytest.fixture
async def device(demo: DemoSystem) -> AsyncIterator[Device]:
    """The state's president, who has signed in and has been answered by everybody."""
    async with httpx.AsyncClient(base_url=demo.system.plan.gateway_url, timeout=30, trust_env=False) as http:
        device = Device(http, Ledger(), demo.truth.level("state").sign_in.phone, PASSWORD)
        for path in ASKED.values():
            assert (await device.ask("GET", path)).status_code == 200
        yield device


@pytest.mark.parametrize("away", ASKED)
async def test_a_service_that_is_away_takes_no_other_with_it(chaos: Chaos, device: Device, away: str) -> None:
    with chaos.held_back(away):
        for service, path in ASKED.items():
            reply = await device.once("GET", path)
            assert reply is not None
            assert reply.status_code == (503 if service == away else 200), (service, reply.text)
            if service == away:
                assert int(reply.headers["Retry-After"]) >= 1
                assert reply.headers["Content-Type"].startswith("application/problem+json")
    await chaos.all_ready()
    assert (await device.ask("GET", ASKED[away])).status_code == 200


async def test_without_the_live_edge_every_service_answers(chaos: Chaos, device: Device) -> None:
    with chaos.held_back("live"):
        replies = [await device.once("GET", path) for path in ASKED.values()]
    assert [reply.status_code for reply in replies if reply] == [200] * len(ASKED)
    await chaos.all_ready()
