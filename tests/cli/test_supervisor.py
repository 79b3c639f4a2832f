"""What dies is said plainly and started again, ever more slowly."""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from sangathan_cli.child import Child, run_to_its_end
from sangathan_cli.faults import CliFault, ExitCode
from sangathan_cli.supervisor import Supervisor, restart_delay_s
from sangathan_embedded.processes import wait_until
from tests.cli.conftest import SpecOf


@dataclass
class FakePart:
    """A part that dies and starts as it is told."""

    name: str = "registry"
    alive: bool = True
    starts: bool = True
    started: int = 0

    @property
    def pid(self) -> int | None:
        return 7 if self.alive else None

    def start(self) -> None:
        if not self.starts:
            msg = "no such program"
            raise CliFault(msg)
        self.started += 1
        self.alive = True

    def ending(self) -> str:
        return "ended with exit code 1"


@dataclass
class Watch:
    """A supervisor over one part, and a clock that stands still until it is moved."""

    part: FakePart = field(default_factory=FakePart)
    said: list[str] = field(default_factory=list)
    now: float = 0.0

    def __post_init__(self) -> None:
        self.supervisor = Supervisor([self.part], self.said.append, clock=lambda: self.now)

    def dies_and_time_passes(self, seconds: float) -> None:
        self.part.alive = False
        self.supervisor.look()
        self.now += seconds
        self.supervisor.look()


@pytest.fixture
def child(spec_of: SpecOf) -> Iterator[Child]:
    child = Child(spec_of())
    child.start()
    yield child
    child.ask_to_stop()
    child.stop(5)


def test_a_death_is_told_in_one_sentence_with_its_reason() -> None:
    watch = Watch(FakePart(alive=False))
    watch.supervisor.look()
    assert watch.said == ["registry ended with exit code 1; it is started again in 0.5 s."]


def test_a_dead_part_is_not_started_before_its_delay_is_over() -> None:
    watch = Watch()
    watch.dies_and_time_passes(0.4)
    assert watch.part.started == 0


def test_a_dead_part_is_started_again_after_its_delay() -> None:
    watch = Watch()
    watch.dies_and_time_passes(0.6)
    assert (watch.part.started, watch.supervisor.restarts("registry")) == (1, 1)


def test_each_further_death_doubles_the_delay_up_to_half_a_minute() -> None:
    assert [restart_delay_s(failures) for failures in (0, 1, 2, 3, 20)] == [0.5, 1.0, 2.0, 4.0, 30.0]


def test_a_part_that_dies_again_waits_longer() -> None:
    watch = Watch()
    watch.dies_and_time_passes(0.6)
    watch.dies_and_time_passes(0.6)
    assert watch.said[-1] == "registry ended with exit code 1; it is started again in 1 s."


def test_a_minute_of_life_forgives_earlier_deaths() -> None:
    watch = Watch()
    watch.dies_and_time_passes(0.6)
    watch.now += 61
    watch.supervisor.look()
    watch.dies_and_time_passes(0.0)
    assert watch.said[-1] == "registry ended with exit code 1; it is started again in 0.5 s."


def test_a_part_that_cannot_be_started_is_tried_again_later() -> None:
    watch = Watch(FakePart(starts=False))
    watch.dies_and_time_passes(0.6)
    assert watch.said[-1] == "registry did not start (no such program); it is started again in 1 s."


def test_a_killed_child_comes_back_by_itself(child: Child) -> None:
    said: list[str] = []
    supervisor = Supervisor([child], said.append)
    supervisor.start()
    first = child.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    came_back = wait_until(lambda: child.pid not in (None, first), 5)
    supervisor.stop()
    assert came_back
    assert said[0] == "registry was ended by SIGKILL; it is started again in 0.5 s."


def test_a_child_that_ignores_sigterm_is_killed_when_its_time_is_over(spec_of: SpecOf) -> None:
    child = Child(
        spec_of(
            "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True);"
            " time.sleep(600)"
        )
    )
    child.start()
    assert wait_until(lambda: "deaf" in child.spec.log.read_text(), 5)
    child.ask_to_stop()
    child.stop(0.3)
    assert child.ending() == "was ended by SIGKILL"


def test_ctrl_c_at_the_terminal_does_not_reach_a_child(child: Child) -> None:
    assert child.pid is not None
    assert os.getpgid(child.pid) != os.getpgid(0)


def test_a_child_sees_the_settings_it_is_given(spec_of: SpecOf) -> None:
    spec = spec_of("import os; print(os.environ['SANGATHAN_PORT'])", SANGATHAN_PORT="4711")
    run_to_its_end(spec)
    assert spec.log.read_text() == "4711\n"


def test_a_one_shot_child_that_fails_is_told_by_its_last_words(spec_of: SpecOf) -> None:
    spec = spec_of("print('the lock is held'); raise SystemExit(1)", name="registry migrate")
    with pytest.raises(CliFault, match="registry migrate ended with exit code 1: the lock is held"):
        run_to_its_end(spec)


def test_a_program_that_is_not_there_is_named(spec_of: SpecOf) -> None:
    spec = spec_of()
    missing = type(spec)(spec.name, ("/no/such/program",), {}, spec.log)
    with pytest.raises(CliFault, match="cannot be started: No such file") as caught:
        Child(missing).start()
    assert caught.value.code is ExitCode.CANNOT_START


def test_a_childs_log_is_private(child: Child) -> None:
    assert child.spec.log.stat().st_mode & 0o077 == 0
