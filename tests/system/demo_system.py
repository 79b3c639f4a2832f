"""The whole system on the tiny demo state, as `sangathan up` runs it, with one person per level to sign in."""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx

from sangathan_cli.readiness import wait_ready
from sangathan_cli.system import Plan, System
from sangathan_demo.dataset import write_dataset
from sangathan_demo.second_factor import OFFICES, code_at, secret_of, until_next
from sangathan_demo.truth import SignIn, Truth
from sangathan_embedded import EmbeddedServers, apply_topology
from sangathan_embedded.ports import free_port
from sangathan_embedded.services import DATABASES

_CODES = 3
_TOKEN_LIFE_S = 600
PASSWORD = "tests-alone-know-this-one"

_WIDE = {"SANGATHAN_RATE_FACTOR": "1000", "SANGATHAN_OPENINGS_PER_DAY": "1000"}

# Services countersign each other's trails from time to time, asked or not.
_BY_THEMSELVES = {"audit_links", "inbox"}
# What was refused leaves its entry on the trail, and nothing else.
_ASKED_FOR = "action <> 'trail.witness' AND outcome <> 'refused'"


@dataclass(frozen=True, slots=True)
class DemoSystem:
    """The running system; `tokens` holds one for each phone that signed in, and until when it serves."""

    http: httpx.Client
    servers: EmbeddedServers
    truth: Truth
    system: System
    tokens: dict[str, tuple[float, str]] = field(default_factory=dict)

    def token(self, level: str, *, for_s: int = 60) -> str:
        """A token of the person at a level that serves that long yet."""
        return self.token_of(self.truth.level(level).sign_in, for_s=for_s)

    def token_of(self, who: SignIn, *, for_s: int = 60) -> str:
        """The same of anybody; by two factors where the office moves units and shuts people out."""
        until, token = self.tokens.get(who.phone, (0.0, ""))
        if until - time.monotonic() < for_s:
            token = self.stepped_up(who.phone) if who.office in OFFICES else self.sign_in(who.phone)
            self.tokens[who.phone] = time.monotonic() + _TOKEN_LIFE_S, token
        return token

    @contextmanager
    def nothing_written(self, *levels: str) -> Iterator[None]:
        """Within the block no row may be added to any table; the tokens of state and `levels` serve for all of it."""
        for level in ("state", *levels):
            self.token(level, for_s=300)
        before = self.settled()
        yield
        after = self.settled()
        more = {name: (before.get(name), after[name]) for name in after if after[name] != before.get(name)}
        assert not more, f"rows before and after: {more}"

    def sign_in(self, phone: str) -> str:
        """A new access token of somebody whom the demo's password opens."""
        reply = self.http.post("/v1/sign-in", json={"phone": phone, "password": PASSWORD})
        assert reply.status_code == 200, reply.text
        return str(reply.json()["access_token"])

    def stepped_up(self, phone: str) -> str:
        """A new access token of somebody with an authenticator, vouched for by two factors."""
        headers = {"Authorization": f"Bearer {self.sign_in(phone)}"}
        secret = secret_of(PASSWORD, phone)
        for _ in range(_CODES):
            body = {"authenticator_code": code_at(secret, time.time())}
            reply = self.http.post("/v1/step-ups", json=body, headers=headers)
            if reply.is_success:
                return str(reply.json()["access_token"])
            # A code serves once; another test may have used this one.
            time.sleep(until_next(time.time()))
        raise AssertionError(reply.text)

    def rows(self) -> dict[str, int]:
        """How many rows every table of the four databases has."""
        return asyncio.run(self._rows())

    def settled(self) -> dict[str, int]:
        """The same, once nothing is waiting to be published, linked or consumed any more."""
        earlier = self.rows()
        for _ in range(120):
            time.sleep(1)
            now = self.rows()
            if now == earlier and not any(now[name] for name in now if name.endswith(("pending", "outbox"))):
                return now
            earlier = now
        raise AssertionError(earlier)

    async def _rows(self) -> dict[str, int]:
        counted = {}
        for service in DATABASES:
            connection = await asyncpg.connect(self.servers.postgres.admin_url().rpartition("/")[0] + f"/{service}")
            try:
                names = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
                for name in {name for (name,) in names} - _BY_THEMSELVES:
                    of_itself = f" WHERE {_ASKED_FOR}" if name == "audit_entries" else ""
                    counted[f"{service}.{name}"] = await connection.fetchval(
                        f'SELECT count(*) FROM "{name}"{of_itself}'  # noqa: S608 - a table's name.
                    )
            finally:
                await connection.close()
        return counted


@contextmanager
def running_demo(folder: Path) -> Iterator[DemoSystem]:
    """Runs it for as long as the block lasts; rates and quotas are widened by the deployment's own settings."""
    port = free_port()
    system = System(Plan(folder / "data", port, free_port(frozenset({port}))), lambda _said: None)
    os.environ |= _WIDE
    try:
        truth = write_dataset(folder / "dataset", "tiny", PASSWORD)
        system.start_servers()
        system.migrate()
        asyncio.run(apply_topology(system.servers.nats_url, system.servers.secrets.nats_password("operator")))
        for service in ("identity", "registry"):
            system.run_once(service, "load", str(folder / "dataset"))
        system.start_services()
        wait_ready(system.children, system.restarts, lambda _name, _text: None)
        with httpx.Client(base_url=system.plan.gateway_url, timeout=60, trust_env=False) as http:
            yield DemoSystem(http, system.servers, truth, system)
    finally:
        for name in _WIDE:
            os.environ.pop(name, None)
        system.stop()
