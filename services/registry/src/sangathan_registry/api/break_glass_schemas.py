"""What the routes of break-glass take and give."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from sangathan_registry.api.schemas import In
from sangathan_registry.domain.break_glass import LONGEST_MINUTES, SHORTEST_MINUTES
from sangathan_registry.domain.particulars import ACCEPTED

_WORKER = "0190d2f0-6c1e-7000-8000-000000000061"
_NOTE_LENGTHS: Any = {"min_length": 5, "max_length": 300}


def _takes(field: str, example: Any, **more: Any) -> Meta:
    return Meta(description=ACCEPTED[field], examples=[example], **more)


def _gives(text: str, example: Any) -> Meta:
    return Meta(description=text, examples=[example])


class OpeningIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One record outside your area, by its id or by its exact phone number, and why it cannot wait."""

    worker_id: Annotated[UUID | None, _takes("opening/worker_id", _WORKER)] = None
    phone: Annotated[
        Annotated[str, Meta(min_length=10, max_length=24)] | None, _takes("opening/phone", "+916000000001")
    ] = None
    reason: Annotated[
        str, _takes("opening/reason", "Hurt on the road; the family must be reached", min_length=10, max_length=300)
    ]
    minutes: Annotated[int, _takes("minutes", 30, ge=SHORTEST_MINUTES, le=LONGEST_MINUTES)] = 30


class ReviewIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody above the opener found."""

    verdict: Annotated[Literal["justified", "not-justified"], _takes("verdict", "justified")]
    note: Annotated[Annotated[str, Meta(**_NOTE_LENGTHS)] | None, _takes("note", "The hospital's call was checked")] = (
        None
    )


class OpeningOut(msgspec.Struct, frozen=True, kw_only=True):
    """One record that somebody opened outside their own area for a while."""

    id: Annotated[UUID, _gives("Rises with time.", "0190d2f0-6c1e-7000-8000-000000000062")]
    state: Literal["open", "ended", "expired"]
    worker_id: UUID
    unit_id: Annotated[UUID, Meta(description="The unit of the record.")]
    opened_by: UUID
    appointment_id: UUID
    office: Annotated[str, _gives("The opener's office.", "mandal-president")]
    opener_unit_id: UUID
    reason: str
    opened_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    ended_by: Annotated[UUID | None, Meta(description="Null when it ended with the appointment.")]
    uses: Annotated[int, _gives("How often the record was read under it; each is on the trail.", 1)]
    last_used_at: datetime | None
    told: Annotated[list[UUID], Meta(description="Who was told at once: in office at the record, and above.")]
    review_due_at: datetime
    review_overdue: bool
    reviewed_at: datetime | None
    reviewed_by: UUID | None
    verdict: Literal["justified", "not-justified"] | None
    note: str | None


class OpeningPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page, newest first; ``next`` is null on the last."""

    items: list[OpeningOut]
    next: str | None
