"""A delivery's states; a channel that cannot be used is skipped with its reason, never failed."""

from enum import StrEnum


class Channel(StrEnum):
    """The ways to a person."""

    INBOX = "inbox"


class State(StrEnum):
    """How far a message has come on one channel."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    SKIPPED = "skipped"
    FAILED = "failed"
