"""The running system that a benchmark asks: `sangathan up` on a data directory that is kept between runs.

The first run on a directory makes and loads the demo state, later ones only start. A system that runs there already is
used as it is and left running.
"""

import argparse
import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx
import psutil

from sangathan_bench.figures import Figures
from sangathan_demo.truth import SignIn, Truth, read_truth
from sangathan_embedded.layout import Layout
from sangathan_embedded.lock import is_held
from sangathan_embedded.ports import LOOPBACK, free_port
from sangathan_embedded.secret_files import SecretFiles

DATA = Path(".sangathan") / "bench"
READY_WITHIN_S = 900.0
# Wide enough that no rate is ever met: what is measured is the work, not the refusal.
RATE_FACTOR = "1000000"


def parser(bench: str, *, scale: str, rounds: int, seconds: int | None = None) -> argparse.ArgumentParser:
    """The options that every benchmark of the running system takes."""
    options = argparse.ArgumentParser(prog=f"sangathan bench {bench}")
    options.add_argument("--data", type=Path, help="the data directory; by default one per scale below .sangathan")
    options.add_argument("--scale", default=scale, help="the demo state to load when the directory is new")
    options.add_argument("--rounds", type=int, default=rounds)
    if seconds is not None:
        options.add_argument("--seconds", type=int, default=seconds, help="how long each round lasts")
    return options


class Stage:
    """A running system with its demo state."""

    def __init__(self, figures: Figures, data: Path | None, scale: str) -> None:
        self.data = (data or DATA / scale).absolute()
        self.scale = scale
        self._figures = figures
        self._process: subprocess.Popen[bytes] | None = None
        self.secrets = SecretFiles(Layout(self.data).secrets)
        self.truth: Truth
        self._run: dict[str, Any]

    def __enter__(self) -> Self:
        """Starts the system, unless it runs already, and waits until it is up."""
        if not self._up():
            self._start()
        self.truth = read_truth(self._dataset())
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Stops what was started here."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(60)

    @property
    def port(self) -> int:
        """Where the gateway listens."""
        return int(self._part("gateway")["port"])

    @property
    def live_port(self) -> int:
        """Where the live edge listens."""
        return int(self._part("live")["port"])

    @property
    def started_here(self) -> bool:
        """Whether it did not run before."""
        return self._process is not None

    @property
    def nats_url(self) -> str:
        """Where the broker listens."""
        return f"nats://{LOOPBACK}:{self._part('nats')['port']}"

    def process(self, name: str) -> psutil.Process:
        """A process of the system."""
        return psutil.Process(int(self._part(name)["pid"]))

    def database_url(self, service: str, role: str = "app") -> str:
        """A service's database as one of its two roles."""
        name = f"{service}_{role}"
        return self._url(name, self.secrets.role_password(service, role), service)

    def admin_url(self, service: str) -> str:
        """A service's database as the server's superuser, who passes row-level security."""
        return self._url("postgres", self.secrets.postgres_password(), service)

    def booths(self, path: str, most: int) -> list[dict[str, str]]:
        """Booths below a unit, spread over all of it."""
        all_below = [row for row in self.units() if row["level"] == "booth" and row["path"].startswith(path)]
        return all_below[:: max(1, len(all_below) // most)][:most]

    def units(self) -> Iterator[dict[str, str]]:
        """Every unit of the demo state, as its dataset has it."""
        with (self._dataset() / "units.csv").open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)

    def parts(self) -> list[str]:
        """The names of everything that runs: the six processes, PostgreSQL and NATS."""
        return [str(part["name"]) for part in self._run["processes"]]

    def token(self, who: SignIn) -> str:
        """An access token, by a real sign-in with the demo password."""
        body = {"phone": who.phone, "password": self.secrets.demo_password()}
        reply = httpx.post(f"http://{LOOPBACK}:{self.port}/v1/sign-in", json=body, timeout=30)
        reply.raise_for_status()
        return str(reply.json()["access_token"])

    def headers(self, who: SignIn) -> list[str]:
        """The request headers of somebody who is signed in and acts under an office."""
        said = [f"authorization: Bearer {self.token(who)}", "accept: application/json"]
        return [*said, f"sangathan-appointment: {who.appointment_id}"] if who.appointment_id else said

    def _start(self) -> None:
        self._figures.say(f"starting the system on {self.data} (the first time it is filled, which takes minutes)")
        self.data.mkdir(parents=True, exist_ok=True)
        words = ["up", "--no-story", "--data", str(self.data), "--scale", self.scale]
        words += ["--port", str(free_port()), "--live-port", str(free_port())]
        log = self.data / "up.log"
        with log.open("wb") as file:
            self._process = subprocess.Popen(
                [Path(sys.executable).with_name("sangathan"), *words],
                env={**os.environ, "SANGATHAN_RATE_FACTOR": RATE_FACTOR},
                # A terminal is shown how far the filling is; standard output stays for figures.
                stdout=sys.stderr if sys.stderr.isatty() else file,
                stderr=subprocess.STDOUT,
            )
        until = time.monotonic() + READY_WITHIN_S
        while not self._up():
            if self._process.poll() is not None or time.monotonic() > until:
                self._process.terminate()
                raise RuntimeError(f"the system did not come up: {log.read_text(errors='replace')[-1000:]}")
            time.sleep(0.2)

    def _up(self) -> bool:
        """Whether every process is ready."""
        if not is_held(Layout(self.data).lock):
            return False
        try:
            self._run = json.loads((self.data / "run.json").read_text())
            ports = [part["port"] for part in self._run["processes"] if part["name"] not in {"postgres", "nats"}]
            return all(httpx.get(f"http://{LOOPBACK}:{port}/readyz").status_code == 200 for port in ports)
        except (OSError, ValueError, httpx.TransportError):
            return False

    def _part(self, name: str) -> dict[str, Any]:
        parts: Sequence[dict[str, Any]] = self._run["processes"]
        return next(part for part in parts if part["name"] == name)

    def _url(self, role: str, password: str, database: str) -> str:
        return f"postgresql://{role}:{password}@{LOOPBACK}:{self._part('postgres')['port']}/{database}"

    def _dataset(self) -> Path:
        return self.data / f"dataset-{self._run['scale']}"
