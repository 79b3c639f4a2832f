"""Who is told what about a transfer: between which units a worker goes, and nobody's name."""

from typing import Final
from uuid import UUID

from sangathan_contracts.registry import TransferAsked, TransferEnded
from sangathan_notify.domain.dates import day_of
from sangathan_notify.domain.messages import Message
from sangathan_notify.domain.templates import Both, render

_STATES: Final = {
    "agreed": Both("सहमति हुई, कार्यकर्ता अब नई इकाई में हैं", "agreed on; the worker is at the new unit now"),
    "declined": Both("अस्वीकार किया गया", "declined"),
    "taken-back": Both("वापस लिया गया", "taken back"),
}


def of_asked(event: TransferAsked, recipient: UUID, units: tuple[Both, Both]) -> Message:
    """Asks for an answer."""
    values = {"from": units[0], "to": units[1], "until": day_of(event.lapses_at)}
    return _message(event, recipient, "transfer-asked", values)


def of_ended(event: TransferEnded, recipient: UUID, units: tuple[Both, Both]) -> Message:
    """Says what came of it; a state of a newer release by its own word."""
    outcome = _STATES.get(event.state, Both(event.state, event.state))
    return _message(event, recipient, "transfer-ended", {"from": units[0], "to": units[1], "outcome": outcome})


def of_you(event: TransferEnded, recipient: UUID, units: tuple[Both, Both]) -> Message:
    """Tells the worker where their record stands now."""
    return _message(event, recipient, "transferred-you", {"from": units[0], "to": units[1]})


def of_declined(event: TransferEnded, recipient: UUID, units: tuple[Both, Both]) -> Message:
    """Tells the worker who asked themself that they stay where they are."""
    return _message(event, recipient, "transfer-declined-you", {"from": units[0], "to": units[1]})


def _message(event: TransferAsked | TransferEnded, recipient: UUID, kind: str, values: dict[str, Both]) -> Message:
    return Message(
        recipient_id=recipient,
        kind=kind,
        dedupe_key=f"{kind}:{event.transfer_id}:{recipient}",
        text=render(kind, values),
        refs={"transfer_id": event.transfer_id, "unit_id": event.unit_id, "to_unit_id": event.to_unit_id},
    )
