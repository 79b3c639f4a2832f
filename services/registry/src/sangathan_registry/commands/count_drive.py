"""Keeps a drive's numbers in step with what a batch has brought: per booth and day, and per device."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from sangathan_registry.domain.drive import Tally, day_of
from sangathan_registry.domain.sync import Outcome
from sangathan_registry.domain.worker import Enrolment, Place

NOTHING: Final[Mapping[UUID, int]] = {}
NOWHERE: Final[Mapping[UUID, Place]] = {}


@dataclass(slots=True)
class DriveCount:
    """Gathers what one batch changes."""

    tallies: dict[tuple[str, date], Tally] = field(default_factory=lambda: defaultdict(Tally))
    _received: dict[tuple[UUID, str], int] = field(default_factory=lambda: defaultdict(int))

    def accept(self, enrolments: Sequence[Enrolment]) -> None:
        """Records that are on record now."""
        for one in enrolments:
            self.tallies[one.place.path, day_of(one.captured_at)].accepted += 1
            self._received[one.place.unit_id, one.place.path] += 1

    def hold(self, rows: Sequence[asyncpg.Record], by: int = 1) -> None:
        """Records that are kept and not on record, or with ``by`` -1 no longer so."""
        for row in rows:
            tally = self.tallies[row["path"], day_of(row["received_at"])]
            if row["outcome"] == Outcome.REJECTED:
                tally.rejected += by
            else:
                tally.waiting += by
            self._received[row["unit_id"], row["path"]] += by

    def booths(
        self, collected: Mapping[UUID, int] = NOTHING, places: Mapping[UUID, Place] = NOWHERE
    ) -> dict[UUID, tuple[str, int, int]]:
        """Path, what the device says it has collected, and what came, for each booth in the scope."""
        booths = {unit: (path, collected.get(unit, 0), n) for (unit, path), n in self._received.items()}
        for unit_id, n in collected.items():
            if unit_id in places and unit_id not in booths:
                booths[unit_id] = (places[unit_id].path, n, 0)
        return booths
