"""Secrets as one folder per process, for servers elsewhere: a container mounts its own folder and sees no other.

The same `SecretFiles` stand behind it as behind an embedded system, so nothing is generated in two ways. Files are
readable by all inside a folder that is not: a process in a container has another user id than whoever made the folder.
"""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from sangathan_contracts.topology import OPERATOR, USERS, BrokerPlace, render_nats_conf
from sangathan_embedded.provision import databases_sql
from sangathan_embedded.secret_files import SecretFiles
from sangathan_embedded.services import AUDIENCES, CARDS, DATABASES, PROCESSES, SEALING

_SOURCES = "sources"


@dataclass(frozen=True, slots=True)
class Servers:
    """Where the processes will find PostgreSQL, and where nats-server keeps its streams."""

    database: str = "postgres:5432"
    nats_store: str = "/data"
    nats_port: int = 4222
    nats_monitor_port: int = 8222
    # A power cut must not take back an acknowledgement: see docs/decisions.
    sync_interval: str = "always"


def hand_out(folder: Path, servers: Servers) -> list[str]:
    """Makes what is missing below ``folder`` and gives the names of its folders; what is there stays."""
    sources = folder / _SOURCES
    sources.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    secrets = SecretFiles(sources)
    secrets.make()
    _for_postgres(folder / "postgres", secrets)
    _for_nats(folder / "nats", secrets, servers)
    _for_operator(folder / OPERATOR, secrets, servers)
    for process in PROCESSES:
        _for_process(folder / process, process, secrets, servers)
    return sorted(("postgres", "nats", OPERATOR, *PROCESSES))


def _for_postgres(folder: Path, secrets: SecretFiles) -> None:
    _put(folder / "postgres_password", secrets.postgres_password())
    _put(folder / "init" / "10-databases.sql", databases_sql(secrets, DATABASES))


def _for_nats(folder: Path, secrets: SecretFiles, servers: Servers) -> None:
    place = BrokerPlace(
        "0.0.0.0",  # noqa: S104 - inside its own network; nothing of it is published.
        servers.nats_port,
        PurePosixPath(servers.nats_store),
        servers.sync_interval,
        servers.nats_monitor_port,
    )
    _put(folder / "nats.conf", render_nats_conf(place, {user.name: secrets.nats_password(user.name) for user in USERS}))


def _for_operator(folder: Path, secrets: SecretFiles, servers: Servers) -> None:
    """One-shot jobs: migrations and loading as each database's owner, streams as the broker's operator."""
    _put(folder / "sangathan_nats_password", secrets.nats_password(OPERATOR))
    _put(folder / "sangathan_demo_password", secrets.demo_password())
    for service in DATABASES:
        _put(folder / service / "sangathan_migrator_url", _url(servers, secrets, service, "migrator"))
    for service in SEALING:
        _put(folder / service / "seal.key", secrets.seal_key(service).read_text())


def _for_process(folder: Path, process: str, secrets: SecretFiles, servers: Servers) -> None:
    _put(folder / "sangathan_nats_password", secrets.nats_password(process))
    if process in DATABASES:
        _put(folder / "sangathan_database_url", _url(servers, secrets, process, "app"))
    if process in AUDIENCES:
        _put(folder / "assertion.key", secrets.assertion_key(process).read_text())
    else:
        for audience in AUDIENCES:
            _put(folder / "assertion" / f"{audience}.key", secrets.assertion_key(audience).read_text())
    if process in SEALING:
        _put(folder / "seal.key", secrets.seal_key(process).read_text())
    if process == CARDS:
        _put(folder / "card.key", secrets.card_key.read_text())


def _url(servers: Servers, secrets: SecretFiles, service: str, role: str) -> str:
    return f"postgresql://{service}_{role}:{secrets.role_password(service, role)}@{servers.database}/{service}"


def _put(path: Path, text: str) -> None:
    """Replaces the file as a whole; one that is already right keeps its time, so that nobody re-reads it."""
    path.parent.mkdir(exist_ok=True, parents=True)
    path.parent.chmod(0o755)
    if path.exists() and path.read_text() == text:
        return
    waiting = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        waiting.unlink()
    waiting.write_text(text)
    waiting.chmod(0o444)
    waiting.replace(path)
