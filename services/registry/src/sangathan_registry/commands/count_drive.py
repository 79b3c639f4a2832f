"""Keeps a drive's numbers in step with what a batch has brought: per booth and day, and per device."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import asyncpg

from sangathan_chassis.database import Work
from sangathan_registry.domain.drive import NO_DAY, Tally, day_of
from sangathan_registry.domain.sync import Outcome
from sangathan_registry.domain.worker import Enrolment, Place
from sangathan_registry.store import drives


@dataclass(slots=True)
class DriveCount:
    """Gathers what one batch changes; ``store`` writes it in two statements."""

    drive_id: UUID
    device_id: UUID
    _tallies: dict[tuple[str, date], Tally] = field(default_factory=lambda: defaultdict(Tally))
    _received: dict[tuple[UUID, str], int] = field(default_factory=lambda: defaultdict(int))

    def accept(self, enrolments: Sequence[Enrolment]) -> None:
        """Records that are on record now."""
        for one in enrolments:
            self._tallies[one.place.path, day_of(one.captured_at)].accepted += 1
            self._received[one.place.unit_id, one.place.path] += 1

    def hold(self, rows: Sequence[asyncpg.Record], by: int = 1) -> None:
        """Records that are kept and not on record, or with ``by`` -1 no longer so."""
        for row in rows:
            tally = self._tallies[row["path"], day_of(row["received_at"])]
            if row["outcome"] == Outcome.REJECTED:
                tally.rejected += by
            else:
                tally.waiting += by
            self._received[row["unit_id"], row["path"]] += by

    async def store(self, work: Work, collected: Mapping[UUID, int], places: Mapping[UUID, Place]) -> None:
        """Writes it, with what the device says it has collected at each booth in the scope."""
        booths = {unit: (path, collected.get(unit, 0), n) for (unit, path), n in self._received.items()}
        for unit_id, n in collected.items():
            if unit_id in places and unit_id not in booths:
                booths[unit_id] = (places[unit_id].path, n, 0)
        gains = await drives.tally_device(work, self.drive_id, self.device_id, booths)
        for path, gained in gains.items():
            self._tallies[path, NO_DAY].collected += gained
        await drives.add_tallies(work, self.drive_id, self._tallies)
