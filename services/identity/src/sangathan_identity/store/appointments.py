"""Reads and writes appointments within the scope."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.scope import Scope
from sangathan_identity.domain.appointments import Appointment, Term
from sangathan_identity.domain.ids import AppointmentId, PersonId, UnitId
from sangathan_identity.store.scoped import within
from sangathan_identity.store.tables import AppointmentRow

# Actions come as one text each, since an array of arrays is unnested to its last element.
_INSERT: Final = (
    "INSERT INTO appointments (id, person_id, office, unit_id, path, valid_from, valid_to, appointed_by,"
    " delegated_from, version, actions, acting, client_id, made_at, absence_reason)"
    " SELECT t.id, t.person_id, t.office, t.unit_id, t.path, t.valid_from, t.valid_to, t.appointed_by,"
    " t.delegated_from, t.version, string_to_array(t.actions, ' '), t.acting, t.client_id, $14, $15"
    " FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::timestamptz[], $7::timestamptz[],"
    " $8::uuid[], $9::uuid[], $10::int[], $11::text[], $12::bool[], $13::uuid[]) AS t (id, person_id, office,"
    " unit_id, path, valid_from, valid_to, appointed_by, delegated_from, version, actions, acting, client_id)"
)
_SAVE_ENDS: Final = (
    "UPDATE appointments a SET ended_at = t.ended_at, valid_to = t.valid_to, version = t.version"
    " FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::int[]) AS t (id, ended_at, valid_to, version)"
    " WHERE a.id = t.id AND a.path >= $5 AND a.path < $6"
)


async def get_appointment(work: Work, appointment_id: UUID) -> Appointment:
    """The appointment, locked; raises not-found outside the scope exactly as for none at all."""
    statement = (
        select(AppointmentRow)
        .where(
            AppointmentRow.id == appointment_id,
            within(AppointmentRow.path, work.scope),
            col(AppointmentRow.client_id).is_(None),
        )
        .with_for_update()
    )
    return await _one(work, statement)


async def get_grant(work: Work, grant_id: UUID) -> Appointment:
    """What another system was granted, locked; raises not-found outside the scope exactly as for none at all."""
    statement = (
        select(AppointmentRow)
        .where(
            AppointmentRow.id == grant_id,
            within(AppointmentRow.path, work.scope),
            col(AppointmentRow.client_id).is_not(None),
        )
        .with_for_update()
    )
    return await _one(work, statement)


async def grants_of(work: Work, client_id: UUID, now: datetime) -> list[Appointment]:
    """What another system was granted and is not over, locked."""
    statement = (
        select(AppointmentRow)
        .where(AppointmentRow.client_id == client_id, within(AppointmentRow.path, work.scope), _not_over(now))
        .order_by(col(AppointmentRow.id))
        .with_for_update()
    )
    return await _all(work, statement)


async def current_at_unit(work: Work, unit_id: UUID, now: datetime) -> list[Appointment]:
    """The appointments at exactly this unit that are not over, locked."""
    statement = (
        select(AppointmentRow)
        .where(AppointmentRow.unit_id == unit_id, within(AppointmentRow.path, work.scope), _not_over(now))
        .order_by(col(AppointmentRow.id))
        .with_for_update()
    )
    return await _all(work, statement)


async def at_offices(
    work: Work, unit_ids: Sequence[UUID], offices: Sequence[str], since: datetime
) -> list[Appointment]:
    """Who holds these offices at these units, in any way, and not only before a moment; lock the units first."""
    statement = (
        select(AppointmentRow)
        .where(
            col(AppointmentRow.unit_id).in_(unit_ids),
            col(AppointmentRow.office).in_(offices),
            within(AppointmentRow.path, work.scope),
            _not_over(since),
        )
        .order_by(col(AppointmentRow.id))
        .with_for_update()
    )
    return await _all(work, statement)


async def delegations_of(work: Work, appointment_ids: Sequence[UUID], now: datetime) -> list[Appointment]:
    """What was passed on from these appointments and is not over, locked."""
    statement = (
        select(AppointmentRow)
        .where(
            col(AppointmentRow.delegated_from).in_(appointment_ids),
            within(AppointmentRow.path, work.scope),
            _not_over(now),
        )
        .order_by(col(AppointmentRow.id))
        .with_for_update()
    )
    return await _all(work, statement)


async def offices_of(work: Work, person_id: UUID, scope: Scope) -> list[Appointment]:
    """A person's appointments in the scope, those that are over included."""
    statement = select(AppointmentRow).where(AppointmentRow.person_id == person_id, within(AppointmentRow.path, scope))
    return await _all(work, statement)


async def holds_already(work: Work, new: Appointment) -> bool:
    """Whether the person holds this office at this unit in a part of the term; lock the person first."""
    statement = select(AppointmentRow.id).where(
        AppointmentRow.person_id == new.person_id,
        AppointmentRow.unit_id == new.unit_id,
        AppointmentRow.office == new.office,
        _not_over(new.term.begins),
        sa.true() if new.term.ends is None else col(AppointmentRow.valid_from) < new.term.ends,
    )
    return (await work.session.exec(statement.limit(1))).first() is not None


async def insert_appointments(work: Work, new: Sequence[Appointment], *, absence_reason: str | None = None) -> None:
    """Adds the appointments in one statement."""
    await work.raw.execute(
        _INSERT,
        [one.id for one in new],
        [one.person_id for one in new],
        [one.office for one in new],
        [one.unit_id for one in new],
        [one.path for one in new],
        [one.term.begins for one in new],
        [one.term.ends for one in new],
        [one.appointed_by for one in new],
        [one.delegated_from for one in new],
        [one.version for one in new],
        [" ".join(sorted(one.actions)) for one in new],
        [one.acting for one in new],
        [one.client_id for one in new],
        work.now,
        absence_reason,
    )


async def save_ends(work: Work, changed: Sequence[Appointment]) -> None:
    """Writes the early ends of appointments, or the sooner ones of their terms, in one statement."""
    await work.raw.execute(
        _SAVE_ENDS,
        [one.id for one in changed],
        [one.ended_at for one in changed],
        [one.term.ends for one in changed],
        [one.version for one in changed],
        work.scope.lo,
        work.scope.hi,
    )


async def _one(work: Work, statement: SelectOfScalar[AppointmentRow]) -> Appointment:
    found = await _all(work, statement)
    if not found:
        raise Refusal(NOT_FOUND)
    return found[0]


async def _all(work: Work, statement: SelectOfScalar[AppointmentRow]) -> list[Appointment]:
    """The rows as they are now, whatever this work has read before."""
    return [_appointment(row) for row in await work.session.exec(statement.execution_options(populate_existing=True))]


def _not_over(at: datetime) -> sa.ColumnElement[bool]:
    """Not over at this moment: neither ended nor lapsed."""
    ended_at, valid_to = col(AppointmentRow.ended_at), col(AppointmentRow.valid_to)
    return sa.and_(sa.or_(ended_at.is_(None), ended_at > at), sa.or_(valid_to.is_(None), valid_to > at))


def _appointment(row: AppointmentRow) -> Appointment:
    return Appointment(
        id=AppointmentId(row.id),
        person_id=PersonId(row.person_id),
        office=row.office,
        unit_id=UnitId(row.unit_id),
        path=row.path,
        term=Term(row.valid_from, row.valid_to),
        appointed_by=row.appointed_by,
        version=row.version,
        ended_at=row.ended_at,
        delegated_from=row.delegated_from,
        actions=tuple(row.actions),
        acting=row.acting,
        client_id=row.client_id,
    )
