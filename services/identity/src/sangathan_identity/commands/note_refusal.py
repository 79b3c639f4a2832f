"""Puts a refusal of the gateway's on the trail, at the unit whose office was acted under."""

from sangathan_chassis.audit import Entry
from sangathan_chassis.database import Work
from sangathan_contracts.gateway import RequestsRefused
from sangathan_identity.store import audit


async def handle(work: Work, event: RequestsRefused) -> None:
    """One entry, however often the same was refused within the moment."""
    detail = {
        "reason": event.reason,
        "route": event.route,
        "times": event.times,
        "first_at": event.first_at.isoformat(),
        "last_at": event.last_at.isoformat(),
        "trace_id": event.trace_id,
    }
    entry = Entry(
        event.action,
        "refused",
        event.person_id,
        event.session_id,
        event.appointment_id,
        path=event.path,
        detail=detail,
        office=event.office,
        unit_id=event.unit_id,
    )
    await audit.append(work, entry)
