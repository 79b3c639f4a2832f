"""What the system has promised to its callers: the list that the checker holds its rows against."""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(slots=True)
class Ledger:
    """Everything sent, and what of it was acknowledged; only an answer that arrived counts as a promise."""

    sent: set[UUID] = field(default_factory=set)
    """Ids of records that left a device, whether an answer came back or not."""
    acknowledged: set[UUID] = field(default_factory=set)
    """Ids of records whose receipt says that they are on record."""
    captured: set[UUID] = field(default_factory=set)
    """Ids of records of a drive whose receipt says that they are on record."""
    held: set[UUID] = field(default_factory=set)
    """Ids of records whose receipt says that they were not accepted and are kept until somebody decides."""
    refused: list[str] = field(default_factory=list)
    """Answers that no device may get for what these writers send."""
    made: set[UUID] = field(default_factory=set)
    """Appointments that were answered as made."""
    ended: set[UUID] = field(default_factory=set)
    """Appointments that were answered as ended."""
    broadcasts: dict[UUID, int] = field(default_factory=dict)
    """Broadcasts that were answered as sent, with their sequence."""
    moved: dict[UUID, UUID] = field(default_factory=dict)
    """Where each moved unit stands by the last answer: its parent."""
    answers: dict[str, int] = field(default_factory=dict)
    """How often each status, or lack of an answer, was met."""

    def met(self, answer: str) -> None:
        """Counts one answer."""
        self.answers[answer] = self.answers.get(answer, 0) + 1
