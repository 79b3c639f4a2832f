"""What the routes of exports take and give."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from sangathan_registry.api.schemas import In, Purpose, UnitField, WorkerOut
from sangathan_registry.domain.particulars import ACCEPTED

FormatField = Literal["csv", "xlsx", "json"]
StatusField = Literal["active", "withdrawn"]


class ExportedWorkerOut(WorkerOut, frozen=True, kw_only=True):
    """One record as the office sees it, with its unit's names and the export that it came by."""

    birth_date: str | None
    age_band: str | None
    address: str | None
    pin: str | None
    epic: str | None
    unit_name_hi: str
    unit_name_en: str
    export_id: UUID


class ExportedOut(msgspec.Struct, frozen=True, kw_only=True):
    """The file in JSON: whose it is, and the records; the other formats say the same."""

    watermark: dict[str, str]
    items: list[ExportedWorkerOut]


class ExportIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which records to take out, as what, and why."""

    unit_id: UnitField
    format: Annotated[FormatField, Meta(description=ACCEPTED["format"], examples=["xlsx"])]
    purpose: Purpose
    status: Annotated[StatusField, Meta(description=ACCEPTED["export_status"], examples=["active"])] = "active"


class ExportOut(msgspec.Struct, frozen=True, kw_only=True):
    """An export of yours."""

    id: UUID
    unit_id: UUID
    format: FormatField
    status: StatusField
    purpose: str
    state: Annotated[
        Literal["waiting", "making", "ready", "stopped"],
        Meta(description="`stopped`: it will not be made, for the reason in `stop`.", examples=["ready"]),
    ]
    stop: Annotated[
        Literal["office-ended", "key-gone"] | None,
        Meta(
            description="Why it was stopped: your office ended before it was made, or what is in it was sealed with a"
            " key that this system no longer has."
        ),
    ]
    rows: Annotated[int, Meta(description="Rows so far, and of all once it is ready.", examples=[1300])]
    fields: Annotated[list[str], Meta(description="The field classes in it.", examples=[["contact", "open"]])]
    asked_at: datetime
    listed_at: Annotated[
        datetime | None,
        Meta(description="The moment of which it says who was on record; null until the job has begun."),
    ]
    ready_at: datetime | None
    expires_at: Annotated[datetime, Meta(description="It is gone from then on.")]
    file: Annotated[
        str | None,
        Meta(description="Where to fetch it, once it is ready.", examples=["/v1/exports/0190d2f0-6c1e/file"]),
    ]


class ExportPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page, newest first; ``next`` is null on the last."""

    items: list[ExportOut]
    next: str | None
