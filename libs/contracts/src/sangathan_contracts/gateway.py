"""What gateway publishes: whom it refused what, so that a service that keeps a trail can note it."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sangathan_contracts.envelope import Event


class RequestsRefused(Event, frozen=True, kw_only=True):
    """A signed-in person was refused the same thing within a moment, once or more often.

    ``reason`` is a problem's slug; ``route`` is the operation's template and holds no id; the fields of the office are
    empty when none was acted under.
    """

    type: ClassVar[str] = "gateway.requests.refused.v1"
    person_id: UUID
    session_id: UUID
    appointment_id: UUID | None
    office: str
    unit_id: UUID | None
    path: str
    action: str
    route: str
    reason: str
    times: int
    first_at: datetime
    last_at: datetime
    trace_id: str
