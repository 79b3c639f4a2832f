"""One real PostgreSQL server on a data directory: made at the first start, started again after any kind of end."""

import contextlib
import os
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

from sangathan_embedded.account import Account, account_for
from sangathan_embedded.binaries import postgres_programs
from sangathan_embedded.faults import EmbeddedFault, PortTaken
from sangathan_embedded.layout import Layout
from sangathan_embedded.ports import LOOPBACK, is_free
from sangathan_embedded.processes import end_child, end_left_behind, wait_until, working_in
from sangathan_embedded.secret_files import write_private

_START_S = 60
_STOP_S = 20
_SUPERUSER = "postgres"


class PostgresServer:
    """PostgreSQL 18 on the loopback, over TCP only, with scram-sha-256 for everybody."""

    name = "postgres"

    def __init__(self, layout: Layout, password: str, *, durable: bool = True) -> None:
        self._layout = layout
        self._password = password
        self._durable = durable
        self._programs = postgres_programs()
        self._process: subprocess.Popen[bytes] | None = None
        self._port = 0

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    @property
    def pid(self) -> int | None:
        """The postmaster's process id while it lives."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def url(self, user: str, password: str, database: str) -> str:
        """A URL for one role and database."""
        return f"postgresql://{user}:{quote(password, safe='')}@{LOOPBACK}:{self._port}/{database}"

    def admin_url(self, database: str = "postgres") -> str:
        """The superuser's URL: for setting up and for tests, never for a service."""
        return self.url(_SUPERUSER, self._password, database)

    def start(self, port: int) -> None:
        """Starts and waits until it answers; raises EmbeddedFault saying why it does not."""
        self.end_left_behind()
        if not is_free(port):
            msg = f"PostgreSQL cannot listen on {LOOPBACK}:{port}: another program does."
            raise PortTaken(msg)
        account = self._cluster()
        self._port = port
        with self._log().open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own binary on our own paths.
                account.command(self._programs / "postgres", "-D", self._layout.postgres, *self._options(port)),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **account.arguments,
            )
        if not wait_until(lambda: self._ready() or self.pid is None, _START_S) or self.pid is None:
            self.stop()
            msg = f"PostgreSQL did not start: {self._last_words()}"
            raise EmbeddedFault(msg)

    def stop(self) -> None:
        """Ends connections, writes everything down, and stops; harmless when it is not running."""
        if self._process is not None:
            end_child(self._process, (signal.SIGINT, signal.SIGQUIT), _STOP_S)
            self._process = None

    def psql(self, script: str, database: str = "postgres") -> None:
        """Runs a psql script as the superuser; raises EmbeddedFault with psql's own words."""
        place = ["-h", LOOPBACK, "-p", str(self._port), "-U", _SUPERUSER, "-d", database]
        done = subprocess.run(  # noqa: S603 - our own binary; the script goes in by standard input.
            [self._programs / "psql", "-qXAt", "-v", "ON_ERROR_STOP=1", *place, "-f", "-"],
            input=script.encode(),
            env={"PGPASSWORD": self._password, "PGCONNECT_TIMEOUT": "10"},
            capture_output=True,
            check=False,
        )
        if done.returncode:
            msg = f"PostgreSQL refused to be set up: {done.stderr.decode(errors='replace').strip()[:300]}"
            raise EmbeddedFault(msg)

    def end_left_behind(self) -> None:
        """Ends what an earlier run left on this cluster, and removes a lock file that names nobody of ours."""
        cluster = self._layout.postgres.resolve()
        found = working_in(cluster, "postgres")
        if not found:
            # PostgreSQL would take any living process with the old number for its predecessor.
            (cluster / "postmaster.pid").unlink(missing_ok=True)
            return
        leader = [process for process in found if process.pid == _recorded_pid(cluster)]
        # A leader shuts the others down in order; without one nobody can, and recovery mends what is left.
        end_left_behind(leader or found, signal.SIGINT if leader else signal.SIGQUIT, _STOP_S)
        wait_until(lambda: not working_in(cluster, "postgres"), 10)
        (cluster / "postmaster.pid").unlink(missing_ok=True)

    def _options(self, port: int) -> list[str]:
        settings = {
            "listen_addresses": LOOPBACK,
            "port": port,
            # No socket file: a data directory may lie deeper than the 107 bytes that such a path may have.
            "unix_socket_directories": "",
            "max_connections": 200,
            "shared_buffers": "256MB",
            "max_wal_size": "2GB" if self._durable else "256MB",
            "password_encryption": "scram-sha-256",
            "idle_in_transaction_session_timeout": "60s",
            "log_timezone": "UTC",
            "timezone": "UTC",
            "fsync": "on" if self._durable else "off",
            "synchronous_commit": "on" if self._durable else "off",
            "full_page_writes": "on" if self._durable else "off",
        }
        return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

    def _cluster(self) -> Account:
        """Makes the cluster if there is none, beside its place, so that a half-made one is never taken for whole."""
        cluster = self._layout.postgres
        if cluster.exists():
            return account_for(cluster, self._programs)
        waiting = cluster.with_name("postgres.new")
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(waiting)
        waiting.mkdir(mode=0o700)
        account = account_for(waiting, self._programs)
        self._initdb(account, waiting)
        waiting.rename(cluster)
        return account

    def _initdb(self, account: Account, place: Path) -> None:
        pwfile = place.with_name("postgres.password")
        write_private(pwfile, self._password + "\n")
        os.chown(pwfile, account.uid, account.gid)
        words = ["--auth=scram-sha-256", f"--pwfile={pwfile}", f"--username={_SUPERUSER}", "--encoding=UTF8"]
        # The built-in C.UTF-8 collates by code point on every platform, and still knows Unicode's letters.
        words += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
        done = subprocess.run(  # noqa: S603 - our own binary on our own paths.
            account.command(self._programs / "initdb", "-D", place, *words),
            cwd="/",
            capture_output=True,
            check=False,
            **account.arguments,
        )
        pwfile.unlink()
        if done.returncode:
            msg = f"PostgreSQL could not make its cluster: {done.stderr.decode(errors='replace').strip()[-300:]}"
            raise EmbeddedFault(msg)

    def _ready(self) -> bool:
        done = subprocess.run(  # noqa: S603 - our own binary.
            [self._programs / "pg_isready", "-q", "-h", LOOPBACK, "-p", str(self._port), "-d", "postgres"],
            capture_output=True,
            check=False,
        )
        return done.returncode == 0

    def _log(self) -> Path:
        path = self._layout.logs / "postgres.log"
        if not path.exists():
            write_private(path, "")
        return path

    def _last_words(self) -> str:
        lines = self._log().read_text(errors="replace").strip().splitlines()
        telling = [line for line in lines[-20:] if "FATAL" in line or "PANIC" in line or "ERROR" in line]
        return (telling or lines or ["it said nothing"])[-1][-300:]


def _recorded_pid(cluster: Path) -> int:
    try:
        return int((cluster / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return 0
