"""Who is told what about a case: those in office at the units it concerns, without a word of what was claimed."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sangathan_contracts.registry import CaseDecided, CaseOpened, CasePassedOn
from sangathan_notify.domain.messages import Message
from sangathan_notify.domain.templates import Both, render

CaseEvent = CaseOpened | CasePassedOn | CaseDecided
_OUTCOMES: Final = {
    "impostor": Both("बहरूपिया", "an impostor"),
    "one-of-ours": Both("हमारे कार्यकर्ता", "one of ours"),
    "unknown": Both("स्पष्ट नहीं", "not to be known"),
    "withdrawn": Both("शिकायत वापस ली गई", "withdrawn"),
}


def of_case(event: CaseEvent, recipient: UUID, at: tuple[UUID, Both]) -> Message:
    """Tells somebody in office at or above a unit that a case was opened, has come there, or was decided."""
    unit_id, unit = at
    kind, mark, values = _told(event, unit)
    return Message(
        recipient_id=recipient,
        kind=kind,
        dedupe_key=f"{kind}:{event.case_id}:{mark}:{recipient}",
        text=render(kind, values),
        refs={"case_id": event.case_id, "unit_id": unit_id},
    )


def _told(event: CaseEvent, unit: Both) -> tuple[str, int, Mapping[str, Both]]:
    """The kind, what tells one message of the kind from the next about the same case, and the values."""
    if isinstance(event, CaseDecided):
        outcome = _OUTCOMES.get(event.outcome, Both(event.outcome, event.outcome))
        return "case-decided", event.version, {"unit": unit, "outcome": outcome}
    return "case-opened", event.version if isinstance(event, CasePassedOn) else 1, {"unit": unit}
