"""Who is told what about a grievance: those who are to answer it, without a word of what was told, and who filed it."""

from typing import Final
from uuid import UUID

from sangathan_contracts.registry import GrievanceAnswered, GrievanceDue, GrievanceOpened
from sangathan_notify.domain.dates import day_of
from sangathan_notify.domain.messages import Message
from sangathan_notify.domain.templates import Both, render

GrievanceEvent = GrievanceOpened | GrievanceDue
KINDS: Final = {
    "access": Both("जानकारी माँगना", "access"),
    "correction": Both("सुधार", "correction"),
    "erasure": Both("मिटाना", "erasure"),
    "consent": Both("सहमति", "consent"),
    "not-me": Both("यह मैं नहीं हूँ", "this is not me"),
    "other": Both("अन्य", "something else"),
}


def of_grievance(event: GrievanceEvent, recipient: UUID, at: tuple[UUID, Both]) -> Message:
    """Tells who is to answer that a grievance has come, is due soon, is overdue, or has come from below."""
    unit_id, unit = at
    kind, mark = ("grievance-opened", 0)
    if isinstance(event, GrievanceDue):
        kind, mark = f"grievance-{event.stage}", event.mark
    due = day_of(event.due_at)
    values = {"unit": unit, "kind": _kind(event.kind), "due": due}
    return Message(
        recipient_id=recipient,
        kind=kind,
        dedupe_key=f"{kind}:{event.grievance_id}:{mark}:{recipient}",
        text=render(kind, values),
        refs={"grievance_id": event.grievance_id, "unit_id": unit_id},
    )


def of_answer(event: GrievanceAnswered, recipient: UUID) -> Message:
    """Tells who filed it that there is an answer."""
    return Message(
        recipient_id=recipient,
        kind="grievance-answered",
        dedupe_key=f"grievance-answered:{event.grievance_id}",
        text=render("grievance-answered", {"kind": _kind(event.kind)}),
        refs={"grievance_id": event.grievance_id},
    )


def _kind(kind: str) -> Both:
    return KINDS.get(kind, Both(kind, kind))
