"""How fast a broadcast reaches everybody, beside the least that C can do and beside what one writes first.

The same frame goes to the same number of connections from the real live edge (real broker, real tickets, one process),
from a C epoll writer, and from a FastAPI loop under uvicorn. A round is several broadcasts, from the moment they are
asked for until the last byte has come to a client that only counts. Rounds are interleaved; medians count.
"""

import argparse
import contextlib
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from sangathan_bench.figures import Figures, interleaved, medians
from sangathan_bench.live_rig import Crowd, FastapiPeer, Floor, LiveEdge, Sayer, compile_c, plain_heads

CONNECTIONS = 10_000
ROUNDS = 5
CASTS = 20


def main(*, json: bool = False, arguments: Sequence[str] = ()) -> int:
    """Measures and prints; gives the exit code."""
    parser = argparse.ArgumentParser(prog="sangathan bench live")
    parser.add_argument("--connections", type=int, default=CONNECTIONS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    given = parser.parse_args(list(arguments))
    figures = Figures("live", as_json=json)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sangathan-bench-")))
        _measure(figures, folder, stack, connections=given.connections, rounds=given.rounds)
    return 0


def _measure(figures: Figures, folder: Path, stack: contextlib.ExitStack, *, connections: int, rounds: int) -> None:
    reader = compile_c("epoll_reader", folder)
    figures.say("fetching the peer from PyPI")
    plain = plain_heads(folder / "plain")
    floor = Floor(folder, connections)
    stack.callback(floor.close)
    peer = FastapiPeer(folder)
    stack.callback(peer.close)
    edge = stack.enter_context(LiveEdge(folder, connections))

    def crowd_at(port: int, heads: Path) -> Crowd:
        crowd = Crowd(reader, port, heads, connections)
        stack.callback(crowd.close)
        return crowd

    figures.say(f"opening {connections} connections to each of three servers")
    before = edge.rss_kb
    begun = time.monotonic()
    listeners = crowd_at(edge.port, edge.heads(folder / "tickets"))
    connects_per_s = connections / (time.monotonic() - begun)
    size = _frame_size(edge, listeners)
    contenders = {
        "live": Contender(edge, listeners, size),
        "c-epoll": Contender(floor, crowd_at(floor.port, plain), size),
        "fastapi": Contender(peer, crowd_at(peer.port, plain), size),
    }
    measured = medians(interleaved({name: each.round for name, each in contenders.items()}, rounds))
    case = f"{connections}-connections"
    for name, value in measured.items():
        figures.add("deliveries_per_s", value, "1/s", case=f"{case}-{name}")
        figures.add("cpu_us_per_delivery", statistics.median(contenders[name].cpu_us), "us", case=f"{case}-{name}")
    figures.add("vs_floor", measured["live"] / measured["c-epoll"], "ratio", case=case)
    figures.add("vs_fastapi", measured["live"] / measured["fastapi"], "ratio", case=case)
    figures.add("rss_kb_per_conn", (edge.rss_kb - before) / connections, "KB", case=case)
    figures.add("connects_per_s", connects_per_s, "1/s", case=case)


def _frame_size(edge: LiveEdge, crowd: Crowd) -> int:
    """The bytes of one broadcast's frame on the wire, which every server is then made to send."""
    crowd.settle()
    crowd.reset()
    edge.say(1, 0)
    time.sleep(0.5)
    return crowd.settle() // crowd.connections


class Contender:
    """One server with its connections."""

    def __init__(self, sayer: Sayer, crowd: Crowd, size: int) -> None:
        self._sayer = sayer
        self._crowd = crowd
        self._size = size
        self._process = psutil.Process(sayer.pid)
        self.cpu_us: list[float] = []

    def round(self) -> float:
        """Deliveries per second; the processor time each cost is kept beside."""
        expected = CASTS * self._size * self._crowd.connections
        self._crowd.reset()
        spent_before, begun = self._spent(), time.monotonic()
        self._sayer.say(CASTS, self._size)
        arrived = self._crowd.wait(expected)
        if self._crowd.settle() != expected:
            raise RuntimeError("more has come than was said")
        deliveries = CASTS * self._crowd.connections
        self.cpu_us.append((self._spent() - spent_before) / deliveries * 1e6)
        return deliveries / (arrived - begun)

    def _spent(self) -> float:
        times = self._process.cpu_times()
        return times.user + times.system
