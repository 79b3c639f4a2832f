"""Reads the units that a plan has to call and writes the plan with everything below it."""

from datetime import datetime
from uuid import UUID

from sqlmodel import SQLModel

from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.scope import Scope, upper_bound
from sangathan_workshops.domain.plan import Draft, Unit, UnitId, Venue
from sangathan_workshops.store.tables import AllocationRow, PlanRow, RoundRow, WorkshopRow


async def find_unit_path(connection: Connection, scope: Scope, unit_id: UUID) -> str | None:
    """The path of an open unit inside the scope; None when it is closed, outside, or nowhere."""
    path: str | None = await connection.fetchval(
        "SELECT path FROM unit_replica WHERE unit_id = $1 AND path >= $2 AND path < $3 AND closed_at IS NULL",
        unit_id,
        scope.lo,
        scope.hi,
    )
    return path


async def units_of_level(connection: Connection, below: str, level: str) -> list[Unit]:
    """The open units of this level at or below the path, in the tree's order."""
    rows = await connection.fetch(
        "SELECT unit_id, path, name_en FROM unit_replica"
        " WHERE path >= $1 AND path < $2 AND level = $3 AND closed_at IS NULL ORDER BY path",
        below,
        upper_bound(below),
        level,
    )
    return [Unit(UnitId(row["unit_id"]), row["path"], row["name_en"]) for row in rows]


class PlanWriter:
    """Writes one plan: its first round, the workshops of the round, and an allocation per unit."""

    def __init__(self, work: Work, *, unit_id: UUID, path: str, by: UUID) -> None:
        self._work = work
        self._unit_id = unit_id
        self._path = path
        self._by = by

    async def write(self, draft: Draft, *, name_hi: str, name_en: str, level: str) -> UUID:
        """Writes everything and gives the plan's id."""
        plan_id, round_id = uuid7(), uuid7()
        await self._add(self._plan(plan_id, name_hi, name_en, self._work.now))
        await self._add(RoundRow(id=round_id, plan_id=plan_id, number=1, level=level))
        called = [(self._workshop(plan_id, round_id, venue), units) for venue, units in draft.called.items()]
        await self._add(*(workshop for workshop, _ in called))
        await self._add(*(_allocation(workshop, unit) for workshop, units in called for unit in units))
        return plan_id

    async def _add(self, *rows: SQLModel) -> None:
        """Writes these before whatever refers to them: without relationships a flush keeps no order between tables."""
        self._work.session.add_all(rows)
        await self._work.session.flush()

    def _plan(self, plan_id: UUID, name_hi: str, name_en: str, now: datetime) -> PlanRow:
        return PlanRow(
            id=plan_id,
            unit_id=self._unit_id,
            path=self._path,
            name_hi=name_hi,
            name_en=name_en,
            created_by=self._by,
            created_at=now,
        )

    def _workshop(self, plan_id: UUID, round_id: UUID, venue: Venue) -> WorkshopRow:
        return WorkshopRow(
            id=uuid7(),
            plan_id=plan_id,
            round_id=round_id,
            path=self._path,
            held_on=venue.held_on,
            venue_hi=venue.hi,
            venue_en=venue.en,
        )


def _allocation(workshop: WorkshopRow, unit: Unit) -> AllocationRow:
    return AllocationRow(
        round_id=workshop.round_id,
        unit_id=unit.unit_id,
        plan_id=workshop.plan_id,
        workshop_id=workshop.id,
        path=unit.path,
    )
