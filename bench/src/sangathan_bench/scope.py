"""What each level's office-bearer waits for at 1.3 million workers: a page, the middle of the list, a name, a count.

The registry's own queries are asked in one process as its routes ask them, transaction, scope and guard included and
HTTP not: what differs between levels is not covered by what is the same for all. Then a mandal is moved to the vidhan
sabha beside and back, again and again: the time is that of the registry's rows, in which writers wait.
"""

import asyncio
import json as jsonlib
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from sangathan_bench.figures import Figures
from sangathan_bench.sampled import samples
from sangathan_bench.stage import Stage, parser

PROBE: Final = Path(__file__).with_name("probes") / "scope_probe.py"
PEOPLE: Final = 50
QUESTIONS: Final = ("page", "middle_page", "search", "sound", "phone", "count")


def main(*, json: bool = False, arguments: Sequence[str] = ()) -> int:
    """Measures and prints; gives the exit code."""
    options = parser("scope", scale="large", rounds=100)
    options.add_argument("--moves", type=int, default=10, help="how often the mandal is moved there and back")
    given = options.parse_args(list(arguments))
    figures = Figures("scope", as_json=json)
    with Stage(figures, given.data, given.scale) as stage:
        asked = _asked(stage, given.rounds, given.moves)
        output = subprocess.run(
            [sys.executable, str(PROBE)], input=jsonlib.dumps(asked).encode(), check=True, stdout=subprocess.PIPE
        ).stdout
    measured = jsonlib.loads(output)
    _tell(figures, measured["taken"])
    figures.add("move_mandal_ms", statistics.median(measured["moved"]), "ms", case="mandal")
    return 0


def _asked(stage: Stage, rounds: int, moves: int) -> dict[str, Any]:
    lowest_first = reversed(stage.truth.levels)
    levels = asyncio.run(samples(stage, lowest_first, PEOPLE))
    beside = stage.truth.level("vidhan-sabha").beside().unit
    return {
        "url": stage.database_url("registry"),
        "levels": [level.told() for level in levels],
        "rounds": rounds,
        "moves": moves,
        "back": stage.truth.level("mandal").unit.path,
        "there": f"{beside.path}bench.",
    }


def _tell(figures: Figures, taken: Mapping[str, Mapping[str, Sequence[float]]]) -> None:
    """Each level's medians, and its slowest answer as a multiple of the booth's page."""
    a_booths_page = statistics.median(taken["booth"]["page"])
    for level, by_question in taken.items():
        middles = {question: statistics.median(by_question[question]) for question in QUESTIONS}
        for question, middle in middles.items():
            figures.add(f"{question}_p50_ms", middle, "ms", case=level)
        figures.add("slowest_vs_booth_page", max(middles.values()) / a_booths_page, "ratio", case=level)
