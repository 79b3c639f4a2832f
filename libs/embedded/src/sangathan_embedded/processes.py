"""Processes: an orderly end for ours, and for those that an earlier run, killed hard, has left behind."""

import contextlib
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import psutil


def wait_until(condition: Callable[[], bool], timeout_s: float) -> bool:
    """Waits for the condition; False when the time is over."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def end_child(process: subprocess.Popen[bytes], signals: Sequence[int], patience_s: float) -> None:
    """Sends each signal in turn until the child is gone, then kills it."""
    for number in signals:
        if process.poll() is not None:
            return
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience_s)
    if process.poll() is None:
        process.kill()
        process.wait()


def end_left_behind(processes: Iterable[psutil.Process], number: int, patience_s: float) -> int:
    """Ends processes that are no children of ours; gives how many there were."""
    found = list(processes)
    for process in found:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)
    _, alive = psutil.wait_procs(found, timeout=patience_s)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=5)
    return len(found)


def working_in(folder: Path, program: str) -> list[psutil.Process]:
    """Living processes of ``program`` whose working directory is ``folder``."""
    return [p for p in _named(program) if _cwd(p) == folder]


def with_argument(program: str, argument: str) -> list[psutil.Process]:
    """Living processes of ``program`` that were started with ``argument``."""
    return [p for p in _named(program) if argument in _words(p)]


def _named(program: str) -> list[psutil.Process]:
    return [p for p in psutil.process_iter(["name"]) if p.info["name"] == program]


def _cwd(process: psutil.Process) -> Path | None:
    with contextlib.suppress(psutil.Error, OSError):
        return Path(process.cwd())
    return None


def _words(process: psutil.Process) -> list[str]:
    with contextlib.suppress(psutil.Error, OSError):
        return list(process.cmdline())
    return []
