"""Appointments as they are read: one by id, or a page of those in the scope, by unit and office."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

import asyncpg
import msgspec

from sangathan_chassis.connection import Connection
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.scope import Scope
from sangathan_contracts.offices import CATALOGUE
from sangathan_identity.queries.past_units import stood_beneath

Standing = Literal["current", "past", "all"]

_SELECT = (
    "SELECT a.id, a.person_id, p.name_hi AS person_hi, p.name_en AS person_en, a.office, a.unit_id,"
    " u.name_hi AS unit_hi, u.name_en AS unit_en, a.path, a.valid_from, a.valid_to, a.appointed_by, a.ended_at,"
    " a.version, a.acting, a.delegated_from, a.actions"
    " FROM appointments a JOIN persons p ON p.id = a.person_id JOIN units u ON u.id = a.unit_id"
)
# A unit that was not on record yet at the moment goes by its name of today.
_SELECT_THEN = (
    "SELECT a.id, a.person_id, p.name_hi AS person_hi, p.name_en AS person_en, a.office, a.unit_id,"
    " coalesce(v.name_hi, u.name_hi) AS unit_hi, coalesce(v.name_en, u.name_en) AS unit_en, a.path, a.valid_from,"
    " a.valid_to, a.appointed_by, a.ended_at, a.version, a.acting, a.delegated_from, a.actions"
    " FROM appointments a JOIN persons p ON p.id = a.person_id JOIN units u ON u.id = a.unit_id"
    " LEFT JOIN unit_versions v ON v.unit_id = a.unit_id AND v.valid_from <= $3"
    " AND (v.valid_to IS NULL OR v.valid_to > $3)"
    " WHERE a.path >= $1 AND a.path < $2 AND a.valid_from <= $3"
    " AND (a.valid_to IS NULL OR a.valid_to > $3) AND (a.ended_at IS NULL OR a.ended_at > $3)"
)
_STANDING = {
    "current": " AND a.ended_at IS NULL AND (a.valid_to IS NULL OR a.valid_to > $3)",
    "past": " AND (a.ended_at IS NOT NULL OR a.valid_to <= $3)",
    "all": " AND $3::timestamptz IS NOT NULL",
}


class AppointmentView(msgspec.Struct, frozen=True):
    """An appointment with the names of its person, office and unit."""

    id: UUID
    person_id: UUID
    person_name_hi: str
    person_name_en: str
    office: str
    office_name_hi: str
    office_name_en: str
    unit_id: UUID
    unit_name_hi: str
    unit_name_en: str
    path: str
    valid_from: datetime
    valid_to: datetime | None
    appointed_by: UUID | None
    ended_at: datetime | None
    version: int
    acting: bool
    delegated_from: UUID | None
    actions: Sequence[str]


@dataclass(frozen=True, slots=True)
class AppointmentFilter:
    """At this unit or beneath it, to this office, and whether it still gives rights, or is to; None filters nothing."""

    unit_id: UUID | None = None
    office: str | None = None
    standing: Standing = "current"
    stood_beneath: UUID | None = None


async def get_appointment(connection: Connection, scope: Scope, appointment_id: UUID) -> AppointmentView:
    """The appointment; raises not-found outside the scope exactly as for none at all."""
    row = await connection.fetchrow(
        _SELECT + " WHERE a.id = $1 AND a.path >= $2 AND a.path < $3", appointment_id, scope.lo, scope.hi
    )
    if row is None:
        raise Refusal(NOT_FOUND)
    return _view(row)


async def list_past_appointments(
    connection: Connection,
    scope: Scope,
    wanted: AppointmentFilter,
    *,
    at: datetime,
    after: tuple[str, UUID],
    limit: int,
) -> Sequence[AppointmentView]:
    """Up to ``limit`` appointments that gave rights at a moment, with their units' names of then; ordered as today."""
    part = await narrowed(connection, scope, wanted.unit_id)
    values: list[object] = [part.lo, part.hi, at, *after, limit]
    conditions = ""
    below = await stood_beneath(connection, scope, wanted.stood_beneath, at) if wanted.stood_beneath else None
    for condition, value in ((" AND a.office = ${}", wanted.office), (" AND a.unit_id = ANY(${}::uuid[])", below)):
        if value is not None:
            values.append(value)
            conditions += condition.format(len(values))
    rows = await connection.fetch(
        f"{_SELECT_THEN}{conditions} AND (a.path, a.id) > ($4, $5) ORDER BY a.path, a.id LIMIT $6", *values
    )
    return [_view(row) for row in rows]


async def list_appointments(
    connection: Connection,
    scope: Scope,
    wanted: AppointmentFilter,
    *,
    now: datetime,
    after: tuple[str, UUID],
    limit: int,
) -> Sequence[AppointmentView]:
    """Up to ``limit`` appointments after a place in the order of path and id; raises for a unit outside the scope."""
    part = await narrowed(connection, scope, wanted.unit_id)
    values: list[object] = [part.lo, part.hi, now, *after, limit]
    office = ""
    if wanted.office is not None:
        values.append(wanted.office)
        office = " AND a.office = $7"
    rows = await connection.fetch(
        f"{_SELECT} WHERE a.path >= $1 AND a.path < $2{_STANDING[wanted.standing]} AND (a.path, a.id) > ($4, $5)"
        f"{office} ORDER BY a.path, a.id LIMIT $6",
        *values,
    )
    return [_view(row) for row in rows]


async def narrowed(connection: Connection, scope: Scope, unit_id: UUID | None) -> Scope:
    """The part of the scope at and beneath the unit; raises not-found when it lies outside."""
    if unit_id is None:
        return scope
    path = await connection.fetchval(
        "SELECT path FROM units WHERE id = $1 AND path >= $2 AND path < $3", unit_id, scope.lo, scope.hi
    )
    if path is None:
        raise Refusal(NOT_FOUND)
    return scope.narrowed(path)


def _view(row: asyncpg.Record) -> AppointmentView:
    # An office that a later catalogue no longer has is still on record under its slug.
    office = CATALOGUE.find(row["office"])
    return AppointmentView(
        id=row["id"],
        person_id=row["person_id"],
        person_name_hi=row["person_hi"],
        person_name_en=row["person_en"],
        office=row["office"],
        office_name_hi=office.name_hi if office else row["office"],
        office_name_en=office.name_en if office else row["office"],
        unit_id=row["unit_id"],
        unit_name_hi=row["unit_hi"],
        unit_name_en=row["unit_en"],
        path=row["path"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        appointed_by=row["appointed_by"],
        ended_at=row["ended_at"],
        version=row["version"],
        acting=row["acting"],
        delegated_from=row["delegated_from"],
        actions=row["actions"],
    )
