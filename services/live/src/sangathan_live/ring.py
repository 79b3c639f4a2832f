"""The last casts, so that a client that lost its line for a moment is filled without a query to anybody.

Sequence numbers rise by one over the whole system. The ring holds an unbroken run ``floor < seq <= last``: what lies
below the floor is notify's to answer, over REST.
"""

from collections import deque
from collections.abc import Set as AbstractSet
from enum import Enum, auto
from uuid import UUID

from sangathan_live.messages import Cast

EPOCH_OF_A_FRESH_EDGE = "0"


class Place(Enum):
    """How a cast relates to what the ring has seen."""

    NEXT = auto()
    SEEN = auto()
    AHEAD = auto()
    RESTARTED = auto()


class Ring:
    """At most ``size`` casts in sequence; the oldest leaves first."""

    def __init__(self, size: int) -> None:
        self._casts: deque[Cast] = deque(maxlen=size)
        self.last = 0
        self.epoch = EPOCH_OF_A_FRESH_EDGE

    @property
    def floor(self) -> int:
        """The highest sequence number of which nothing is known any more."""
        return self.last - len(self._casts)

    def place_of(self, seq: int, broadcast_id: UUID) -> Place:
        """Where a cast belongs; RESTARTED when another had its number already: notify's database went back."""
        if not self._casts or seq == self.last + 1:
            return Place.NEXT
        if seq > self.last:
            return Place.AHEAD
        if seq <= self.floor or self._casts[seq - self.floor - 1].broadcast_id == broadcast_id:
            return Place.SEEN
        return Place.RESTARTED

    def append(self, cast: Cast) -> None:
        """Takes the next cast; one that is not the successor begins a new run, since a run has no holes."""
        if cast.seq != self.last + 1:
            self._casts.clear()
        self._casts.append(cast)
        self.last = cast.seq

    def forget(self) -> None:
        """Knows nothing any more: something may have been missed."""
        self._casts.clear()
        self.last = 0

    def restart(self, epoch: str) -> None:
        """Forgets everything: the sequence has begun anew, under another name."""
        self.forget()
        self.epoch = epoch

    def after(self, seq: int, audience: AbstractSet[str], budget: int) -> list[Cast] | None:
        """The casts after ``seq`` to units in ``audience``; None when it cannot tell, or beyond ``budget`` bytes."""
        if seq > self.last or seq < self.floor:
            return None
        found = []
        for index in range(seq - self.floor, len(self._casts)):
            cast = self._casts[index]
            if cast.path in audience:
                budget -= len(cast.message.stream)
                if budget < 0:
                    return None
                found.append(cast)
        return found
