"""The run-state file: how `status`, `story` and the next `up` find what runs, or ran, on a data directory."""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import psutil

from sangathan_embedded.lock import is_held

_FILE = "run.json"


@dataclass(frozen=True, slots=True)
class RunningProcess:
    """One process as it was last started; ``created`` tells it from a stranger that got the same number."""

    name: str
    pid: int
    created: float
    port: int
    restarts: int = 0

    def alive(self) -> bool:
        """Whether this very process still lives."""
        try:
            process = psutil.Process(self.pid)
            return abs(process.create_time() - self.created) < 1 and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False


@dataclass(frozen=True, slots=True)
class RunState:
    """What one `up` runs, and where."""

    pid: int
    started_at: str
    scale: str
    gateway_url: str
    live_url: str
    nats_url: str
    processes: tuple[RunningProcess, ...] = field(default=())

    def process(self, name: str) -> RunningProcess | None:
        """The process of that name."""
        return next((process for process in self.processes if process.name == name), None)


def write_run_state(data: Path, state: RunState) -> None:
    """Replaces the file as a whole, so that a reader never sees half of it."""
    waiting = data / f".{_FILE}"
    waiting.write_text(json.dumps(asdict(state), indent=1) + "\n")
    waiting.replace(data / _FILE)


def read_run_state(data: Path) -> RunState | None:
    """The last run's state, whether or not it still runs; None when there is none."""
    try:
        raw = json.loads((data / _FILE).read_text())
        processes = tuple(RunningProcess(**process) for process in raw.pop("processes"))
        return RunState(**raw, processes=processes)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def running_state(data: Path) -> RunState | None:
    """The state of a system that runs now on the data directory."""
    return read_run_state(data) if is_held(data / "lock") else None


def forget_run_state(data: Path) -> None:
    """Removes the file after an orderly end."""
    (data / _FILE).unlink(missing_ok=True)


def end_left_behind(processes: Iterable[RunningProcess], patience_s: float = 10.0) -> int:
    """Ends processes of an `up` that was killed hard; gives how many still lived."""
    left = [psutil.Process(process.pid) for process in processes if process.alive() and process.pid != os.getpid()]
    for process in left:
        process.terminate()
    _, stubborn = psutil.wait_procs(left, timeout=patience_s)
    for process in stubborn:
        process.kill()
    return len(left)
