"""What the routes of erasures give."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec


class ErasureReportOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a service has purged: rows by table; ``hash`` binds the report to the proof."""

    service: str
    reported_at: datetime
    removed: dict[str, int]
    hash: str


class ErasureOut(msgspec.Struct, frozen=True, kw_only=True):
    """An erasure: out of sight since ``asked_at``, gone at ``purge_at``, complete once every service has reported.

    ``proof`` is the SHA-256 over ids, dates and the registry's counts; nothing here is about the person.
    """

    id: UUID
    worker_id: UUID
    unit_id: UUID
    status: Literal["waiting", "undone", "purged", "complete"]
    asked_at: datetime
    asked_by: UUID | None
    by_the_person: bool
    purge_at: datetime
    undone_at: datetime | None
    purged_at: datetime | None
    proof: str | None
    removed: dict[str, int] | None
    reports: list[ErasureReportOut]


class ErasurePage(msgspec.Struct, frozen=True, kw_only=True):
    """One page, newest first; ``next`` is null on the last."""

    items: list[ErasureOut]
    next: str | None


class ErasureIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing more needs saying: an empty object."""
