"""The servers come back after any kind of end, and say plainly why they cannot come at all."""

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import asyncpg
import nats
import psutil
import pytest
from nats.aio.client import Client

from sangathan_contracts.topology import inbox_prefix
from sangathan_embedded import DataInUse, EmbeddedFault, EmbeddedServers, PortTaken, apply_topology
from sangathan_embedded.account import account_for
from sangathan_embedded.binaries import postgres_programs
from sangathan_embedded.broker import NatsServer
from sangathan_embedded.ports import KeptPorts, free_port

RUN_AND_WAIT = """
import sys, time
from pathlib import Path
from sangathan_embedded import EmbeddedServers
EmbeddedServers(Path(sys.argv[1])).start()
print("up", flush=True)
time.sleep(600)
"""


def killed_hard(data_dir: Path, *, servers_too: bool) -> list[int]:
    """Starts the servers in another process, kills it with -9, and gives the servers' process ids."""
    command = [sys.executable, "-c", RUN_AND_WAIT, str(data_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"up\n"
        children = psutil.Process(owner.pid).children()
        for child in children if servers_too else ():
            os.kill(child.pid, signal.SIGKILL)
        owner.kill()
    return [child.pid for child in children]


async def written(servers: EmbeddedServers) -> None:
    connection = await asyncpg.connect(servers.migrator_url("registry"))
    await connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    await connection.close()
    await apply_topology(servers.nats_url, servers.secrets.nats_password("operator"))
    client = await client_of(servers, "identity")
    await client.jetstream().publish("ev.identity.unit.renamed.v1.in", b"kept")
    await client.close()


async def client_of(servers: EmbeddedServers, user: str) -> Client:
    password = servers.secrets.nats_password(user)
    return await nats.connect(servers.nats_url, user=user, password=password, inbox_prefix=inbox_prefix(user))


async def test_what_was_written_is_there_after_a_second_start(data_dir: Path) -> None:
    async with EmbeddedServers(data_dir) as servers:
        await written(servers)
    async with EmbeddedServers(data_dir) as servers:
        connection = await asyncpg.connect(servers.database_url("registry"))
        await connection.close()
        operator = await client_of(servers, "operator")
        info = await operator.jetstream().stream_info("EV_IDENTITY")
        await operator.close()
    assert info.state.messages == 1


@pytest.mark.parametrize("servers_too", [True, False], ids=["everything killed", "only the owner killed"])
async def test_it_starts_again_after_kill_9(data_dir: Path, servers_too: bool) -> None:  # noqa: FBT001
    killed_hard(data_dir, servers_too=servers_too)
    async with EmbeddedServers(data_dir) as servers:
        connection = await asyncpg.connect(servers.database_url("notify"))
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()


async def test_servers_left_behind_are_ended_before_new_ones_start(data_dir: Path) -> None:
    left = killed_hard(data_dir, servers_too=False)
    async with EmbeddedServers(data_dir):
        assert not any(psutil.pid_exists(pid) for pid in left)


async def test_a_lock_file_that_names_a_stranger_is_no_hindrance(data_dir: Path) -> None:
    async with EmbeddedServers(data_dir):
        pass
    (data_dir / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{data_dir}\n1\n1\n\n127.0.0.1\n\n\n")
    async with EmbeddedServers(data_dir) as servers:
        assert servers.postgres.pid


async def test_a_first_start_that_broke_off_is_begun_anew(data_dir: Path) -> None:
    (data_dir / "postgres.new").mkdir(parents=True)
    (data_dir / "postgres.new" / "PG_VERSION").write_text("18\n")
    async with EmbeddedServers(data_dir) as servers:
        assert servers.postgres.pid


def test_a_second_owner_is_told_who_has_the_directory(data_dir: Path) -> None:
    first, second = EmbeddedServers(data_dir), EmbeddedServers(data_dir)
    first.claim()
    try:
        with pytest.raises(DataInUse, match=f"in use by process {os.getpid()}"):
            second.start()
    finally:
        first.stop()


def test_a_taken_port_is_named(data_dir: Path) -> None:
    servers = EmbeddedServers(data_dir)
    servers.claim()
    broker = NatsServer(servers.layout, servers.secrets, sync_interval="1s")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"127\.0\.0\.1:{port}: another program does"):
            broker.start(port)
    servers.stop()


def test_a_kept_port_that_somebody_took_is_replaced(tmp_path: Path) -> None:
    kept = KeptPorts(tmp_path / "ports.json")
    port = kept.choose("postgres")
    assert kept.choose("postgres") == port
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        assert kept.choose("postgres") != port


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddedFault, match=r"data directory .* cannot be made"):
        EmbeddedServers(tmp_path / "file" / "data").start()


def test_secrets_are_private_and_made_once(data_dir: Path) -> None:
    servers = EmbeddedServers(data_dir)
    servers.claim()
    before = {path: path.read_text() for path in servers.layout.secrets.rglob("*") if path.is_file()}
    servers.secrets.make()
    servers.stop()
    assert {path: path.read_text() for path in before} == before
    assert {stat.S_IMODE(path.stat().st_mode) for path in before} == {0o600}
    assert stat.S_IMODE(servers.layout.secrets.stat().st_mode) == 0o700


def test_no_two_data_directories_share_a_password(tmp_path: Path) -> None:
    passwords = []
    for name in ("one", "two"):
        servers = EmbeddedServers(tmp_path / name)
        servers.claim()
        passwords.append(servers.secrets.demo_password())
        servers.stop()
    assert passwords[0] != passwords[1]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change its account")
async def test_root_runs_the_database_below_a_private_home_under_another_account(data_dir: Path) -> None:
    data_dir.parent.chmod(0o700)
    async with EmbeddedServers(data_dir / "deep") as servers:
        connection = await asyncpg.connect(servers.database_url("identity"))
        await connection.close()
        assert servers.postgres.pid is not None
        assert psutil.Process(servers.postgres.pid).uids().effective != 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to change its account")
def test_root_without_setpriv_is_told_what_cannot_be_reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o700)
    cluster = tmp_path / "postgres"
    cluster.mkdir()
    monkeypatch.setattr("shutil.which", lambda _name: None)
    with pytest.raises(EmbeddedFault, match="cannot reach"):
        account_for(cluster, postgres_programs())


def test_a_free_port_avoids_what_it_is_told_to() -> None:
    port = free_port()
    assert free_port(frozenset({port})) != port
