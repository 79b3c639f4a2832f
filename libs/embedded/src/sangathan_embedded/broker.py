"""One real nats-server with JetStream on a data directory, configured from the topology."""

import contextlib
import os
import signal
import socket
import subprocess
from pathlib import Path

from sangathan_contracts.topology import USERS, BrokerPlace, render_nats_conf
from sangathan_embedded.binaries import nats_server
from sangathan_embedded.faults import EmbeddedFault, PortTaken
from sangathan_embedded.layout import Layout
from sangathan_embedded.ports import LOOPBACK, is_free
from sangathan_embedded.processes import end_child, end_left_behind, wait_until, with_argument
from sangathan_embedded.secret_files import SecretFiles, write_private

_START_S = 30
_STOP_S = 10


class NatsServer:
    """nats-server on the loopback with one user per process and the operator."""

    name = "nats"

    def __init__(self, layout: Layout, secrets: SecretFiles, *, sync_interval: str) -> None:
        self._layout = layout
        self._secrets = secrets
        self._sync_interval = sync_interval
        self._program = nats_server()
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    @property
    def pid(self) -> int | None:
        """Its process id while it lives."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def url(self) -> str:
        """Where clients connect, without a user."""
        return f"nats://{LOOPBACK}:{self._port}"

    def start(self, port: int) -> None:
        """Starts and waits until it answers; raises EmbeddedFault saying why it does not."""
        self.end_left_behind()
        if not is_free(port):
            msg = f"NATS cannot listen on {LOOPBACK}:{port}: another program does."
            raise PortTaken(msg)
        self._port = port
        self._write_conf(port)
        log_path = self._layout.logs / "nats.log"
        with open(os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:  # noqa: PTH123
            self._process = subprocess.Popen(  # noqa: S603 - our own binary on our own paths.
                [self._program, "-c", str(self._layout.nats_conf.resolve())],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if not wait_until(lambda: self.pid is None or _greets(port), _START_S) or self.pid is None:
            self.stop()
            msg = f"NATS did not start: {_last_line(log_path)}"
            raise EmbeddedFault(msg)

    def stop(self) -> None:
        """Flushes and stops; harmless when it is not running."""
        if self._process is not None:
            end_child(self._process, (signal.SIGINT,), _STOP_S)
            self._process = None

    def end_left_behind(self) -> None:
        """Ends a server that an earlier run left on this store: two on one store would destroy it."""
        left = with_argument("nats-server", str(self._layout.nats_conf.resolve()))
        end_left_behind(left, signal.SIGINT, _STOP_S)

    def _write_conf(self, port: int) -> None:
        place = BrokerPlace(LOOPBACK, port, self._layout.jetstream.resolve(), self._sync_interval)
        passwords = {user.name: self._secrets.nats_password(user.name) for user in USERS}
        write_private(self._layout.nats_conf, render_nats_conf(place, passwords))


def _greets(port: int) -> bool:
    """The server speaks first, with INFO; its JetStream is up by then."""
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1) as connection:
        return connection.recv(5) == b"INFO "
    return False


def _last_line(path: Path) -> str:
    lines = path.read_text(errors="replace").strip().splitlines()
    return (lines or ["it said nothing"])[-1][-300:]
