"""Exports: a scope's records taken out as a file, made page by page by a job and fetched by whoever asked for it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sangathan_chassis.refusal import Refusal
from sangathan_registry.domain.refusals import EXPORT_NOT_READY, EXPORT_SHOWS_MORE


class Format(StrEnum):
    """What the file is."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


class State(StrEnum):
    """How far an export has come."""

    WAITING = "waiting"
    MAKING = "making"
    READY = "ready"
    STOPPED = "stopped"


class Stop(StrEnum):
    """Why an export was stopped before it was made."""

    OFFICE_ENDED = "office-ended"
    KEY_GONE = "key-gone"


@dataclass(frozen=True, slots=True)
class Export:
    """An export as its row has it; ``listed_at`` is the moment of which it says who was on record."""

    id: UUID
    unit_id: UUID
    path: str
    format: Format
    status: str
    field_classes: frozenset[str]
    purpose: str
    asked_by: UUID
    appointment_id: UUID
    office: str
    asked_at: datetime
    expires_at: datetime
    state: State
    rows: int
    parts: int
    listed_at: datetime | None
    ready_at: datetime | None
    stop: Stop | None = None


def refuse_download(export: Export, field_classes: frozenset[str]) -> None:
    """Raises when there is nothing to fetch yet, or the office sees less by now than the file shows."""
    if export.state is not State.READY:
        raise Refusal(EXPORT_NOT_READY, "Read its state until it is ready.", headers={"retry-after": "2"})
    if not export.field_classes <= field_classes:
        raise Refusal(EXPORT_SHOWS_MORE, "Ask for a new one, which shows what your office sees now.")
