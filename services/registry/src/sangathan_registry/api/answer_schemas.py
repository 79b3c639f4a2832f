"""What the routes of a worker's answers take and give."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from sangathan_registry.api.drive_schemas import says
from sangathan_registry.api.schemas import In
from sangathan_registry.domain.particulars import ACCEPTED

FieldClass = Literal["open", "contact", "sensitive"]


class AnswersPatch(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Corrected answers, by question."""

    record_id: Annotated[
        UUID | None,
        says(
            "Under which record the set of answers stands; needed when there are several.",
            "017e7a8c-1f40-7b6e-9c3d-5a2b1c0d9e8f",
        ),
    ] = None
    answers: Annotated[
        dict[str, Any],
        Meta(
            description=f"{ACCEPTED['answers']}; null takes an answer away.",
            examples=[{"education": "graduate"}],
            min_length=1,
            max_length=200,
        ),
    ]


class FormAnswerOut(msgspec.Struct, frozen=True, kw_only=True):
    """One question with its answer; without its class ``shown`` is false and the answer is null."""

    question: Annotated[str, Meta(examples=["education"])]
    section_hi: str
    section_en: str
    label_hi: Annotated[str, Meta(examples=["शिक्षा"])]
    label_en: Annotated[str, Meta(examples=["Education"])]
    type: str
    field_class: Annotated[FieldClass, Meta(description="Which class shows it.", examples=["contact"])]
    primary: Annotated[bool, Meta(description="Whether an answer was needed at the level where it was captured.")]
    primary_at: list[str]
    shown: bool
    answer: Annotated[Any, Meta(description="null for none.", examples=["graduate"])]
    words_hi: Annotated[str | None, Meta(description="What was chosen, in words.", examples=["स्नातक"])]
    words_en: Annotated[str | None, Meta(examples=["Graduate"])]


class AnswerChangeOut(msgspec.Struct, frozen=True, kw_only=True):
    """One answer before and after."""

    question: str
    before: Any
    after: Any


class AnswerRevisionOut(msgspec.Struct, frozen=True, kw_only=True):
    """A correction: who made it, when, under which office, and what your office sees of it."""

    at: datetime
    person_id: UUID | None
    office: str
    source: Literal["office"]
    changes: list[AnswerChangeOut]


class AnswerSetOut(msgspec.Struct, frozen=True, kw_only=True):
    """What was answered on one form, as it stands, and the latest corrections, newest first.

    ``record_id`` is the worker's own, or that of a record that was merged into it. ``keyed_by`` is who keyed it from
    paper.
    """

    record_id: UUID
    unit_id: UUID
    level: str
    drive_id: UUID
    drive_hi: str
    drive_en: str
    form_version_id: UUID | None
    form_version: int | None
    source: Literal["device", "paper"]
    captured_by: UUID
    keyed_by: UUID | None
    captured_at: datetime
    received_at: datetime
    answers: list[FormAnswerOut]
    changes: list[AnswerRevisionOut]


class WorkerAnswersOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker answered in drives, the latest first; ``version`` is the record's."""

    worker_id: UUID
    version: int
    items: list[AnswerSetOut]
