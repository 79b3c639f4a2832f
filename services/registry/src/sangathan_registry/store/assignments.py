"""The statements that write assignments."""

from datetime import datetime
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_registry.domain.worker import Place
from sangathan_registry.store.tables import AssignmentRow


async def insert_assignment(
    work: Work,
    assignment_id: UUID,
    place: Place,
    *,
    appointment_id: UUID,
    person_id: UUID,
    dates: tuple[datetime, datetime | None],
    assigned_by: UUID,
) -> None:
    """Adds an assignment."""
    work.session.add(
        AssignmentRow(
            id=assignment_id,
            appointment_id=appointment_id,
            person_id=person_id,
            unit_id=place.unit_id,
            path=place.path,
            valid_from=dates[0],
            valid_to=dates[1],
            assigned_by=assigned_by,
            created_at=work.now,
        )
    )
    await work.session.flush()
