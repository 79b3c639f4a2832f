"""Tiny children for the supervisor, and a way to run the command as a person does."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from sangathan_cli.child import ChildSpec

SLEEPER = "import time; print('awake', flush=True); time.sleep(600)"

Command = Callable[..., "subprocess.CompletedProcess[str]"]
SpecOf = Callable[..., ChildSpec]


@pytest.fixture
def spec_of(tmp_path: Path) -> SpecOf:
    """A child that runs a line of Python."""

    def build(script: str = SLEEPER, name: str = "registry", **environment: str) -> ChildSpec:
        return ChildSpec(name, (sys.executable, "-c", script), environment, tmp_path / f"{name}.log")

    return build


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data directory that the servers' account can reach, which pytest's own is not for root."""
    with TemporaryDirectory(prefix="sangathan-") as name:
        yield Path(name) / "data"


@pytest.fixture
def sangathan() -> Command:
    """Runs the command to its end, with no setting but those given."""

    def run(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        plain = {name: value for name, value in os.environ.items() if not name.startswith("SANGATHAN_")}
        return subprocess.run(
            [sys.executable, "-m", "sangathan_cli", *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env={**plain, "COLUMNS": "200", **environment},
        )

    return run
