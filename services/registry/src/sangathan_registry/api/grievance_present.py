"""Shows grievances: to whoever filed one, and to the office that is to answer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sangathan_registry.api.grievance_schemas import AnswerOut, GrievanceOut, GrievanceStateOut
from sangathan_registry.domain.grievances import Grievance


def state_out(one: Grievance, now: datetime) -> GrievanceStateOut:
    """For whoever filed it."""
    same = ("reference", "kind", "status", "outcome", "opened_at", "due_at", "answered_at")
    overdue = one.status == "open" and one.due_at <= now
    return GrievanceStateOut(**_same(one, same), overdue=overdue, answer=_answer(one.answer))


def grievance_out(one: Grievance) -> GrievanceOut:
    """For who is to answer."""
    same = tuple(name for name in GrievanceOut.__struct_fields__ if name != "answer")
    return GrievanceOut(**_same(one, same), answer=_answer(one.answer))


def _answer(answer: Mapping[str, str] | None) -> AnswerOut | None:
    return None if answer is None else AnswerOut(hi=answer.get("hi"), en=answer.get("en"))


def _same(one: Grievance, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(one, name) for name in names}
