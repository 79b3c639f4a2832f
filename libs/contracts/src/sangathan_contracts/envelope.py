"""How an event travels: CloudEvents 1.0 attributes as headers, a JSON body, and a subject that ends in the unit path.

``ev.<service>.<entity>.<event>.v<N>.<unit codes…>`` lets any consumer or operator listen to one district by wildcard.
Subjects carry codes and never personal data.
"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that has happened, in the past tense; its body is the aggregate's whole new state under its version."""

    type: ClassVar[str]


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """One event as it was received."""

    id: UUID
    type: str
    source: str
    time: datetime
    subject: str
    body: bytes


def subject_of(event_type: str, path: str) -> str:
    """``identity.unit.moved.v1`` at ``in.mp.`` gives ``ev.identity.unit.moved.v1.in.mp``."""
    codes = path.rstrip(".")
    return f"ev.{event_type}.{codes}" if codes else f"ev.{event_type}"


def filter_of(event_type: str) -> str:
    """The subject filter that takes this event from every unit."""
    return f"ev.{event_type}.>"
