"""`up` on real servers, with stand-ins for the services: what starts, what comes back, and what stops in order."""

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from sangathan_cli.faults import CliFault, ExitCode
from sangathan_cli.readiness import wait_ready
from sangathan_cli.run_state import read_run_state, running_state
from sangathan_cli.system import Plan, System
from sangathan_cli.up import Wishes, up
from sangathan_embedded.ports import free_port
from sangathan_embedded.processes import wait_until
from sangathan_embedded.services import DATABASES, PROCESSES

FAKE = Path(__file__).with_name("fake_service.py")


@pytest.fixture
def notes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Puts the stand-in behind every entry point, and gives the file in which it notes what it did."""
    script = tmp_path / "service"
    script.write_text(f'#!/bin/sh\nexec {sys.executable} {FAKE} "$@"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr("sangathan_cli.system.entry_point", lambda _name: str(script))
    monkeypatch.setenv("FAKE_NOTES", str(tmp_path / "notes"))
    return tmp_path / "notes"


@pytest.fixture
def plan(data_dir: Path) -> Plan:
    port = free_port()
    return Plan(data_dir, port, free_port(frozenset({port})))


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def system(plan: Plan, notes: Path, said: list[str]) -> Iterator[System]:
    """A running system with stand-ins."""
    assert not notes.exists()
    system = System(plan, said.append)
    try:
        system.start_servers()
        system.start_services()
        wait_ready(system.children, system.restarts, lambda _name, _text: None, timeout_s=20)
        yield system
    finally:
        system.stop()


def asked_to_stop(notes: Path, number: int) -> threading.Thread:
    """Sends the signal to this process as soon as every service serves."""

    def wait_and_ask() -> None:
        wait_until(lambda: notes.exists() and notes.read_text().count("served by") == len(PROCESSES), 60)
        os.kill(os.getpid(), number)

    thread = threading.Thread(target=wait_and_ask)
    thread.start()
    return thread


def test_all_six_processes_run_under_their_own_users(system: System, notes: Path) -> None:
    assert {line for line in notes.read_text().splitlines() if "served" in line} == {
        f"served by {name}" for name in PROCESSES
    }
    assert system.restarts("gateway") == 0


def test_migrations_run_as_the_owner(system: System, notes: Path) -> None:
    system.migrate()
    assert {f"{service} migrate as //{service}_migrator" for service in DATABASES} <= set(
        notes.read_text().splitlines()
    )


def test_the_run_state_names_every_process(system: System) -> None:
    state = running_state(system.plan.data)
    assert state is not None
    assert {process.name for process in state.processes} == {*PROCESSES, "postgres", "nats"}


@pytest.mark.parametrize("name", ["registry", "nats", "postgres"])
def test_what_is_killed_comes_back_where_it_was(system: System, said: list[str], name: str) -> None:
    before = (read_run_state(system.plan.data) or pytest.fail("no run state")).process(name)
    assert before is not None
    os.kill(before.pid, signal.SIGKILL)
    assert wait_until(lambda: f"{name} has been started again." in said, 20)
    after = (read_run_state(system.plan.data) or pytest.fail("no run state")).process(name)
    assert after is not None
    assert (after.port, after.restarts) == (before.port, 1)
    assert after.pid != before.pid


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_a_signal_stops_everything_in_order(plan: Plan, notes: Path, number: int) -> None:
    asking = asked_to_stop(notes, number)
    ending = up(plan, Wishes(with_demo=False))
    asking.join()
    assert ending is ExitCode.FINE
    assert notes.read_text().splitlines().count("stopped in order") == len(PROCESSES)
    assert not any(str(plan.data) in " ".join(words_of(process)) for process in psutil.process_iter())


def words_of(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


def test_every_database_is_migrated_before_a_service_starts(plan: Plan, notes: Path) -> None:
    up(plan, Wishes(with_demo=False, stay=False))
    first = notes.read_text().splitlines()[: len(DATABASES)]
    assert sorted(first) == sorted(f"{service} migrate as //{service}_migrator" for service in DATABASES)


def test_up_starts_again_after_its_own_process_was_killed_hard(plan: Plan, notes: Path, said: list[str]) -> None:
    script = (
        "import sys; from pathlib import Path; import sangathan_cli.system as s;"
        "s.entry_point = lambda _name: sys.argv[2];"
        "one = s.System(s.Plan(Path(sys.argv[1]), int(sys.argv[3]), int(sys.argv[4])), print);"
        "one.start_servers(); one.start_services(); print('up', flush=True); input()"
    )
    words = [sys.executable, "-c", script, str(plan.data), str(notes.with_name("service"))]
    command = [*words, str(plan.port), str(plan.live_port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"up\n"
        owner.kill()
    system = System(plan, said.append)
    try:
        system.start_servers()
        assert said == ["Processes of an earlier run were still there and have been ended."]
    finally:
        system.stop()


@pytest.mark.parametrize("ending", [ExitCode.FINE, ExitCode.FAILED])
def test_the_story_decides_the_exit_code(
    plan: Plan, notes: Path, monkeypatch: pytest.MonkeyPatch, ending: ExitCode
) -> None:
    monkeypatch.setattr("sangathan_cli.up.play_story", lambda _settings, _console: ending is ExitCode.FINE)
    assert up(plan, Wishes(stay=False)) is ending
    assert "registry load as //registry_migrator" in notes.read_text().splitlines()


def test_one_port_for_both_doors_is_refused_before_anything_starts(data_dir: Path) -> None:
    port = free_port()
    with pytest.raises(CliFault, match="--live-port") as refused:
        System(Plan(data_dir, port, port), lambda _said: None).start_servers()
    assert refused.value.code is ExitCode.USAGE
    assert not data_dir.exists() or not list(data_dir.iterdir())
