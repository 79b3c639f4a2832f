"""The real gateway process on a real broker, with a stand-in for identity that hands out keys and a small tree.

What stands behind it is an nginx with constant answers, so that what is measured is the gateway and nothing else.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from uuid import UUID, uuid4

import httpx
import msgspec
import nats
from joserfc import jws
from joserfc.jwk import OKPKey
from nats.aio.client import Client
from nats.aio.msg import Msg

from sangathan_contracts.identity import SNAPSHOT_SUBJECT, AppointmentState, SnapshotPage, UnitState
from sangathan_contracts.topology import inbox_prefix
from sangathan_embedded import apply_topology
from sangathan_embedded.broker import NatsServer
from sangathan_embedded.layout import Layout
from sangathan_embedded.ports import free_port
from sangathan_embedded.secret_files import SecretFiles

READY_WITHIN_S = 60
PERSON = UUID("00000000-0000-4000-8000-00000000000a")
SESSION = UUID("00000000-0000-4000-8000-00000000000b")
UNITS = 3_000
PROGRAM = Path(sys.executable).with_name("sangathan-gateway")


def a_tree(units: int = UNITS) -> list[SnapshotPage]:
    """One state with one district and many booths, and one district president."""
    paths = ["in.", "in.mp.", "in.mp.d07.", *(f"in.mp.d07.b{number:04}." for number in range(units))]
    ids = {path: uuid4() for path in paths}
    states = tuple(
        UnitState(
            unit_id=ids[path],
            parent_id=ids.get(path[:-1].rpartition(".")[0] + "."),
            level="booth",
            code=path[:-1].rpartition(".")[2],
            path=path,
            name_hi="इकाई",
            name_en="Unit",
            version=1,
        )
        for path in paths
    )
    appointment = AppointmentState(
        appointment_id=uuid4(),
        person_id=PERSON,
        office="district-president",
        unit_id=ids["in.mp.d07."],
        valid_from=datetime(2021, 1, 1, tzinfo=UTC),
        valid_to=None,
        version=1,
    )
    parts = [states[at : at + 1000] for at in range(0, len(states), 1000)]
    pages = [SnapshotPage(tree_version=1, units=part) for part in parts]
    return [*pages, SnapshotPage(tree_version=1, appointments=(appointment,), last=True)]


@dataclass(frozen=True, slots=True)
class Address:
    """A running gateway: its process and its port."""

    pid: int
    port: int


class GatewayRig:
    """Starts the broker, the stand-in for identity and the gateway; ends them with the block."""

    def __init__(self, folder: Path, upstream_port: int, *, settings: dict[str, str] | None = None) -> None:
        layout = Layout(folder)
        layout.make()
        self.secrets = SecretFiles(layout.secrets)
        self.secrets.make()
        self.broker = NatsServer(layout, self.secrets, sync_interval="1s")
        self.key = OKPKey.generate_key("Ed25519", {"kid": "bench"})
        self._settings = settings or {}
        self._upstream_port = upstream_port
        self._identity: Client | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._log = layout.logs / "gateway.log"
        self.port = free_port()

    def keys(self) -> bytes:
        """The JWK set that identity would answer."""
        return json.dumps({"keys": [self.key.as_dict(private=False)]}).encode()

    def token(self, *, person: UUID = PERSON, session: UUID = SESSION, lives_s: int = 3500) -> str:
        """A real access token."""
        now = int(time.time())
        claims: dict[str, str | int] = {"iss": "sangathan", "aud": "sangathan", "sub": str(person), "sid": str(session)}
        claims |= {"iat": now, "exp": now + lives_s, "ver": 1, "acr": "pwd", "auth_time": now}
        header = {"alg": "Ed25519", "typ": "at+jwt", "kid": "bench"}
        return jws.serialize_compact(header, json.dumps(claims), self.key, algorithms=["Ed25519"])

    async def __aenter__(self) -> Address:
        """Starts everything and waits until the gateway is ready."""
        self.broker.start(free_port())
        await apply_topology(self.broker.url, self.secrets.nats_password("operator"))
        password = self.secrets.nats_password("identity")
        self._identity = await nats.connect(
            self.broker.url, user="identity", password=password, inbox_prefix=inbox_prefix("identity")
        )
        await self._identity.subscribe(SNAPSHOT_SUBJECT, cb=self._on_snapshot)
        self._process = self.launch()
        await self._ready()
        return Address(self._process.pid, self.port)

    def launch(self) -> subprocess.Popen[bytes]:
        """Starts the gateway's process, without waiting."""
        with self._log.open("wb") as log:
            return subprocess.Popen(
                [PROGRAM, "serve"],
                env={**os.environ, **self._environment(), **self._settings},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Ends everything."""
        if self._process is not None:
            self._process.terminate()
            await asyncio.to_thread(self._process.wait, 20)
        if self._identity is not None:
            await self._identity.close()
        self.broker.stop()

    @property
    def identity(self) -> Client:
        """NATS as identity is connected to it."""
        assert self._identity is not None  # noqa: S101 - within the block it is there.
        return self._identity

    def log(self) -> str:
        """What the gateway has logged since it was launched last."""
        return self._log.read_text(errors="replace")

    def _environment(self) -> dict[str, str]:
        upstream = f"http://127.0.0.1:{self._upstream_port}"
        urls = {f"SANGATHAN_{name}_URL": upstream for name in ("IDENTITY", "REGISTRY", "NOTIFY", "WORKSHOPS")}
        return urls | {
            "SANGATHAN_PORT": str(self.port),
            "SANGATHAN_NATS_URL": self.broker.url,
            "SANGATHAN_NATS_PASSWORD": self.secrets.nats_password("gateway"),
            "SANGATHAN_ASSERTION_KEYS_DIR": str(self.secrets.assertion_keys),
        }

    async def _on_snapshot(self, message: Msg) -> None:
        assert self._identity is not None  # noqa: S101 - it has just called.
        for page in a_tree():
            await self._identity.request(message.reply, msgspec.json.encode(page), timeout=5)

    async def _ready(self) -> None:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}") as client:
            until = time.monotonic() + READY_WITHIN_S
            while time.monotonic() < until:
                try:
                    if (await client.get("/readyz")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                if self._process is not None and self._process.poll() is not None:
                    break
                await asyncio.sleep(0.05)
        raise RuntimeError(f"the gateway did not get ready: {self.log()[-2000:]}")
