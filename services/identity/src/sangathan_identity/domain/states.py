"""A unit's and an appointment's state as other services are told it."""

from sangathan_contracts.identity import AppointmentState, UnitState
from sangathan_identity.domain.appointments import Appointment
from sangathan_identity.domain.units import Unit


def unit_state(unit: Unit) -> UnitState:
    """The unit's whole state."""
    return UnitState(
        unit_id=unit.id,
        parent_id=unit.parent_id,
        level=unit.level,
        code=unit.code,
        path=unit.path,
        name_hi=unit.names.hi,
        name_en=unit.names.en,
        version=unit.version,
        closed_at=unit.closed_at,
    )


def appointment_state(appointment: Appointment) -> AppointmentState:
    """The appointment's whole state."""
    return AppointmentState(
        appointment_id=appointment.id,
        person_id=appointment.person_id,
        office=appointment.office,
        unit_id=appointment.unit_id,
        valid_from=appointment.term.begins,
        valid_to=appointment.term.ends,
        version=appointment.version,
        ended_at=appointment.ended_at,
        delegated_from=appointment.delegated_from,
        actions=tuple(sorted(appointment.actions)),
        acting=appointment.acting,
        client_id=appointment.client_id,
    )
