"""Counts shared by the processes of one edge, so that any of them answers ``/metrics`` for all.

Whichever process the kernel hands a scrape to adds up every process's row. Rows live in memory inherited through
``fork``; each process writes only its own.
"""

import mmap
from enum import IntEnum, auto

_WORD = 8


class Tally(IntEnum):
    """What is counted; the comment says whether it only grows."""

    SOCKETS = 0  # now
    STREAMS = auto()  # now
    CASTS = auto()  # grows, as do the rest
    DELIVERIES = auto()
    FAN_OUT_MICROSECONDS = auto()
    CONNECTED = auto()
    FILLED = auto()
    GAPS = auto()
    SLOW = auto()
    SILENT = auto()
    REVOKED = auto()
    REFUSED_BUSY = auto()
    REFUSED_TICKET = auto()
    BAD_CASTS = auto()


PRESENT = (Tally.SOCKETS, Tally.STREAMS)


class Tallies:
    """One row of counts per process."""

    def __init__(self, processes: int = 1) -> None:
        self._processes = processes
        self._memory = memoryview(mmap.mmap(-1, processes * len(Tally) * _WORD)).cast("q")
        self._row = 0

    def become(self, process: int) -> None:
        """From now on this process writes row ``process``; nobody is connected to it yet."""
        self._row = process * len(Tally)
        for tally in PRESENT:
            self._memory[self._row + tally] = 0

    def add(self, tally: Tally, count: int = 1) -> None:
        """Adds to this process's count."""
        self._memory[self._row + tally] += count

    def total(self, tally: Tally) -> int:
        """The sum over all processes."""
        return sum(self._memory[process * len(Tally) + tally] for process in range(self._processes))
