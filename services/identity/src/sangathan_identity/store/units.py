"""Reads and writes units within the scope."""

from collections.abc import Collection, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Pointer, Refusal
from sangathan_chassis.scope import upper_bound
from sangathan_identity.domain.ids import UnitId
from sangathan_identity.domain.units import Ladder, Names, Unit
from sangathan_identity.store import history
from sangathan_identity.store.scoped import within
from sangathan_identity.store.tables import LevelRow, UnitRow


async def ladder(work: Work) -> Ladder:
    """The levels there are, highest first."""
    rows = await work.session.exec(select(LevelRow.code, LevelRow.rank).order_by(col(LevelRow.rank)))
    return Ladder(dict(rows.all()))


async def all_units(work: Work) -> list[Unit]:
    """Every unit in the scope, those above before those beneath; the caller holds the tree's lock."""
    statement = select(UnitRow).where(within(UnitRow.path, work.scope)).order_by(col(UnitRow.path))
    return [_unit(row) for row in await work.session.exec(statement)]


async def units_at(work: Work, paths: Collection[str]) -> list[Unit]:
    """The units in the scope that stand at these paths, locked."""
    statement = (
        select(UnitRow)
        .where(col(UnitRow.path).in_(paths), within(UnitRow.path, work.scope))
        .order_by(col(UnitRow.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return [_unit(row) for row in await work.session.exec(statement)]


async def get_unit(work: Work, unit_id: UUID, *, field: str = "") -> Unit:
    """The unit, locked; raises not-found outside the scope exactly as for no unit at all.

    ``field`` is the body's field that names the unit, for the refusal to point at.
    """
    statement = select(UnitRow).where(UnitRow.id == unit_id, within(UnitRow.path, work.scope)).with_for_update()
    row = (await work.session.exec(statement.execution_options(populate_existing=True))).one_or_none()
    if row is None:
        errors = [Pointer(f"/{field}", "takes the id of a unit at or below your own")] if field else []
        raise Refusal(NOT_FOUND, errors=errors)
    return _unit(row)


def _unit(row: UnitRow) -> Unit:
    return Unit(
        UnitId(row.id),
        row.parent_id,
        row.level,
        row.code,
        row.path,
        Names(row.name_hi, row.name_en),
        row.version,
        row.valid_from,
        row.closed_at,
        row.successor_id,
    )


async def path_is_taken(work: Work, path: str) -> bool:
    """Whether a unit stands at this path."""
    return bool(await work.raw.fetchval("SELECT 1 FROM units WHERE path = $1", path))


async def open_units_beneath(work: Work, unit: Unit) -> list[Unit]:
    """The open units right beneath this one, locked, in the order of their paths."""
    ids = await work.raw.fetch("SELECT id FROM units WHERE parent_id = $1 AND closed_at IS NULL ORDER BY path", unit.id)
    return [await get_unit(work, row["id"]) for row in ids]


async def has_open_units(work: Work, unit: Unit) -> bool:
    """Whether a unit right beneath this one is open."""
    return bool(await work.raw.fetchval("SELECT 1 FROM units WHERE parent_id = $1 AND closed_at IS NULL", unit.id))


async def insert_units(work: Work, new: Sequence[Unit]) -> None:
    """Adds many units in one statement."""
    await work.raw.execute(
        "INSERT INTO units (id, parent_id, level, code, path, name_hi, name_en, version, valid_from)"
        " SELECT t.*, 1, $8"
        " FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) AS t",
        [unit.id for unit in new],
        [unit.parent_id for unit in new],
        [unit.level for unit in new],
        [unit.code for unit in new],
        [unit.path for unit in new],
        [unit.names.hi for unit in new],
        [unit.names.en for unit in new],
        work.now,
    )


async def insert_unit(work: Work, unit: Unit) -> None:
    """Adds the unit."""
    work.session.add(
        UnitRow(
            id=unit.id,
            parent_id=unit.parent_id,
            level=unit.level,
            code=unit.code,
            path=unit.path,
            name_hi=unit.names.hi,
            name_en=unit.names.en,
            version=unit.version,
            valid_from=unit.valid_from,
            closed_at=unit.closed_at,
        )
    )
    await work.session.flush()


async def save_unit(work: Work, unit: Unit) -> None:
    """Writes what may change of a unit in its place: names, version, closing and successor."""
    await work.session.exec(
        sa.update(UnitRow)
        .where(col(UnitRow.id) == unit.id, within(UnitRow.path, work.scope))
        .values(
            name_hi=unit.names.hi,
            name_en=unit.names.en,
            version=unit.version,
            closed_at=unit.closed_at,
            successor_id=unit.successor_id,
        )
    )


async def save_move(work: Work, old: Unit, new: Unit) -> None:
    """Gives the unit its parent, and every path that began with the old one its new beginning, appointments' too."""
    await work.raw.execute(
        "UPDATE units SET path = $3 || substr(path, $4) WHERE path >= $1 AND path < $2",
        old.path,
        upper_bound(old.path),
        new.path,
        len(old.path) + 1,
    )
    await history.follow(work, old.path, new.path)
    await work.raw.execute(
        "UPDATE units SET parent_id = $2, code = $3, version = $4 WHERE id = $1",
        new.id,
        new.parent_id,
        new.code,
        new.version,
    )
    await work.raw.execute(
        "UPDATE appointments SET path = $3 || substr(path, $4) WHERE path >= $1 AND path < $2",
        old.path,
        upper_bound(old.path),
        new.path,
        len(old.path) + 1,
    )
