"""Records of one person found across scripts: how many of those there are (recall), and how many wrong ones beside.

From the half of the name list that nothing was tuned on, 10,000 records are made up: about one person in four was
recorded twice, once in Hindi and once in English with the mistakes of real lists, among brothers and sisters under one
roof, namesakes in the same booth, and sixty surnames in all. Records that share a key of a name and a booth, a phone, a
relation or a year are compared; the case `key` says how many true pairs get that far.
"""

import argparse
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import Final

from sangathan_bench.figures import Figures
from sangathan_bench.match_people import Made, halves, make
from sangathan_names.evidence import LEAST_BITS, weigh
from sangathan_names.likeness import likeness
from sangathan_names.sounds import name_keys

_ALIKE: Final = 0.97


def main(*, json: bool = False, arguments: Sequence[str] = ()) -> int:
    """Measures and prints; gives the exit code."""
    options = argparse.ArgumentParser(prog="sangathan bench match")
    options.add_argument("--records", type=int, default=10_000)
    options.add_argument("--half", choices=("held-out", "tuning"), default="held-out")
    given = options.parse_args(list(arguments))
    figures = Figures("match", as_json=json)
    tuning, held_out = halves()
    names = held_out if given.half == "held-out" else tuning
    _people(figures, make(names, given.records, random.Random(1)))
    _single(figures, names)
    return 0


def _people(figures: Figures, made: Made) -> None:
    began = time.perf_counter()
    candidates = _blocked(made)
    found = {pair for pair in candidates if _bits(made, pair) >= LEAST_BITS}
    seconds = time.perf_counter() - began
    count = len(made.records)
    figures.add("recall", len(made.same & found) / len(made.same), "ratio", case="people")
    figures.add("false_per_record", len(found - made.same) / count, "1", case="people")
    figures.add("recall", len(made.same & candidates) / len(made.same), "ratio", case="key")
    figures.add("records_per_s", count / seconds, "1/s", case="people")


def _bits(made: Made, pair: tuple[int, int]) -> float:
    return weigh(made.records[pair[0]].person, made.records[pair[1]].person).bits


def _blocked(made: Made) -> set[tuple[int, int]]:
    """Pairs that share a key of a name and one thing more."""
    blocks: dict[tuple[str, object], list[int]] = defaultdict(list)
    for number, record in enumerate(made.records):
        person = record.person
        besides = (person.place[0], person.phone, person.birth_year, *record.relation_keys)
        for key in record.keys:
            for more in besides:
                if more is not None:
                    blocks[key, more].append(number)
    return {pair for block in blocks.values() for pair in combinations(block, 2)}


def _single(figures: Figures, names: Sequence[tuple[str, str]]) -> None:
    """Single words of one script looked for among those of the other, with nothing else known: the floor."""
    found_by: dict[str, list[int]] = defaultdict(list)
    for number, (_, hindi) in enumerate(names):
        for key in name_keys(hindi):
            found_by[key].append(number)
    right = wrong = 0
    for number, (english, hindi) in enumerate(names):
        near = {other for key in name_keys(english) for other in found_by[key]}
        alike = {other for other in near if likeness(english, names[other][1]) >= _ALIKE}
        right += number in alike
        wrong += sum(names[other][1] != hindi for other in alike)
    figures.add("recall", right / len(names), "ratio", case="single-words")
    figures.add("false_per_record", wrong / len(names), "1", case="single-words")


if __name__ == "__main__":
    raise SystemExit(main())
