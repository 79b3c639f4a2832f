"""A service running in the test's own event loop, asked by a caller whom the test vouches for as the gateway would."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI

from sangathan_chassis.assertion import HEADER, Claims, KeyFile, Minter
from sangathan_chassis.clock import Clock, SystemClock
from sangathan_chassis.database import Database
from sangathan_chassis.scope import upper_bound
from sangathan_chassis.service import Service
from sangathan_testkit.databases import DatabaseUrls


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks: an office at a unit, or with an empty path a person who acts only for themselves."""

    path: str = ""
    office: str = "state-president"
    unit_id: UUID | None = None
    person_id: UUID = field(default_factory=uuid4)
    appointment_id: UUID = field(default_factory=uuid4)
    session_id: UUID = field(default_factory=uuid4)
    field_classes: tuple[str, ...] = ("open", "contact")
    tree_version: int = 1
    looks_through: "Person | None" = None


@dataclass(slots=True)
class Harness:
    """The running service and the means to ask it."""

    app: FastAPI
    client: httpx.AsyncClient
    urls: DatabaseUrls
    _minter: Minter
    _audience: str

    @property
    def database(self) -> Database:
        """The service's own database, as the app role."""
        database: Database = self.app.state.database
        return database

    async def ask(
        self,
        method: str,
        path: str,
        *,
        action: str,
        person: Person | None = None,
        headers: dict[str, str] | None = None,
        params: dict[str, str | int] | None = None,
        json: Any = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        """Asks as this person for this action; nobody at all is a public request."""
        assertion = self._minter.mint(self.claims(method, quote(path), action, person))
        return await self.client.request(
            method,
            path,
            headers={HEADER: assertion, **(headers or {})},
            params=params,
            json=json,
            content=content,
        )

    def claims(self, method: str, path: str, action: str, person: Person | None) -> Claims:
        """What the gateway would vouch for."""
        now = int(time.time())
        common = {"aud": self._audience, "act": action, "iat": now, "exp": now + 30, "m": method, "p": path}
        if person is None:
            return Claims(**common, rid=str(uuid4()))  # type: ignore[arg-type]  # The dictionary mixes types.
        seen = person.looks_through or person
        return Claims(
            **common,  # type: ignore[arg-type]
            rid=str(uuid4()),
            sub=str(person.person_id),
            sid=str(person.session_id),
            apt=str(person.appointment_id) if person.path else "",
            off=seen.office if seen.path else "",
            unit=str(seen.unit_id) if seen.unit_id else "",
            lo=seen.path,
            hi=upper_bound(seen.path) if seen.path else "",
            fc=person.field_classes,
            tv=person.tree_version,
            va=str(seen.appointment_id) if person.looks_through else "",
            vp=str(seen.person_id) if person.looks_through else "",
            vo=person.office if person.looks_through else "",
        )


# FastAPI makes routes ready at the first request, 33 ms for the registry's; they are the same for every test.
_idle: list[tuple[Service[Any, Any], FastAPI]] = []


@contextmanager
def _application(service: Service[Any, Any]) -> Iterator[FastAPI]:
    """The service's application, from an earlier test where there was one that no other uses now."""
    kept = next((pair for pair in _idle if pair[0] is service), None)
    if kept:
        _idle.remove(kept)
    app = kept[1] if kept else service.app()
    yield app
    _idle.append((service, app))


@asynccontextmanager
async def running(
    service: Service[Any, Any], settings: Any, urls: DatabaseUrls, clock: Clock | None = None
) -> AsyncIterator[Harness]:
    """Runs the service for as long as the block lasts."""
    minter = Minter(KeyFile(Path(settings.assertion_key_file)))
    with _application(service) as app:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with (
            service.running(app, settings, clock or SystemClock()),
            httpx.AsyncClient(transport=transport, base_url="http://service") as client,
        ):
            yield Harness(app, client, urls, minter, service.name)
