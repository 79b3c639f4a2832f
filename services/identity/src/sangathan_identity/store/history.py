"""Writes the tree's history: each change of a unit ends the state that held and begins the next, in the same work."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

import asyncpg

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.scope import upper_bound
from sangathan_identity.domain.units import Unit

Act = Literal["created", "renamed", "moved", "closed", "split", "split-off", "merged", "absorbed"]

_INSERT = """
INSERT INTO unit_versions (unit_id, version, act, parent_id, level, code, name_hi, name_en, closed_at, related_id,
    valid_from, done_by, appointment_id, request_id, path)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
"""
_AS_LOADED = """
INSERT INTO unit_versions (unit_id, version, act, parent_id, level, code, name_hi, name_en, valid_from, request_id,
    path)
SELECT id, version, 'recorded', parent_id, level, code, name_hi, name_en, valid_from, '', path FROM units
"""


async def record(work: Work, caller: Caller, unit: Unit, act: Act, *, related: UUID | None = None) -> None:
    """Ends the unit's state so far at this work's moment and keeps the new one; ``related`` is the other unit of it."""
    await work.raw.execute(
        "UPDATE unit_versions SET valid_to = greatest($2, valid_from) WHERE unit_id = $1 AND valid_to IS NULL",
        unit.id,
        work.now,
    )
    await work.raw.execute(
        _INSERT,
        unit.id,
        unit.version,
        act,
        unit.parent_id,
        unit.level,
        unit.code,
        unit.names.hi,
        unit.names.en,
        unit.closed_at,
        related,
        work.now,
        caller.person_id,
        caller.appointment_id,
        caller.request_id,
        unit.path,
    )


async def record_created(work: Work, caller: Caller, units: Sequence[Unit]) -> None:
    """Keeps the first state of units that were created together."""
    await work.raw.execute(
        "INSERT INTO unit_versions (unit_id, version, act, parent_id, level, code, name_hi, name_en, valid_from,"
        " done_by, appointment_id, request_id, path)"
        " SELECT id, version, 'created', parent_id, level, code, name_hi, name_en, valid_from, $2, $3, $4, path"
        " FROM units WHERE id = ANY($1::uuid[])",
        [unit.id for unit in units],
        caller.person_id,
        caller.appointment_id,
        caller.request_id,
    )


async def follow(work: Work, old_path: str, new_path: str) -> None:
    """The past of every unit below a moved one is seen from its new place."""
    await work.raw.execute(
        "UPDATE unit_versions SET path = $3 || substr(path, $4) WHERE path >= $1 AND path < $2",
        old_path,
        upper_bound(old_path),
        new_path,
        len(old_path) + 1,
    )


async def begin(connection: asyncpg.Connection) -> None:
    """The first state of every unit of a bulk load."""
    await connection.execute(_AS_LOADED)
