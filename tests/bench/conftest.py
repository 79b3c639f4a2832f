"""One small running system for all benchmarks: what they print is looked at here, never how fast it was."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sangathan_bench.figures import Figures
from sangathan_bench.stage import Stage

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture(scope="session")
def running_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data directory of a running system with the tiny demo state."""
    with Stage(Figures("tests", as_json=True), tmp_path_factory.mktemp("bench"), "tiny") as stage:
        yield stage.data


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]) -> Lines:
    """Gives what was printed: one JSON object a line, each with the five keys."""

    def lines() -> list[dict[str, Any]]:
        found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert found
        for line in found:
            assert line.keys() == {"bench", "case", "figure", "value", "unit"}
        return found

    return lines
