"""Looking through another's eyes: what would this appointment see?

An officer of a unit checks what an appointment at that unit or beneath it, and not above their own level, gets to see.
The answer is never more than either would see alone, nothing can be changed on the way, and the service writes who
looked, before it answers.
"""

from typing import Final
from uuid import UUID

import msgspec

from sangathan_chassis.assertion import Claims
from sangathan_contracts.offices import Catalogue
from sangathan_gateway import machines
from sangathan_gateway.problems import FORBIDDEN, NOT_FOUND, Refused
from sangathan_gateway.routes import Route
from sangathan_hierarchy.memory import Appointment, MemoryHierarchy

VIEW_AS: Final = "appointment.view-as"


def refuse_own_things(named: bytes | None) -> None:
    """Raises Refused where a thing belongs to a person and not to an office: nobody else's inbox is looked into."""
    if named is not None:
        raise Refused(FORBIDDEN, "Sangathan-View-As shows what an office sees, not what belongs to a person.")


def refuse_changes(route: Route) -> None:
    """Raises Refused for anything that is no reading."""
    if not route.reads:
        raise Refused(FORBIDDEN, "Through another's eyes one only looks.")


def looked_through(hierarchy: MemoryHierarchy, catalogue: Catalogue, own: Appointment, named: bytes) -> Appointment:
    """The appointment named, at the own unit or beneath it and not above the own level; raises Refused (404) else."""
    try:
        seen = hierarchy.appointment(str(UUID(named.decode("latin-1"))))
    except ValueError:
        seen = None
    if seen is None or seen.office not in catalogue.offices:
        raise Refused(NOT_FOUND)
    above, place = hierarchy.unit(own.unit_id), hierarchy.unit(seen.unit_id)
    if above is None or place is None or not above.lo <= place.lo < above.hi:
        raise Refused(NOT_FOUND)
    rank = catalogue.levels.index
    if rank(catalogue.office(seen.office).level) < rank(catalogue.office(own.office).level):
        raise Refused(NOT_FOUND)
    return seen


def through(claims: Claims, catalogue: Catalogue, own: Appointment, seen: Appointment) -> Claims:
    """The assertion of somebody who looks through another's eyes: the other's office, no field that either lacks."""
    fields = machines.fields_shown(catalogue, seen, claims.act) & frozenset(claims.fc)
    return msgspec.structs.replace(
        claims,
        off=seen.office,
        fc=tuple(sorted(fields)),
        va=seen.appointment_id,
        vp=seen.person_id,
        vo=own.office,
    )
