"""Asks the gateway's own code, inside one process: whether a token is good, and whether its bearer may do a thing.

Everything is the gateway's as it ships: policy, offices, token cache, revocations, rates and stamps; the tree is the
one of `gateway_rig`. Arguments: a folder for keys, how many rounds, seconds a round. Prints one JSON object a round.
"""  # noqa: INP001 - a script.

import asyncio
import itertools
import json
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

from sangathan_bench.figures import interleaved
from sangathan_bench.gateway_rig import GatewayRig, a_tree
from sangathan_chassis.assertion import KeyFile
from sangathan_contracts.identity import SnapshotPage
from sangathan_gateway.access import Access, Parts
from sangathan_gateway.limits import Buckets
from sangathan_gateway.main import rates, shipped_routes
from sangathan_gateway.routes import Route, Router
from sangathan_gateway.stamps import Stamp, Stamper
from sangathan_gateway.tokens import Revocations, TokenCache, TokenVerifier, Verified
from sangathan_gateway.trust import Introspection, PublicKeys
from sangathan_gateway.upstream import Upstream
from sangathan_hierarchy.memory import MemoryHierarchy

FACTOR = 1e9
BATCH = 200
TOKENS = 2_000


@dataclass(slots=True)
class Asked:
    """What the decision reads of a request, and what it leaves there."""

    route: Route
    noted: dict[str, bytes]
    begun_at: float
    query: bytes = b"limit=50"
    parameters: dict[str, str] = field(default_factory=dict)
    stamp: Stamp | None = None
    verified: Verified | None = None
    appointment_id: str = ""
    limit_headers: bytes = b""

    def address(self) -> str:
        """Where it came from."""
        return "127.0.0.1"


class Awake:
    """Stands where the feed does: every revocation is known."""

    def stale(self) -> bool:
        """Never."""
        return False


class Door:
    """The parts that decide, and the three questions."""

    def __init__(self, folder: Path, hierarchy: MemoryHierarchy) -> None:
        rig = GatewayRig(folder, 1)
        routes = shipped_routes(FACTOR)
        stampers = {
            name: Stamper(name, KeyFile(rig.secrets.assertion_keys / f"{name}.key"))
            for name in sorted({route.service for route in routes} - {"gateway"})
        }
        identity = (Upstream("identity", "http://127.0.0.1:1"), stampers["identity"])
        keys = PublicKeys(*identity)
        keys.take(rig.keys())
        limits = rates(FACTOR)
        callers = Buckets(limits["standard"])
        self._parts = Parts(
            cache=TokenCache(),
            verifier=TokenVerifier(keys, callers),
            keys=keys,
            introspection=Introspection(*identity),
            revocations=Revocations(),
            hierarchy=hierarchy,
            contact=Awake(),
            stampers=stampers,
            addresses=Buckets(limits["address"]),
            callers=callers,
        )
        self._access = Access(self._parts)
        route, _, _ = Router(routes).find(b"GET", b"/v1/workers")
        assert route is not None  # noqa: S101 - the policy ships it.
        self._route = route
        self._tokens = [rig.token(lives_s=3000 + number % 500) for number in range(TOKENS)]
        self._turn = itertools.cycle(self._tokens)
        self._bearers = [f"Bearer {token}".encode() for token in self._tokens]
        for bearer in self._bearers:
            self._access.admit(self._asked(bearer))  # type: ignore[arg-type]  # What it reads of one is there.

    def _asked(self, bearer: bytes) -> Asked:
        return Asked(self._route, {"authorization": bearer}, time.time())

    def check(self) -> None:
        """One whole decision: token, revocation, rate, office, range, stamp."""
        self._access.admit(self._asked(self._bearers[0]))  # type: ignore[arg-type]  # As above.

    def cached(self) -> None:
        """One token that has been verified before: found, unexpired, not revoked."""
        verified = self._parts.cache.find(self._bearers[1], time.time())
        assert verified is not None and not self._parts.revocations.hits(verified)  # noqa: S101, PT018 - else all is void.

    def uncached(self) -> None:
        """One token seen for the first time: signature and claims."""
        self._parts.verifier.verify(next(self._turn))


def per_second(work: Callable[[], None], seconds: float) -> float:
    """How often it is done in a second."""
    done, begun = 0, time.perf_counter()
    while (spent := time.perf_counter() - begun) < seconds:
        for _ in range(BATCH):
            work()
        done += BATCH
    return done / spent


async def main() -> None:
    """Measures and prints."""
    folder, rounds, seconds = Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])

    async def snapshot() -> AsyncIterator[SnapshotPage]:
        for page in a_tree():
            yield page

    hierarchy = MemoryHierarchy(snapshot)
    await hierarchy.load()
    door = Door(folder, hierarchy)
    questions = {"check": door.check, "cached": door.cached, "uncached": door.uncached}
    contenders = {name: _timed(work, seconds) for name, work in questions.items()}
    sys.stdout.write(json.dumps(interleaved(contenders, rounds)))


def _timed(work: Callable[[], None], seconds: float) -> Callable[[], float]:
    return lambda: per_second(work, seconds)


if __name__ == "__main__":
    asyncio.run(main())
