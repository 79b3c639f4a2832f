"""While people work, each part is killed or stopped in turn; afterwards nothing is lost and nothing is there twice.

`make test-faults` plays the long form; without it the parts are killed in pairs, and none is stopped for long. Where
nobody may mount a small disk, the servers are killed instead of running out of space, and the log says so.
"""

import asyncio
import logging
import os

import httpx

from sangathan_embedded.services import PROCESSES
from tests.faults import checker
from tests.faults.chaos import SERVERS, Chaos
from tests.faults.half_open import connections_fall_silent
from tests.faults.ledger import Ledger
from tests.faults.load import Load
from tests.faults.places import Places
from tests.faults.quiet import settle
from tests.faults.small_disk import allowed, broker_fills_up, postgres_fills_up
from tests.faults.views import views_that_disagree
from tests.system.demo_system import PASSWORD, DemoSystem

log = logging.getLogger(__name__)

LONG = os.environ.get("SANGATHAN_FAULTS") == "long"
PAIRS = (("registry", "live"), ("notify", "workshops"), ("identity", "gateway"))
DISKS = (postgres_fills_up, broker_fills_up)
EACH = (*PROCESSES, "nats", "postgres")
# Longer than the broker waits for an acknowledgement, and than a feed may be silent.
PAST_ACK_WAIT_S, PAST_STALE_S = 34.0, 8.0
_LOOKS = 3


async def in_pairs(chaos: Chaos, ledger: Ledger) -> None:
    for pair in PAIRS:
        await chaos.kill(*pair)
        await asyncio.sleep(0.5)
    await disks_fill_up(chaos, ledger)


async def disks_fill_up(chaos: Chaos, ledger: Ledger) -> None:
    """Each server moves to a small disk and back, for which it is killed twice."""
    if not allowed():
        log.warning("no disk was filled: this account may not mount one, as root may")
        await chaos.kill(*SERVERS)
        return
    for fills_up in DISKS:
        await fills_up(chaos, ledger)


async def in_turn(chaos: Chaos, ledger: Ledger) -> None:
    for name in EACH:
        await chaos.kill(name)
        await asyncio.sleep(1)
    await chaos.pause("nats", for_s=PAST_STALE_S)
    await chaos.pause("postgres", for_s=PAST_STALE_S)
    await chaos.pause("registry", "notify", for_s=PAST_ACK_WAIT_S)
    await chaos.hand_over("identity", for_s=PAST_ACK_WAIT_S)
    await connections_fall_silent(chaos, ledger)
    await disks_fill_up(chaos, ledger)


async def found(places: Places, ledger: Ledger) -> list[str]:
    """What the checker finds, looked at up to three times: a trail may be countersigned in the middle of a look."""
    for _ in range(_LOOKS):
        assert await settle(places) == []
        if not (faults := await checker.faults(places, ledger)):
            break
    return faults


async def test_nothing_is_lost_and_nothing_is_there_twice(demo: DemoSystem, chaos: Chaos) -> None:
    timeout = httpx.Timeout(20, connect=5)
    async with httpx.AsyncClient(base_url=demo.system.plan.gateway_url, timeout=timeout, trust_env=False) as http:
        load = Load(http, demo.truth, PASSWORD, rested_s=0.25 if LONG else 0.1)
        async with load.running():
            await asyncio.sleep(2)
            await (in_turn if LONG else in_pairs)(chaos, load.ledger)
            await asyncio.sleep(2)
        places, ledger = Places.of(demo.servers), load.ledger
        log.info("%s records; answers: %s", len(ledger.acknowledged), ledger.answers)
        assert await found(places, ledger) == []
        assert await views_that_disagree(http, places, demo.truth) == []
    assert ledger.sent == ledger.acknowledged
    assert all((ledger.captured, ledger.held, ledger.made, ledger.ended, ledger.broadcasts, ledger.moved))
