"""Runs several processes of one edge on one port, one per core, and keeps them running.

The kernel spreads connects over them (SO_REUSEPORT); each follows the broker by itself, so that a broadcast reaches the
connections of every process. A process that dies is begun again, ever more slowly; SIGTERM goes to all. When the
supervisor itself is killed the others leave too, or they would hold the port against its successor.
"""

import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

log = logging.getLogger(__name__)

_STEADY_S = 30.0
_LONGEST_WAIT_S = 10.0


class Supervisor:
    """Forks ``count`` children, each of which runs ``work(number)``."""

    def __init__(self, count: int, work: Callable[[int], None]) -> None:
        self._count = count
        self._work = work
        self._children: dict[int, int] = {}
        self._due: dict[int, float] = {}
        self._wait: dict[int, float] = dict.fromkeys(range(count), 0.5)
        self._begun: dict[int, float] = {}
        self._stopping = False

    def run(self) -> None:
        """Returns when every child has ended after SIGTERM or SIGINT."""
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, self._on_stop)
        for number in range(self._count):
            self._begin(number)
        while self._children or not self._stopping:
            self._reap()
            if not self._stopping:
                for number in [n for n, at in self._due.items() if at <= time.monotonic()]:
                    self._begin(number)
            time.sleep(0.1)

    def _begin(self, number: int) -> None:
        self._due.pop(number, None)
        parent = os.getpid()
        child = os.fork()
        if child == 0:
            status = 1
            threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()
            for sign in (signal.SIGTERM, signal.SIGINT):
                signal.signal(sign, signal.SIG_DFL)
            try:
                self._work(number)
                status = 0
            except Exception:
                log.exception("a process of the edge failed")
            finally:
                os._exit(status)
        self._children[child] = number
        self._begun[number] = time.monotonic()
        if self._stopping:  # The signal came while this one was being begun.
            os.kill(child, signal.SIGTERM)

    def _reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                number = self._children.pop(ended[0])
                if self._stopping:
                    continue
                now = time.monotonic()
                steady = now - self._begun[number] > _STEADY_S
                self._wait[number] = 0.5 if steady else min(2 * self._wait[number], _LONGEST_WAIT_S)
                self._due[number] = now + self._wait[number]
                log.error("a process of the edge ended", extra={"fields": {"process": number, "status": ended[1]}})

    def _on_stop(self, _sign: int, _frame: FrameType | None) -> None:
        self._stopping = True
        for child in self._children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGTERM)


def _leave_with(parent: int) -> None:
    """Ends this process in good order once its parent is gone."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
