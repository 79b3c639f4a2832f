"""A page of 50 workers through gateway and registry, beside the least that a Python server can do for the same page.

The same query runs on the same rows of the same PostgreSQL behind row-level security; the bare server is one uvicorn
process with asyncpg and msgspec that opens the same seals, without sign-in, office, assertion or snapshot. PostgREST
answers the same rows behind the same policy, by a token that carries the range; Directus behind it and a policy of its
own; neither can open a seal. Rounds are interleaved and the medians count. The load is a closed loop, so latencies are
those of a system that has no time to spare.
"""

import argparse
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx

from sangathan_bench import directus, postgrest
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


@dataclass(frozen=True, slots=True)
class Contender:
    """Somebody who answers the page, and how they are asked for it."""

    port: int
    path: str
    headers: Sequence[str] = ()


def ids_of(one: Contender) -> list[str]:
    """Whose records the contender's page shows."""
    said = dict(header.split(": ", 1) for header in one.headers)
    reply = httpx.get(f"http://127.0.0.1:{one.port}{one.path}", headers=said, timeout=30)
    if not reply.is_success:
        raise RuntimeError(f"GET {one.path} was answered {reply.status_code}: {reply.text[:300]}")
    page = reply.json()
    return [str(row["id"]) for row in (page if isinstance(page, list) else page.get("items") or page["data"])]


def _measure(figures: Figures, stage: Stage, level: LevelTruth, given: argparse.Namespace) -> None:
    taken: dict[str, list[Answered]] = defaultdict(list)

    def round_of(name: str, one: Contender) -> float:
        load: Load = Look(one.headers) if given.no_peers else Wrk(one.headers, seconds=given.seconds)
        taken[name].append(load.run(one.port, one.path))
        return taken[name][-1].per_s

    with ExitStack() as stack:
        contenders = {
            "sangathan": Contender(stage.port, PATH, stage.headers(level.sign_in)),
            "bare": Contender(stack.enter_context(bare_server(stage, level.unit.path)), PATH),
        }
        if not given.no_peers:
            contenders |= _peers(figures, stage, level.unit.path, stack)
        if len({tuple(ids_of(one)) for one in contenders.values()}) != 1:
            raise RuntimeError("the contenders do not answer the same rows")
        interleaved({name: partial(round_of, name, one) for name, one in contenders.items()}, given.rounds + 1)
    medians = {name: statistics.median(one.per_s for one in answers[1:]) for name, answers in taken.items()}
    for name, answers in taken.items():
        case = level.level if name == "sangathan" else f"{level.level}-{name}"
        figures.add("requests_per_s", medians[name], "1/s", case=case)
        figures.add("p99_ms", statistics.median(one.p99_ms for one in answers[1:]), "ms", case=case)
    for name in medians.keys() - {"sangathan"}:
        figures.add(f"vs_{name}", medians["sangathan"] / medians[name], "ratio", case=level.level)


def _peers(figures: Figures, stage: Stage, path: str, stack: ExitStack) -> dict[str, Contender]:
    """PostgREST and Directus over the same rows, as far as they can be had."""
    found = {}
    if binary := postgrest.program(figures):
        port = stack.enter_context(postgrest.postgrest(stage, binary))
        bearer = f"authorization: Bearer {postgrest.token(path)}"
        found["postgrest"] = Contender(port, postgrest.path_of_page(path), [bearer])
    if folder := directus.program(figures):
        peer = stack.enter_context(directus.directus(stage, folder, path))
        peer.allow("workers", "read", permissions=directus.rows_within(path))
        bearer = f"authorization: Bearer {directus.TOKEN}"
        found["directus"] = Contender(peer.port, directus.path_of_page(postgrest.COLUMNS), [bearer])
    return found


@contextmanager
def bare_server(stage: Stage, path: str) -> Iterator[int]:
    """The bare server over one unit's range; gives its port."""
    port = free_port()
    keys = str(stage.secrets.seal_key("registry"))
    words = [str(port), stage.database_url("registry"), path, upper_bound(path), keys]
    process = subprocess.Popen([sys.executable, FLOOR, *words])
    try:
        wait_for_port(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)
