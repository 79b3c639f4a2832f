"""How every benchmark says its figures: one JSON object a line, or a table for people."""

import json
import os
import platform
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value; ``case`` says under which circumstances."""

    bench: str
    case: str
    figure: str
    value: float
    unit: str


class Figures:
    """Collects a benchmark's figures and prints each as it becomes known."""

    def __init__(self, bench: str, *, as_json: bool) -> None:
        self._bench = bench
        self._as_json = as_json
        self.all: list[Figure] = []

    def add(self, figure: str, value: float, unit: str, *, case: str = "") -> None:
        """Prints one figure, rounded to four significant digits."""
        rounded = float(f"{value:.4g}")
        entry = Figure(self._bench, case, figure, int(rounded) if rounded.is_integer() else rounded, unit)
        self.all.append(entry)
        if self._as_json:
            print(json.dumps(asdict(entry), ensure_ascii=False), flush=True)
        else:
            print(f"{entry.bench:10} {entry.case:24} {entry.figure:20} {entry.value:>12} {entry.unit}", flush=True)

    def say(self, text: str) -> None:
        """Tells a person what is going on, on standard error, so that the figures stay machine-readable."""
        print(text, file=sys.stderr, flush=True)


def interleaved(contenders: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Runs every contender once per round, turn and turn about, so that a noisy minute hurts all alike."""
    measured: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds):
        order = sorted(contenders, reverse=bool(number % 2))
        for name in order:
            measured[name].append(contenders[name]())
    return measured


def medians(measured: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """The median of each contender's rounds."""
    return {name: statistics.median(values) for name, values in measured.items()}


def machine() -> str:
    """What it was measured on, for the reader of a figure: cores and Python's version."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}"
