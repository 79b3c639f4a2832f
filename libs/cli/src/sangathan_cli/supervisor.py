"""Keeps the parts of a system running: what dies is said plainly and started again, ever more slowly."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sangathan_cli.faults import CliFault
from sangathan_embedded import EmbeddedFault

_LOOK_EVERY_S = 0.2
_FIRST_DELAY_S = 0.5
_LONGEST_DELAY_S = 30.0
# A part that has lived this long has got over what killed it before.
_STEADY_S = 60.0


class Part(Protocol):
    """Something that runs as a process and can be started again."""

    name: str

    @property
    def pid(self) -> int | None:
        """Its process id while it lives."""

    def start(self) -> None:
        """Starts it; raises CliFault or EmbeddedFault when that fails."""

    def ending(self) -> str:
        """How it ended, in words."""


@dataclass(slots=True)
class Kept:
    """One part with the history that decides how long to wait."""

    part: Part
    failures: int = 0
    restarts: int = 0
    started_at: float = 0.0
    start_again_at: float | None = None


class Supervisor:
    """Watches from a thread of its own; ``tell`` hears every death and every fresh start."""

    def __init__(
        self,
        parts: Sequence[Part],
        tell: Callable[[str], None],
        on_change: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kept = [Kept(part) for part in parts]
        self._tell = tell
        self._on_change = on_change
        self._clock = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    def start(self) -> None:
        """Begins to watch; the parts have been started already."""
        for kept in self._kept:
            kept.started_at = self._clock()
        self._thread.start()

    def stop(self) -> None:
        """Stops watching, so that the parts can be stopped in order."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def restarts(self, name: str) -> int:
        """How often the part of that name was started again."""
        return next((kept.restarts for kept in self._kept if kept.part.name == name), 0)

    def look(self) -> None:
        """One look at every part; the watching thread does this several times a second."""
        for kept in self._kept:
            if kept.start_again_at is not None:
                self._start_again_if_due(kept)
            elif kept.part.pid is None:
                self._died(kept, kept.part.ending())
            elif kept.failures and self._clock() - kept.started_at > _STEADY_S:
                kept.failures = 0

    def _watch(self) -> None:
        while not self._stop.wait(_LOOK_EVERY_S):
            self.look()

    def _died(self, kept: Kept, how: str) -> None:
        delay = restart_delay_s(kept.failures)
        kept.failures += 1
        kept.start_again_at = self._clock() + delay
        self._tell(f"{kept.part.name} {how}; it is started again in {delay:g} s.")

    def _start_again_if_due(self, kept: Kept) -> None:
        if self._clock() < (kept.start_again_at or 0):
            return
        kept.start_again_at = None
        try:
            kept.part.start()
        except (CliFault, EmbeddedFault) as fault:
            self._died(kept, f"did not start ({fault})")
            return
        kept.restarts += 1
        kept.started_at = self._clock()
        self._on_change()
        self._tell(f"{kept.part.name} has been started again.")


def restart_delay_s(failures: int) -> float:
    """Half a second after the first death, twice as long after each further one, half a minute at most."""
    return min(_FIRST_DELAY_S * 2.0**failures, _LONGEST_DELAY_S)
