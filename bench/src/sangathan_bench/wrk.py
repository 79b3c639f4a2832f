"""The same requests, over the same connections, to whoever is measured: by wrk (Debian), or without it for a look."""

import asyncio
import re
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sangathan_bench.devices import Batch, send

_UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}


@dataclass(frozen=True, slots=True)
class Answered:
    """What one round of load got."""

    requests: int
    per_s: float
    p99_ms: float


class Load(Protocol):
    """Somebody who asks."""

    def run(self, port: int, path: str) -> Answered:
        """One round; raises RuntimeError when any request was refused or lost."""


@dataclass(frozen=True, slots=True)
class Wrk:
    """A closed loop of GETs: each connection asks again as soon as it is answered."""

    headers: Sequence[str]
    connections: int = 16
    seconds: int = 4

    def run(self, port: int, path: str) -> Answered:
        """One round; raises RuntimeError when any request was refused or lost."""
        said = [part for header in self.headers for part in ("-H", header)]
        command = ["wrk", "-t1", f"-c{self.connections}", f"-d{self.seconds}s", "--latency", *said]
        output = subprocess.run(
            [*command, f"http://127.0.0.1:{port}{path}"], check=True, capture_output=True, text=True
        ).stdout
        count = re.search(r"(\d+) requests in", output)
        rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
        p99 = re.search(r"99%\s+([\d.]+)(us|ms|s|m)", output)
        if not (count and rate and p99) or "Non-2xx" in output or "Socket errors" in output:
            raise RuntimeError(f"the load was not answered well:\n{output}")
        return Answered(int(count[1]), float(rate[1]), float(p99[1]) * _UNITS[p99[2]])


@dataclass(frozen=True, slots=True)
class Look:
    """A few hundred requests from this process, where nothing may be fetched; it costs more than it measures."""

    headers: Sequence[str]
    connections: int = 4
    requests: int = 200

    def run(self, port: int, path: str) -> Answered:
        """One round; raises RuntimeError when any request was refused."""
        said = "".join(f"{header}\r\n" for header in self.headers)
        request = Batch(f"GET {path} HTTP/1.1\r\nhost: bench\r\n{said}\r\n".encode(), 0)
        begun = time.perf_counter()
        receipts = asyncio.run(send(port, [request] * self.requests, connections=self.connections))
        per_s = self.requests / (time.perf_counter() - begun)
        return Answered(self.requests, per_s, statistics.quantiles(receipts.seconds, n=100)[98] * 1e3)
