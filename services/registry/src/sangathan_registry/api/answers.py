"""``/v1/workers/{worker_id}/answers``: what a worker answered to the forms of drives, and corrections of it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.etags import etag, require_match
from sangathan_chassis.replies import json_reply
from sangathan_registry.api.answer_schemas import (
    AnswerChangeOut,
    AnswerRevisionOut,
    AnswerSetOut,
    AnswersPatch,
    FormAnswerOut,
    WorkerAnswersOut,
)
from sangathan_registry.api.bodies import Body
from sangathan_registry.api.described import described
from sangathan_registry.api.parts import Act, ActDep
from sangathan_registry.commands import change_answers, open_answers
from sangathan_registry.domain.answers import (
    AnswerChange,
    AnswerRevision,
    AnswerSet,
    asked_in,
    is_primary,
    seen_in,
    told,
    words_of,
)
from sangathan_registry.domain.forms import Question, class_of

router = edge_router(tags=["answers"])
_PATCH = Body(AnswersPatch)
_PLACE = "/v1/workers/{worker_id}/answers"
OnlyPrimary = Annotated[bool, Query(description="Only what had to be answered at the level where it was captured.")]


@router.get(
    _PLACE, **described("worker.read", reply=WorkerAnswersOut, opens="work", headers=("ETag",), refusals=(404,))
)
async def read_answers(
    worker_id: UUID,
    act: ActDep,
    only_primary: OnlyPrimary = False,  # noqa: FBT002 - a filter.
) -> Response:
    """Read what a worker answered in drives, by the classes that your office sees; this is on the audit trail."""
    return await _reply(act, worker_id, only_primary=only_primary)


@router.patch(
    _PLACE,
    **described(
        "worker.change",
        body=AnswersPatch,
        reply=WorkerAnswersOut,
        headers=("ETag",),
        refusals=(404, 409, 412, 428),
    ),
)
async def correct_answers(worker_id: UUID, act: ActDep) -> Response:
    """Correct answers under the version of the record you read; they are held to the form that was answered."""
    sent = await _PATCH.read(act.request)
    command = change_answers.ChangeAnswers(
        worker_id, sent.record_id, sent.answers, lambda worker: require_match(act.request, worker.version)
    )
    await change_answers.handle(act.work, (act.parts.sealer, act.parts.checks), act.caller, command)
    return await _reply(act, worker_id, only_primary=False)


async def _reply(act: Act, worker_id: UUID, *, only_primary: bool) -> Response:
    opened = await open_answers.handle(act.work, act.parts.sealer, act.caller, worker_id)
    classes = act.caller.field_classes
    items = [
        _set(one, [r for r in opened.revisions if r.record_id == one.record_id], classes, only_primary=only_primary)
        for one in opened.sets
    ]
    out = WorkerAnswersOut(worker_id=worker_id, version=opened.worker.version, items=items)
    return json_reply(out, 200, {"etag": etag(opened.worker.version, variant="-".join(sorted(classes)))})


def _set(
    one: AnswerSet, revisions: Sequence[AnswerRevision], classes: Collection[str], *, only_primary: bool
) -> AnswerSetOut:
    seen = seen_in(one, classes)
    asked = [pair for pair in asked_in(one) if not only_primary or is_primary(pair[1], one.level)]
    return AnswerSetOut(
        record_id=one.record_id,
        unit_id=one.unit_id,
        level=one.level,
        drive_id=one.drive_id,
        drive_hi=one.drive_names[0],
        drive_en=one.drive_names[1],
        form_version_id=one.form_version_id,
        form_version=one.form_version,
        source="device" if one.keyed_by is None else "paper",
        captured_by=one.captured_by,
        keyed_by=one.keyed_by,
        captured_at=one.captured_at,
        received_at=one.received_at,
        answers=[_answer(one, pair, seen) for pair in asked],
        changes=[_revision(*change) for change in told(one.answers, revisions, seen)],
    )


def _answer(one: AnswerSet, asked: tuple[Mapping[str, Any], Question], seen: Collection[str]) -> FormAnswerOut:
    section, question = asked
    shown = question["id"] in seen
    value = one.answers.get(question["id"]) if shown else None
    return FormAnswerOut(
        question=question["id"],
        section_hi=section["label"]["hi"],
        section_en=section["label"]["en"],
        label_hi=question["label"]["hi"],
        label_en=question["label"]["en"],
        type=question["type"],
        field_class=class_of(question),  # type: ignore[arg-type]  # One of the three classes.
        primary=is_primary(question, one.level),
        primary_at=list(question.get("primary_at") or ()),
        shown=shown,
        answer=value,
        words_hi=words_of(question, value, "hi"),
        words_en=words_of(question, value, "en"),
    )


def _revision(revision: AnswerRevision, changes: Sequence[AnswerChange]) -> AnswerRevisionOut:
    return AnswerRevisionOut(
        at=revision.at,
        person_id=revision.person_id,
        office=revision.office,
        source="office",
        changes=[AnswerChangeOut(question=one.question, before=one.before, after=one.after) for one in changes],
    )
