"""One child process of the supervisor: its command, its surroundings, its log."""

import contextlib
import os
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sangathan_cli.faults import CliFault, ExitCode

_LOG_LIMIT = 20_000_000


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """What to start: ``environment`` is laid over the own one."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    port: int = 0


class Child:
    """A supervised process; it has a session of its own, so that Ctrl-C reaches only the supervisor."""

    def __init__(self, spec: ChildSpec) -> None:
        self.spec = spec
        self.name = spec.name
        self.port = spec.port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Its process id while it lives."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Starts the process; raises CliFault when the program is not there."""
        try:
            with _open_log(self.spec.log) as log:
                self._process = subprocess.Popen(  # noqa: S603 - our own entry point.
                    self.spec.command,
                    env={**os.environ, **self.spec.environment},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        except OSError as error:
            msg = f"{self.name} cannot be started: {error.strerror} ({self.spec.command[0]})."
            raise CliFault(msg, ExitCode.CANNOT_START) from error

    def ending(self) -> str:
        """How it ended, in words."""
        code = self._process.poll() if self._process else None
        if code is None:
            return "has not ended"
        if code < 0:
            return f"was ended by {signal.Signals(-code).name}"
        return f"ended with exit code {code}"

    def ask_to_stop(self) -> None:
        """Sends SIGTERM, which every service answers with an orderly end."""
        if self._process and self._process.poll() is None:
            self._process.terminate()

    def stop(self, patience_s: float) -> None:
        """Waits for the orderly end, and kills when it does not come."""
        if self._process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(max(patience_s, 0.01))
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()


def entry_point(name: str) -> str:
    """The path of a command of this environment, such as ``sangathan-registry``; raises CliFault without it."""
    for folder in (Path(sys.executable).parent, Path(sysconfig.get_path("scripts"))):
        if (folder / name).exists():
            return str(folder / name)
    msg = f"The command {name} is not installed beside this one ({sys.executable})."
    raise CliFault(msg, ExitCode.CANNOT_START)


def run_to_its_end(spec: ChildSpec) -> None:
    """Runs a one-shot child; raises CliFault with its last words when it fails."""
    child = Child(spec)
    child.start()
    try:
        while child.pid is not None:
            child.stop(3600)
    except BaseException:
        child.ask_to_stop()
        child.stop(5)
        raise
    if child.ending() != "ended with exit code 0":
        msg = f"{spec.name} {child.ending()}: {last_words(spec.log)} (see {spec.log})"
        raise CliFault(msg)


def last_words(log: Path) -> str:
    """The last line of a log, shortened."""
    try:
        lines = log.read_text(errors="replace").strip().splitlines()
    except OSError:
        lines = []
    return (lines or ["it said nothing"])[-1][-300:]


def _open_log(path: Path) -> BinaryIO:
    if path.exists() and path.stat().st_size > _LOG_LIMIT:
        path.replace(path.with_suffix(".log.1"))
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")  # noqa: PTH123 - by descriptor.
