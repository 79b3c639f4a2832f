"""How many decisions one gateway process can take: whole checks, and tokens verified, remembered or new.

What is asked is the gateway's own code with its shipped policy and offices, without HTTP around it, on one core.
"""

import argparse
import json as jsonlib
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sangathan_bench.figures import Figures, medians

ROUNDS = 5
ROUND_S = 1.0
PROBE = Path(__file__).with_name("probes") / "authz_probe.py"


def main(*, json: bool = False, arguments: Sequence[str] = ()) -> int:
    """Measures and prints; gives the exit code."""
    parser = argparse.ArgumentParser(prog="sangathan bench authz")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=float, default=ROUND_S, help="how long each round lasts")
    given = parser.parse_args(list(arguments))
    figures = Figures("authz", as_json=json)
    with tempfile.TemporaryDirectory() as folder:
        words = [sys.executable, str(PROBE), folder, str(given.rounds), str(given.seconds)]
        output = subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout
    measured = medians(jsonlib.loads(output))
    figures.add("checks_per_s", measured["check"], "1/s", case="office-and-range")
    figures.add("tokens_per_s", measured["cached"], "1/s", case="cached")
    figures.add("tokens_per_s", measured["uncached"], "1/s", case="uncached")
    return 0
