"""pytest fixtures: real PostgreSQL and real NATS, started once per session and only when a test asks for them."""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from pydantic import SecretStr

from sangathan_chassis.settings import ServiceSettings
from sangathan_embedded import EmbeddedServers
from sangathan_embedded.services import CARDS, SEALING
from sangathan_testkit.databases import DatabaseUrls, FreshDatabase, Templates, lent

SettingsFor = Callable[..., Any]

# A clone of the registry's database copies 676 files: 13 ms in memory, and 170 to 410 ms on a disk.
_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of a random name is made in it, which only its owner may open.
_ROOM = 2 << 30


@pytest.fixture(scope="session")
def servers() -> Iterator[EmbeddedServers]:
    """The real servers, for the whole session; their data lie in memory where there is room for it."""
    roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM
    with (
        TemporaryDirectory(prefix="sangathan-tests-", dir=_MEMORY if roomy else None) as folder,
        EmbeddedServers(Path(folder), durable=False) as servers,
    ):
        yield servers


@pytest.fixture(scope="session")
def templates() -> Templates:
    """Which services' databases have been migrated in this session."""
    return Templates()


@pytest.fixture
async def fresh_database(servers: EmbeddedServers, templates: Templates) -> AsyncIterator[FreshDatabase]:
    """Gives a service a database of its own, newly migrated and without rows, until the test ends."""
    async with lent(lambda service: templates.clone(service, _urls(servers, service))) as give:
        yield give


@pytest.fixture
async def bare_database(servers: EmbeddedServers, templates: Templates) -> AsyncIterator[FreshDatabase]:
    """Gives a service's roles a database without any table, until the test ends."""
    async with lent(lambda service: templates.empty(service, _urls(servers, service))) as give:
        yield give


def _urls(servers: EmbeddedServers, service: str) -> DatabaseUrls:
    return DatabaseUrls(
        app=servers.database_url(service),
        migrator=servers.migrator_url(service),
        superuser=servers.postgres.admin_url(),
    )


@pytest.fixture
def settings_for(servers: EmbeddedServers) -> SettingsFor:
    """Settings of a service on the session's servers; ``nats=False`` points at no broker, so that events stay put."""

    def build(
        settings_type: type[ServiceSettings], service: str, urls: DatabaseUrls, *, nats: bool = False, **more: Any
    ) -> ServiceSettings:
        if service in SEALING:
            more.setdefault("seal_key_file", Path(servers.secrets.seal_key(service)))
        if service == CARDS:
            more.setdefault("card_key_file", servers.secrets.card_key)
            more.setdefault("evidence_dir", servers.layout.evidence)
        return settings_type(
            database_url=SecretStr(urls.app),
            assertion_key_file=servers.secrets.assertion_key(service),
            nats_url=servers.nats_url if nats else "nats://127.0.0.1:9",
            nats_user=service,
            nats_password=SecretStr(servers.secrets.nats_password(service)),
            pool_size=4,
            **more,
        )

    return build
