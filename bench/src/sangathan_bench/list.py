"""A page of 50 workers through gateway and registry, beside the least that a Python server can do for the same page.

The same query runs on the same rows of the same PostgreSQL behind row-level security; the bare server is one uvicorn
process with asyncpg and msgspec, without sign-in, office, assertion, snapshot or sealed fields. Rounds are interleaved
and the medians count. The load is a closed loop, so latencies are those of a system that has no time to spare.
"""

import argparse
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sangathan_bench.debian import fetch
from sangathan_bench.figures import Figures, interleaved
from sangathan_bench.live_rig import wait_for_port
from sangathan_bench.stage import Stage, parser
from sangathan_bench.wrk import Answered, Load, Look, Wrk
from sangathan_chassis.scope import upper_bound
from sangathan_demo.truth import LevelTruth
from sangathan_embedded.ports import free_port

PATH = "/v1/workers?limit=50"
LEVELS = ("mandal", "district", "state")
FLOOR = Path(__file__).with_name("floors") / "bare_list.py"


def main(*, json: bool = False, arguments: Sequence[str] = ()) -> int:
    """Measures and prints; gives the exit code."""
    options = parser("list", scale="full", rounds=5, seconds=4)
    options.add_argument("--no-peers", action="store_true", help="fetch nothing, and take a look instead of a figure")
    options.add_argument("--levels", nargs="+", default=LEVELS)
    given = options.parse_args(list(arguments))
    figures = Figures("list", as_json=json)
    if not given.no_peers:
        fetch(figures, "wrk")
    with Stage(figures, given.data, given.scale) as stage:
        for level in given.levels:
            _measure(figures, stage, stage.truth.level(level), given)
    return 0


def _measure(figures: Figures, stage: Stage, level: LevelTruth, given: argparse.Namespace) -> None:
    headers = stage.headers(level.sign_in)
    ours: Load = Look(headers) if given.no_peers else Wrk(headers, seconds=given.seconds)
    plain: Load = Look(()) if given.no_peers else Wrk((), seconds=given.seconds)
    taken: dict[str, list[Answered]] = {"sangathan": [], "bare": []}

    def round_of(name: str, load: Load, port: int) -> float:
        answered = load.run(port, PATH)
        taken[name].append(answered)
        return answered.per_s

    with bare_server(stage, level.unit.path) as bare_port:
        contenders = {
            "sangathan": lambda: round_of("sangathan", ours, stage.port),
            "bare": lambda: round_of("bare", plain, bare_port),
        }
        interleaved(contenders, given.rounds + 1)
    medians = {name: statistics.median(one.per_s for one in answers[1:]) for name, answers in taken.items()}
    for name, answers in taken.items():
        case = level.level if name == "sangathan" else f"{level.level}-{name}"
        figures.add("requests_per_s", medians[name], "1/s", case=case)
        figures.add("p99_ms", statistics.median(one.p99_ms for one in answers[1:]), "ms", case=case)
    figures.add("vs_bare", medians["sangathan"] / medians["bare"], "ratio", case=level.level)


@contextmanager
def bare_server(stage: Stage, path: str) -> Iterator[int]:
    """The bare server over one unit's range; gives its port."""
    port = free_port()
    words = [str(port), stage.database_url("registry"), path, upper_bound(path)]
    process = subprocess.Popen([sys.executable, FLOOR, *words])
    try:
        wait_for_port(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)
