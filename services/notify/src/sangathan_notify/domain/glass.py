"""Who is told what when somebody breaks the glass: the person on the record, those in office there, and those above."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from sangathan_contracts.offices import OFFICES
from sangathan_contracts.registry import GlassBroken
from sangathan_notify.domain.dates import day_of, minute_of
from sangathan_notify.domain.messages import Message
from sangathan_notify.domain.templates import Both, render

_HERE: Final = "glass-broken-here"
_BELOW: Final = "glass-broken-below"
_ABOUT_YOU: Final = "glass-broken-about-you"


def of_broken_glass(event: GlassBroken, *, unit: Both, opener_unit: Both) -> Iterator[Message]:
    """A message to each; whoever is to be told for two reasons is told for the weightier."""
    kinds = dict.fromkeys(event.owners, _HERE) | dict.fromkeys(event.superiors, _BELOW)
    if event.person_id is not None and event.person_id != event.opened_by:
        kinds[event.person_id] = _ABOUT_YOU
    values = {
        "opener": _opener(event.office, opener_unit),
        "unit": unit,
        "until": minute_of(event.expires_at),
        "due": day_of(event.review_due_at),
    }
    return (_message(event, recipient, kind, values) for recipient, kind in kinds.items())


def _message(event: GlassBroken, recipient: UUID, kind: str, values: dict[str, Both]) -> Message:
    return Message(
        recipient_id=recipient,
        kind=kind,
        dedupe_key=f"glass-broken:{event.opening_id}:{recipient}",
        text=render(kind, values),
        refs={"opening_id": event.opening_id, "unit_id": event.unit_id},
    )


def _opener(office: str, unit: Both) -> Both:
    """The office with its unit, never the person's name; an office of a newer release by its slug."""
    known = OFFICES.get(office)
    named = Both(known.name_hi, known.name_en) if known else Both(office, office)
    return Both(f"{named.hi} ({unit.hi})", f"The {named.en} of {unit.en}")
