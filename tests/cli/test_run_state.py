"""The run-state file finds what runs, and what a killed `up` has left behind."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from sangathan_cli.run_state import (
    RunningProcess,
    RunState,
    end_left_behind,
    forget_run_state,
    read_run_state,
    running_state,
    write_run_state,
)
from sangathan_embedded.lock import DataLock

STATE = RunState(1, "2026-01-01T00:00:00+00:00", "small", "http://g", "http://l", "nats://n")


@pytest.fixture
def stray() -> Iterator[RunningProcess]:
    """A process that nobody waits for but this test."""
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    with subprocess.Popen(command) as process:
        yield RunningProcess("registry", process.pid, psutil.Process(process.pid).create_time(), 1)
        process.kill()


def test_what_is_written_is_read_again(tmp_path: Path, stray: RunningProcess) -> None:
    state = replace(STATE, processes=(stray,))
    write_run_state(tmp_path, state)
    assert read_run_state(tmp_path) == state


def test_a_torn_file_counts_as_none(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"pid": 1')
    assert read_run_state(tmp_path) is None


def test_a_state_whose_owner_is_gone_does_not_run(tmp_path: Path) -> None:
    write_run_state(tmp_path, STATE)
    assert running_state(tmp_path) is None


def test_a_state_whose_owner_holds_the_lock_runs(tmp_path: Path) -> None:
    write_run_state(tmp_path, STATE)
    lock = DataLock(tmp_path / "lock")
    lock.acquire()
    try:
        assert running_state(tmp_path) == STATE
    finally:
        lock.release()


def test_after_an_orderly_end_nothing_is_left(tmp_path: Path) -> None:
    write_run_state(tmp_path, STATE)
    forget_run_state(tmp_path)
    assert read_run_state(tmp_path) is None


def test_a_process_left_behind_is_ended(stray: RunningProcess) -> None:
    assert end_left_behind([stray]) == 1
    assert not stray.alive()


def test_a_stranger_with_the_same_number_is_left_alone(stray: RunningProcess) -> None:
    stranger = replace(stray, created=stray.created - 3600)
    assert end_left_behind([stranger]) == 0
    assert stray.alive()


def test_the_own_process_is_never_ended() -> None:
    own = RunningProcess("up", os.getpid(), psutil.Process().create_time(), 1)
    assert end_left_behind([own]) == 0
