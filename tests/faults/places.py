"""Where the checker looks: four databases, read as somebody who sees all rows, and the broker as its operator."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import nats
from nats.aio.client import Client

from sangathan_contracts.topology import OPERATOR, inbox_prefix
from sangathan_embedded import EmbeddedServers
from sangathan_embedded.services import DATABASES, SEALING


@dataclass(frozen=True, slots=True)
class Places:
    """A superuser's URL for each service's database, the broker, and the keys that countersign audit trails."""

    databases: Mapping[str, str]
    nats_url: str
    nats_password: str = field(repr=False)
    seal_keys: Mapping[str, Path] = field(default_factory=dict)

    @classmethod
    def of(cls, servers: EmbeddedServers, databases: Mapping[str, str] | None = None) -> "Places":
        """The places of embedded servers; other databases than the services' own may be named."""
        return cls(
            databases or {service: servers.postgres.admin_url(service) for service in DATABASES},
            servers.nats_url,
            servers.secrets.nats_password(OPERATOR),
            {service: servers.secrets.seal_key(service) for service in SEALING},
        )

    async def rows(self, service: str, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        """The rows of one statement in one service's database."""
        connection = await asyncpg.connect(self.databases[service], timeout=20)
        try:
            found: list[asyncpg.Record] = await connection.fetch(statement, *arguments)
        finally:
            await connection.close()
        return found

    async def pairs(self, service: str, statement: str, *arguments: Any) -> dict[Any, Any]:
        """The second column by the first."""
        return {row[0]: row[1] for row in await self.rows(service, statement, *arguments)}

    async def value(self, service: str, statement: str, *arguments: Any) -> Any:
        """The first column of the first row."""
        return (await self.rows(service, statement, *arguments))[0][0]

    @asynccontextmanager
    async def broker(self) -> AsyncIterator[Client]:
        """A connection as the operator."""
        client = await nats.connect(
            self.nats_url,
            user=OPERATOR,
            password=self.nats_password,
            inbox_prefix=inbox_prefix(OPERATOR),
            connect_timeout=10,
        )
        try:
            yield client
        finally:
            await client.close()
