"""PostgreSQL and NATS on one data directory, as the command line, the tests and the benchmarks start them."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from sangathan_contracts.topology import OPERATOR
from sangathan_embedded.broker import NatsServer
from sangathan_embedded.layout import Layout
from sangathan_embedded.lock import DataLock
from sangathan_embedded.ports import KeptPorts
from sangathan_embedded.postgres import PostgresServer
from sangathan_embedded.provision import provision
from sangathan_embedded.secret_files import SecretFiles
from sangathan_embedded.services import CARDS, DATABASES, SEALING

T = TypeVar("T")

# Every event is first a row in its owner's database and can be published again from there, and a killed process loses
# nothing the kernel has. A second's lag risks a power cut on a laptop, and publishes 33,000 events a second where
# "always" publishes 4,000 (2 cores, window of 200). Production says "always", with 3 replicas.
SYNC_INTERVAL = "1s"


class EmbeddedServers:
    """Both servers, their roles and their secrets; a context manager, for ``with`` and for ``async with``.

    One process at a time owns a data directory. ``durable=False`` trades safety against a power cut for speed.
    """

    def __init__(self, data_dir: Path, *, durable: bool = True, sync_interval: str = SYNC_INTERVAL) -> None:
        self.layout = Layout(data_dir.absolute())
        self.secrets = SecretFiles(self.layout.secrets)
        self._durable = durable
        self._sync_interval = sync_interval
        self._lock = DataLock(self.layout.lock)
        self._ports = KeptPorts(self.layout.ports)
        self._postgres: PostgresServer | None = None
        self._broker: NatsServer | None = None

    @property
    def postgres(self) -> PostgresServer:
        """The database server; raises RuntimeError before `start`."""
        return _started(self._postgres)

    @property
    def broker(self) -> NatsServer:
        """The broker; raises RuntimeError before `start`."""
        return _started(self._broker)

    def start(self) -> Self:
        """Starts both and sets up databases and roles; raises EmbeddedFault with one plain sentence."""
        self.claim()
        try:
            self._postgres = PostgresServer(self.layout, self.secrets.postgres_password(), durable=self._durable)
            self._broker = NatsServer(self.layout, self.secrets, sync_interval=self._sync_interval)
            self._postgres.start(self._ports.choose("postgres"))
            provision(self._postgres, self.secrets, DATABASES)
            self._broker.start(self._ports.choose("nats"))
        except BaseException:
            self.stop()
            raise
        return self

    def claim(self) -> None:
        """Makes the directory and its secrets and takes its lock, without starting anything; `stop` lets go."""
        self.layout.make()
        self._lock.acquire()
        self.secrets.make()

    def stop(self) -> None:
        """Stops the broker, then the database, then lets go of the directory; harmless when not running."""
        for server in (self._broker, self._postgres):
            if server is not None:
                server.stop()
        self._lock.release()

    def port(self, name: str) -> int:
        """A free port kept under a name, for a process that runs beside the servers."""
        return self._ports.choose(name)

    @property
    def nats_url(self) -> str:
        """Where NATS clients connect."""
        return self.broker.url

    def database_url(self, service: str) -> str:
        """The app role's URL of a service."""
        return self._role_url(service, "app")

    def migrator_url(self, service: str) -> str:
        """The owner role's URL of a service."""
        return self._role_url(service, "migrator")

    def environment(self, process: str) -> Mapping[str, str]:
        """What the servers' side gives a process: broker, database and keys, as ``SANGATHAN_*`` settings."""
        given = {
            "SANGATHAN_NATS_URL": self.nats_url,
            "SANGATHAN_NATS_USER": process,
            "SANGATHAN_NATS_PASSWORD": self.secrets.nats_password(process),
        }
        if process in DATABASES:
            given["SANGATHAN_DATABASE_URL"] = self.database_url(process)
        if process in SEALING:
            given["SANGATHAN_SEAL_KEY_FILE"] = str(self.secrets.seal_key(process))
        if process == CARDS:
            given["SANGATHAN_CARD_KEY_FILE"] = str(self.secrets.card_key)
            given["SANGATHAN_EVIDENCE_DIR"] = str(self.layout.evidence)
            # Slow enough to read along: without a provider the messages go to the log.
            given["SANGATHAN_MESSAGES_PER_MINUTE"] = "6"
        if process == "gateway":
            given["SANGATHAN_ASSERTION_KEYS_DIR"] = str(self.secrets.assertion_keys)
        elif process != OPERATOR:
            given["SANGATHAN_ASSERTION_KEY_FILE"] = str(self.secrets.assertion_key(process))
        return given

    def owner_environment(self, service: str) -> Mapping[str, str]:
        """What ``migrate`` and ``load`` need more than `environment`: the owner's URL."""
        return {**self.environment(service), "SANGATHAN_MIGRATOR_URL": self.migrator_url(service)}

    def _role_url(self, service: str, role: str) -> str:
        return self.postgres.url(f"{service}_{role}", self.secrets.role_password(service, role), service)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.start)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.stop)


def _started(server: T | None) -> T:
    if server is None:
        msg = "the servers have not been started"
        raise RuntimeError(msg)
    return server
