"""How long an office-bearer waits for a name, through gateway and registry, among the workers of their own unit.

Looked for are workers spread over the unit, each by the first name in Hindi, by three letters and by the whole name in
English, and misspelt by its sound. One connection asks one question after the other; rounds go from level to level, so
that every search meets statements that were prepared for another scope.
"""

import argparse
import asyncio
import statistics
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx

from sangathan_bench.devices import Batch, a_post, send
from sangathan_bench.figures import Figures
from sangathan_bench.sampled import Person, Sample, samples
from sangathan_bench.stage import Stage, parser
from sangathan_embedded.ports import LOOPBACK

PATH: Final = "/v1/worker-searches"
LEVELS: Final = ("booth", "district", "state")
PEOPLE: Final = 20


@dataclass(frozen=True, slots=True)
class Asker:
    """A level's office-bearer, and the searches of each kind that they make."""

    level: str
    headers: Sequence[str]
    bodies: Mapping[str, Sequence[dict[str, str]]]

    @classmethod
    def of(cls, stage: Stage, sample: Sample) -> "Asker":
        """Signs the office-bearer in."""
        bodies = defaultdict(list)
        for person in sample.people:
            for kind, body in _bodies(person).items():
                bodies[kind].append(body)
        return cls(sample.level, stage.headers(stage.truth.level(sample.level).sign_in), bodies)

    def requests(self, kind: str) -> list[Batch]:
        """The searches of one kind as bytes."""
        return [Batch(a_post(PATH, self.headers, body), 0) for body in self.bodies[kind]]


def main(*, json: bool = False, arguments: Sequence[str] = ()) -> int:
    """Measures and prints; gives the exit code."""
    options = parser("search", scale="large", rounds=20)
    options.add_argument("--levels", nargs="+", default=LEVELS)
    given = options.parse_args(list(arguments))
    figures = Figures("search", as_json=json)
    with Stage(figures, given.data, given.scale) as stage:
        taken = asyncio.run(_measure(stage, given))
    for case, seconds in taken.items():
        figures.add("p50_ms", statistics.median(seconds) * 1e3, "ms", case=case)
        figures.add("p99_ms", statistics.quantiles(seconds, n=100, method="inclusive")[98] * 1e3, "ms", case=case)
    return 0


async def _measure(stage: Stage, given: argparse.Namespace) -> dict[str, list[float]]:
    """Seconds of every answer: of a level, and of each kind at it."""
    levels = [stage.truth.level(level) for level in given.levels]
    askers = [Asker.of(stage, sample) for sample in await samples(stage, levels, PEOPLE)]
    for asker in askers:
        await _expect_finds(stage.port, asker)
    taken: dict[str, list[float]] = {asker.level: [] for asker in askers}
    for _ in range(given.rounds):
        for asker in askers:
            for kind in asker.bodies:
                receipts = await send(stage.port, asker.requests(kind), connections=1)
                taken[asker.level] += receipts.seconds
                taken.setdefault(f"{asker.level}-{kind}", []).extend(receipts.seconds)
    return taken


async def _expect_finds(port: int, asker: Asker) -> None:
    """Every search finds somebody; raises RuntimeError otherwise, since a search for nobody says nothing."""
    headers = dict(header.split(": ", 1) for header in asker.headers)
    async with httpx.AsyncClient(base_url=f"http://{LOOPBACK}:{port}", headers=headers, timeout=60) as http:
        for body in (body for bodies in asker.bodies.values() for body in bodies):
            reply = await http.post(PATH, json=body)
            if not reply.raise_for_status().json()["items"]:
                raise RuntimeError(f"nobody at the {asker.level} is found by {body}")


def _bodies(person: Person) -> dict[str, dict[str, Any]]:
    beginnings = {kind: {"name": text} for kind, text in person.beginnings().items()}
    return {**beginnings, "sound": {"name": person.misspelt(), "match": "sound"}}
