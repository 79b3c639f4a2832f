"""``/v1/workers/{worker_id}/history``: who changed what in a record, when, and under which office."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import Response
from msgspec import Meta

from sangathan_chassis.edge import edge_router
from sangathan_chassis.replies import json_reply
from sangathan_registry.api.described import described
from sangathan_registry.api.parts import ActDep
from sangathan_registry.api.present import Presenter
from sangathan_registry.commands import open_worker
from sangathan_registry.domain.revisions import FieldChange, Revision, told
from sangathan_registry.domain.worker import Worker
from sangathan_registry.queries.history import history_of

router = edge_router(tags=["workers"])

ActName = Annotated[
    Literal[
        "changed",
        "merged",
        "took-over",
        "parted",
        "gave-back",
        "withdrawn",
        "erased",
        "restored",
        "rehomed",
        "transferred",
        "held",
        "photographed",
        "photo-removed",
        "answers-changed",
        "imported",
    ],
    Meta(
        description="Corrected; merged into another record, or another into it; taken out again; withdrawn; erased, "
        "and that taken back; given another unit by a split or a merger of units, or by a transfer; given a photo, "
        "or rid of it; or answers given in a drive were corrected, whose history stands with the answers; "
        "or the record came by a list.",
        examples=["changed"],
    ),
]
Field = Literal[
    "name_hi",
    "name_en",
    "relation_type",
    "relation_name",
    "gender",
    "birth_year",
    "phone",
    "address",
    "pin",
    "epic",
    "birth_date",
    "age_band",
]


class FieldChangeOut(msgspec.Struct, frozen=True, kw_only=True):
    """One field, masked as in the record itself: what a class would show is null on both sides without it."""

    field: Annotated[Field, Meta(examples=["name_en"])]
    before: Annotated[str | int | None, Meta(examples=["Ramesh Namuna"])]
    after: Annotated[str | int | None, Meta(examples=["Ramesh Kumar Namuna"])]


class RevisionOut(msgspec.Struct, frozen=True, kw_only=True):
    """The version that a change made; ``changes`` is empty when no field differed, and once the record is withdrawn."""

    version: int
    at: datetime
    act: ActName
    person_id: UUID | None
    office: str
    left_unit_id: UUID | None
    note: Annotated[str | None, Meta(description="On what basis a list was brought in.", examples=["Register of 2019"])]
    changes: list[FieldChangeOut]


class HistoryOut(msgspec.Struct, frozen=True, kw_only=True):
    """How the record came in, and the latest 200 changes since, newest first."""

    worker_id: UUID
    version: int
    source: Literal["office", "drive", "import"]
    captured_by: UUID | None
    captured_at: datetime
    created_at: datetime
    changes: list[RevisionOut]


@router.get(
    "/v1/workers/{worker_id}/history", **described("worker.read", reply=HistoryOut, opens="work", refusals=(404,))
)
async def read_history(worker_id: UUID, act: ActDep) -> Response:
    """Read who changed what in a record; fields beyond the open ones put the reading on the audit trail."""
    worker = await open_worker.handle(act.work, act.parts.sealer, act.caller, worker_id, has_it=lambda _worker: False)
    revisions = await history_of(act.work.raw, act.parts.sealer, act.work.scope, worker_id)
    presenter = Presenter(act.parts.sealer, act.caller.field_classes)
    return json_reply(_shown(presenter, worker, revisions))


def _shown(presenter: Presenter, worker: Worker, revisions: list[Revision]) -> HistoryOut:
    return HistoryOut(
        worker_id=worker.id,
        version=worker.version,
        source=worker.source.value,
        captured_by=worker.captured_by,
        captured_at=worker.captured_at,
        created_at=worker.created_at,
        changes=[_revision(presenter, *one) for one in told(worker.particulars, revisions)],
    )


def _revision(presenter: Presenter, revision: Revision, changes: list[FieldChange]) -> RevisionOut:
    return RevisionOut(
        version=revision.version,
        at=revision.at,
        act=revision.act.value,
        person_id=revision.person_id,
        office=revision.office,
        left_unit_id=revision.left_unit_id,
        note=revision.note,
        changes=[
            FieldChangeOut(
                field=one.field,  # type: ignore[arg-type]  # Only the fields of a record stand in a revision.
                before=presenter.field(one.field, one.before),
                after=presenter.field(one.field, one.after),
            )
            for one in changes
        ],
    )
