"""`sangathan doctor`: looks at all that could keep the system from running well, and says what to do about it."""

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from sangathan_cli.child import entry_point
from sangathan_cli.faults import CliFault, ExitCode
from sangathan_cli.output import console, print_json
from sangathan_cli.readiness import ask
from sangathan_cli.run_state import running_state
from sangathan_embedded import EmbeddedFault
from sangathan_embedded.binaries import nats_server, postgres_programs
from sangathan_embedded.ports import is_free
from sangathan_embedded.services import PROCESSES

_DISK_NEEDED = 2_000_000_000
_FILES_WANTED = 4_096
# A token's dates are checked within seconds; a clock before this release cannot be right.
_RELEASED = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: ``state`` is ok, warn (it runs, but) or fail, and ``remedy`` says what to do."""

    check: str
    state: str
    said: str
    remedy: str = ""


def doctor(data: Path, ports: Sequence[int], *, as_json: bool) -> ExitCode:
    """Prints every finding; FAILED when one of them is a failure."""
    findings = [*_surroundings(data), *_ports(data, ports), *_processes(data)]
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            _show(finding)
    return ExitCode.FAILED if any(finding.state == "fail" for finding in findings) else ExitCode.FINE


def _show(finding: Finding) -> None:
    colour = {"ok": "green", "warn": "yellow", "fail": "red"}[finding.state]
    console.print(f"[{colour}]{finding.state:4}[/]  {finding.check}: {finding.said}")
    if finding.remedy:
        console.print(f"      {finding.remedy}")


def _surroundings(data: Path) -> list[Finding]:
    return [
        _python(),
        _program("PostgreSQL", lambda: postgres_programs() / "postgres"),
        _program("NATS", nats_server),
        *(_entry_point(name) for name in PROCESSES),
        _directory(data),
        _disk(data),
        _files(),
        _clock(),
    ]


def _python() -> Finding:
    return Finding("python", "ok", f"{'.'.join(map(str, sys.version_info[:3]))} at {sys.executable}")


def _program(name: str, find: Callable[[], Path]) -> Finding:
    try:
        done = subprocess.run([find(), "--version"], capture_output=True, check=True, timeout=20)  # noqa: S603
    except (EmbeddedFault, OSError, subprocess.SubprocessError) as error:
        return Finding(name, "fail", str(error), "Run `uv sync` again; the wheels carry both servers.")
    return Finding(name, "ok", done.stdout.decode(errors="replace").strip())


def _entry_point(name: str) -> Finding:
    try:
        return Finding(f"sangathan-{name}", "ok", entry_point(f"sangathan-{name}"))
    except CliFault as fault:
        return Finding(f"sangathan-{name}", "fail", str(fault), "Run `uv sync` again.")


def _directory(data: Path) -> Finding:
    place = _existing(data)
    if os.access(place, os.W_OK | os.X_OK):
        return Finding("data directory", "ok", str(data))
    return Finding("data directory", "fail", f"{place} is not writable", "Choose another one with --data.")


def _disk(data: Path) -> Finding:
    free = shutil.disk_usage(_existing(data)).free
    said = f"{free / 1e9:.1f} GB free"
    return Finding("disk", "ok", said) if free > _DISK_NEEDED else Finding("disk", "warn", said, "Make room for 2 GB.")


def _files() -> Finding:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    said = f"{soft} open files (hard limit {hard})"
    if soft >= _FILES_WANTED:
        return Finding("open files", "ok", said)
    return Finding("open files", "warn", said, "Each live listener holds one: `ulimit -n 65536` before `sangathan up`.")


def _clock() -> Finding:
    now = datetime.now(UTC)
    if now < _RELEASED:
        return Finding("clock", "fail", now.isoformat(), "Set the clock: tokens and offices have dates.")
    # The two clocks part when something pushes the wall clock.
    wall, steady = time.time(), time.monotonic()
    time.sleep(0.2)
    drift = abs((time.time() - wall) - (time.monotonic() - steady))
    if drift > 0.1:
        return Finding("clock", "warn", f"jumped {drift:.1f} s just now", "Check the time service of this machine.")
    return Finding("clock", "ok", now.isoformat(timespec="seconds"))


def _ports(data: Path, ports: Sequence[int]) -> list[Finding]:
    state = running_state(data)
    ours = {process.port for process in state.processes} if state else set()
    return [_port(port, ours=port in ours) for port in ports]


def _port(port: int, *, ours: bool) -> Finding:
    if ours:
        return Finding(f"port {port}", "ok", "this system listens there")
    if is_free(port):
        return Finding(f"port {port}", "ok", "free")
    return Finding(f"port {port}", "fail", "taken by another program", "Choose another with --port or --live-port.")


def _processes(data: Path) -> list[Finding]:
    state = running_state(data)
    if state is None:
        return [Finding("system", "ok", f"not running on {data}")]
    findings = []
    for process in state.processes:
        if process.name in PROCESSES:
            health = ask(process.port)
            log = data / "logs" / f"{process.name}.log"
            remedy = "" if health.ready else f"Look into {log}."
            said = "ready" if health.ready else health.why
            findings.append(Finding(process.name, "ok" if health.ready else "fail", said, remedy))
    return findings


def _existing(path: Path) -> Path:
    """The path, or the nearest directory above it that is there."""
    path = path.absolute()
    return next(place for place in (path, *path.parents) if place.exists())
