"""Reads and writes appointments within the scope."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.scope import Scope
from sangathan_identity.domain.appointments import Appointment, Term
from sangathan_identity.domain.ids import AppointmentId, PersonId, UnitId
from sangathan_identity.store.scoped import within
from sangathan_identity.store.tables import AppointmentRow


async def get_appointment(work: Work, appointment_id: UUID) -> Appointment:
    """The appointment, locked; raises not-found outside the scope exactly as for none at all."""
    statement = (
        select(AppointmentRow)
        .where(AppointmentRow.id == appointment_id, within(AppointmentRow.path, work.scope))
        .with_for_update()
    )
    row = (await work.session.exec(statement)).one_or_none()
    if row is None:
        raise Refusal(NOT_FOUND)
    return _appointment(row)


async def current_at_unit(work: Work, unit_id: UUID, now: datetime) -> list[Appointment]:
    """The appointments at exactly this unit that are not over, locked."""
    statement = (
        select(AppointmentRow)
        .where(AppointmentRow.unit_id == unit_id, within(AppointmentRow.path, work.scope), _not_over(now))
        .order_by(col(AppointmentRow.id))
        .with_for_update()
    )
    return [_appointment(row) for row in (await work.session.exec(statement))]


async def at_office(work: Work, unit_id: UUID, office: str, term: Term) -> list[Appointment]:
    """Who holds the office at the unit in a part of the term, in their own right or acting; lock the unit first."""
    statement = (
        select(AppointmentRow)
        .where(
            AppointmentRow.unit_id == unit_id,
            AppointmentRow.office == office,
            col(AppointmentRow.delegated_from).is_(None),
            _not_over(term.begins),
            sa.true() if term.ends is None else col(AppointmentRow.valid_from) < term.ends,
        )
        .order_by(col(AppointmentRow.id))
        .with_for_update()
    )
    return [_appointment(row) for row in (await work.session.exec(statement))]


async def delegations_of(work: Work, appointment_id: UUID, now: datetime) -> list[Appointment]:
    """What was passed on from this appointment and is not over, locked."""
    statement = (
        select(AppointmentRow)
        .where(AppointmentRow.delegated_from == appointment_id, within(AppointmentRow.path, work.scope), _not_over(now))
        .order_by(col(AppointmentRow.id))
        .with_for_update()
    )
    return [_appointment(row) for row in (await work.session.exec(statement))]


async def offices_of(work: Work, person_id: UUID, scope: Scope) -> list[Appointment]:
    """A person's appointments in the scope, those that are over included."""
    statement = select(AppointmentRow).where(AppointmentRow.person_id == person_id, within(AppointmentRow.path, scope))
    return [_appointment(row) for row in (await work.session.exec(statement))]


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


async def insert_appointment(work: Work, appointment: Appointment, *, absence_reason: str | None = None) -> None:
    """Adds the appointment."""
    work.session.add(
        AppointmentRow(
            id=appointment.id,
            person_id=appointment.person_id,
            office=appointment.office,
            unit_id=appointment.unit_id,
            path=appointment.path,
            valid_from=appointment.term.begins,
            valid_to=appointment.term.ends,
            appointed_by=appointment.appointed_by,
            delegated_from=appointment.delegated_from,
            version=appointment.version,
            made_at=work.now,
            actions=sorted(appointment.actions),
            acting=appointment.acting,
            absence_reason=absence_reason,
        )
    )
    await work.session.flush()


async def save_end(work: Work, appointment: Appointment) -> None:
    """Writes an appointment's early end, or the sooner one of its term."""
    await work.session.exec(
        sa.update(AppointmentRow)
        .where(col(AppointmentRow.id) == appointment.id, within(AppointmentRow.path, work.scope))
        .values(ended_at=appointment.ended_at, valid_to=appointment.term.ends, version=appointment.version)
    )


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
    )
