"""What the routes of assignments take and give."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from sangathan_registry.api.schemas import In, Moment, UnitField
from sangathan_registry.domain.particulars import ACCEPTED


def _takes(field: str, example: Any = None, **more: Any) -> Meta:
    return Meta(description=ACCEPTED[field], examples=None if example is None else [example], **more)


class AssignmentIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A booth for a vistarak, for a time."""

    person_id: Annotated[UUID, _takes("person_id")]
    unit_id: UnitField
    valid_from: Annotated[Moment, _takes("valid_from", "2022-01-20T00:00:00+05:30")]
    valid_to: Annotated[Moment | None, _takes("valid_to", "2022-01-31T00:00:00+05:30")] = None


class AssignmentEndIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When an assignment is to end, and why."""

    valid_to: Annotated[
        Moment | None,
        Meta(description=ACCEPTED["ending/valid_to"], examples=["2022-01-25T18:00:00+05:30"]),
    ] = None
    why: Annotated[str, _takes("why", "She has left for another town", min_length=5, max_length=300)]


class AssignmentOut(msgspec.Struct, frozen=True, kw_only=True):
    """A booth for a vistarak, for a time; ``ended_by`` and ``ended_at`` say who brought its end forward, and when."""

    id: UUID
    appointment_id: UUID
    person_id: UUID
    unit_id: UUID
    valid_from: datetime
    valid_to: datetime | None
    assigned_by: UUID | None
    created_at: datetime
    ended_by: UUID | None
    ended_at: datetime | None


class AssignmentPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page; ``next`` is null on the last."""

    items: list[AssignmentOut]
    next: str | None
