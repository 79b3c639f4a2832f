"""A whole gateway on a real socket, with keys, people and a tree in memory and tiny real services behind it."""

import asyncio
import json
import ssl
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import httpx
from joserfc import jws
from joserfc.jwk import OKPKey

from sangathan_chassis.assertion import HEADER, Claims, KeyFile, Verifier, encode_segment
from sangathan_contracts.identity import AppointmentState, SnapshotPage, UnitState
from sangathan_gateway.access import Access, Parts
from sangathan_gateway.core import Core
from sangathan_gateway.limits import Buckets, Rate
from sangathan_gateway.pages import Pages, json_reply
from sangathan_gateway.policy import load_routes
from sangathan_gateway.routes import Router
from sangathan_gateway.settings import GatewaySettings
from sangathan_gateway.site import live_tickets
from sangathan_gateway.stamps import Stamper
from sangathan_gateway.tokens import Revocations, TokenCache, TokenVerifier
from sangathan_gateway.tracing import Tracing
from sangathan_gateway.trust import Introspection, PublicKeys
from sangathan_gateway.upstream import Upstream
from sangathan_hierarchy.memory import MemoryHierarchy
from tests.gateway.upstream import TinyService

NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
NAMESPACE = UUID("00000000-0000-5000-8000-000000000001")
PATHS = {
    "in.": "nation",
    "in.mp.": "state",
    "in.mp.d07.": "district",
    "in.mp.d070.": "district",
    "in.mp.d08.": "district",
    "in.mp.d07.v033.": "vidhan-sabha",
}


def the_id(of: str) -> str:
    """A stable id for a name, so that tests can speak in names."""
    return str(uuid5(NAMESPACE, of))


def a_unit(path: str, /, **changes: Any) -> UnitState:
    """A unit at a path."""
    parent = path[:-1].rpartition(".")[0]
    state: dict[str, Any] = {
        "unit_id": UUID(the_id(path)),
        "parent_id": UUID(the_id(parent + ".")) if parent else None,
        "level": PATHS.get(path, "booth"),
        "code": path[:-1].rpartition(".")[2],
        "path": path,
        "name_hi": "इकाई",
        "name_en": "Unit",
        "version": 1,
    }
    return UnitState(**(state | changes))


def an_appointment(name: str, person: str, office: str, path: str, **changes: Any) -> AppointmentState:
    """An appointment of a person at the unit with this path."""
    state: dict[str, Any] = {
        "appointment_id": UUID(the_id(name)),
        "person_id": UUID(the_id(person)),
        "office": office,
        "unit_id": UUID(the_id(path)),
        "valid_from": datetime(2021, 1, 1, tzinfo=UTC),
        "valid_to": None,
        "version": 1,
    }
    return AppointmentState(**(state | changes))


POLICY: dict[str, Any] = {
    "defaults": {"max_body": 200_000, "timeout_s": 8},
    "rates": {"standard": {"burst": 1000, "per_s": 1000}, "address": {"burst": 1000, "per_s": 1000}},
    "routes": {
        "GET /v1/workers": {"service": "registry", "action": "worker.list", "target": "scope"},
        "POST /v1/workers": {"service": "registry", "action": "worker.enrol", "target": "body"},
        "GET /v1/workers/{worker_id}": {"service": "registry", "action": "worker.read", "target": "record"},
        "PUT /v1/workers/{worker_id}": {"service": "registry", "action": "worker.change", "target": "record"},
        "GET /v1/units/{unit_id}": {"service": "identity", "action": "unit.read", "target": "unit"},
        "POST /v1/units": {"service": "identity", "action": "unit.create", "target": "body", "sensitive": True},
        "GET /v1/jwks": {"service": "identity", "action": "key.read", "target": "public"},
        "GET /v1/me": {"service": "identity", "action": "me.read", "target": "self"},
        "POST /v1/live-tickets": {"service": "gateway", "action": "live.listen", "target": "self"},
    },
}


class Feed:
    """Stands where the feed does, so that a test can say that the broker is silent."""

    silent = False

    def stale(self) -> bool:
        return self.silent


@dataclass
class World:
    """The parts of one running gateway that tests look at or turn."""

    core: Core
    access: Access
    parts: Parts
    feed: Feed
    services: dict[str, TinyService]
    client: httpx.AsyncClient
    port: int
    key: OKPKey
    verifiers: dict[str, Verifier]
    server: asyncio.Server

    @property
    def registry(self) -> TinyService:
        return self.services["registry"]

    @property
    def identity(self) -> TinyService:
        return self.services["identity"]

    def token(self, person: str = "president", *, key: OKPKey | None = None, **changes: Any) -> str:
        """An access token of a person as identity issues it; changes of None leave a claim out."""
        now = int(time.time())
        header = {"alg": "Ed25519", "typ": "at+jwt", "kid": (key or self.key).kid} | changes.pop("header", {})
        claims = {
            "iss": "sangathan",
            "aud": "sangathan",
            "sub": the_id(person),
            "sid": the_id(f"session of {person}"),
            "iat": now,
            "exp": now + 300,
            "ver": 1,
            "acr": "pwd",
        } | changes
        body = json.dumps({name: value for name, value in claims.items() if value is not None}).encode()
        return jws.serialize_compact(header, body, key or self.key, algorithms=["Ed25519"])

    def headers(self, person: str = "president", **more: str) -> dict[str, str]:
        """Headers of a signed-in person."""
        return {"authorization": f"Bearer {self.token(person)}", **more}

    async def get(self, path: str, person: str = "president", **headers: str) -> httpx.Response:
        return await self.client.get(path, headers=self.headers(person, **headers))

    def claims(self, service: str = "registry", at: int = -1) -> Claims:
        """What the gateway vouched for in a request that a service has seen."""
        return self.verifiers[service].verify(self.services[service].seen[at].headers[HEADER])

    async def raw(self, data: bytes) -> bytes:
        """Sends bytes as they are and gives what comes back until the gateway closes."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(data)
        try:
            async with asyncio.timeout(10):
                return await reader.read(-1)
        finally:
            writer.close()


def pages_of_a_state() -> list[SnapshotPage]:
    """A small tree with people in it."""
    appointments = (
        an_appointment("d07-president", "president", "district-president", "in.mp.d07."),
        an_appointment("booth", "booth-holder", "booth-president", "in.mp.d07.v033."),
        an_appointment("first", "double", "district-president", "in.mp.d07."),
        an_appointment("second", "double", "district-president", "in.mp.d08."),
        an_appointment("state", "state-holder", "state-president", "in.mp."),
        an_appointment(
            "lapsed", "former", "district-president", "in.mp.d07.", valid_to=datetime(2021, 6, 1, tzinfo=UTC)
        ),
    )
    units = tuple(a_unit(path) for path in PATHS)
    return [SnapshotPage(tree_version=5, units=units, appointments=appointments, last=True)]


async def loaded_hierarchy() -> MemoryHierarchy:
    """The small tree, loaded."""

    async def snapshot() -> AsyncIterator[SnapshotPage]:
        for page in pages_of_a_state():
            yield page

    hierarchy = MemoryHierarchy(snapshot)
    await hierarchy.load()
    return hierarchy


def key_files(folder: Path) -> dict[str, Path]:
    """An assertion key per service."""
    paths = {}
    for number, name in enumerate(("identity", "registry", "notify", "workshops", "live"), start=1):
        paths[name] = folder / f"{name}.key"
        paths[name].write_text(f"k1:{encode_segment(bytes([number]) * 32).decode()}\n")
    return paths


def operation(action: str) -> dict[str, Any]:
    """An operation of a service's document."""
    return {"operationId": action.replace(".", "_"), "x-sangathan-action": action, "responses": {}}


def documents_for(policy: dict[str, Any]) -> dict[str, Any]:
    """Documents that agree with a policy."""
    documents: dict[str, Any] = {}
    for key, row in policy["routes"].items():
        method, _, path = key.partition(" ")
        if row["service"] != "gateway":
            document = documents.setdefault(row["service"], {"paths": {}})
            document["paths"].setdefault(path, {})[method.lower()] = operation(row["action"])
    return documents


async def build(folder: Path, policy: dict[str, Any]) -> World:
    """A gateway that listens, with its services."""
    services = {name: TinyService() for name in ("identity", "registry")}
    for service in services.values():
        await service.start()
    upstreams = {name: Upstream(name, f"http://127.0.0.1:{one.port}", most=8) for name, one in services.items()}
    files = key_files(folder)
    stampers = {name: Stamper(name, KeyFile(path)) for name, path in files.items()}
    key = OKPKey.generate_key("Ed25519", {"kid": "key-1"})
    keys = PublicKeys(upstreams["identity"], stampers["identity"])
    keys.take(json.dumps({"keys": [key.as_dict(private=False)]}).encode())
    rates = {name: Rate(name, row["burst"], row["per_s"]) for name, row in policy["rates"].items()}
    callers = Buckets(rates["standard"])
    feed = Feed()
    parts = Parts(
        cache=TokenCache(),
        verifier=TokenVerifier(keys, callers),
        keys=keys,
        introspection=Introspection(upstreams["identity"], stampers["identity"]),
        revocations=Revocations(),
        hierarchy=await loaded_hierarchy(),
        contact=feed,
        stampers=stampers,
        addresses=Buckets(rates["address"]),
        callers=callers,
    )
    access = Access(parts)
    routes = load_routes(policy, documents_for(policy))
    pages = Pages(
        {b"/livez": lambda _exchange: json_reply({"status": "ok"})},
        {"POST /v1/live-tickets": live_tickets(access, "ws://127.0.0.1:8001/live")},
    )
    tracing = Tracing(GatewaySettings(assertion_keys_dir=folder))
    core = Core(Router(routes), access, upstreams=upstreams, pages=pages, tracing=tracing)
    server = await asyncio.get_running_loop().create_server(core.line, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10, verify=NO_TLS)
    verifiers = {name: Verifier(KeyFile(path), name) for name, path in files.items()}
    return World(core, access, parts, feed, services, client, port, key, verifiers, server)
