"""What a new version of a record replaced, and how the whole history is read from that.

Only what stood there before is kept, with each change: what stands there now is the record. A record that nobody ever
changed costs nothing, and in a drive that is nearly every one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sangathan_registry.domain.particulars import Particulars
from sangathan_registry.domain.worker import NOTHING_KNOWN

FIELDS: Final = (
    *("name_hi", "name_en", "relation_type", "relation_name", "gender", "birth_year", "phone"),
    *("address", "pin", "epic", "birth_date", "age_band"),
)


class Act(StrEnum):
    """What happened to the record."""

    CHANGED = "changed"
    MERGED = "merged"
    """It was merged into another."""
    TOOK_OVER = "took-over"
    """Another was merged into it."""
    PARTED = "parted"
    """It was taken out of another again."""
    GAVE_BACK = "gave-back"
    """Another was taken out of it again."""
    WITHDRAWN = "withdrawn"
    ERASED = "erased"
    HELD = "held"
    """Somebody said that it is not about them."""
    RESTORED = "restored"
    """Its erasure was taken back, or what somebody said of it was decided upon."""
    REHOMED = "rehomed"
    """A split or a merger of units gave it another unit."""
    TRANSFERRED = "transferred"
    """People agreed that it goes to another unit."""
    PHOTOGRAPHED = "photographed"
    """It got a photo, or another one."""
    PHOTO_REMOVED = "photo-removed"
    IMPORTED = "imported"
    """It came by a list, on the basis that the office noted."""
    ANSWERS_CHANGED = "answers-changed"
    """What was answered in a drive was corrected; the answers' own history says how."""


HIDING: Final = frozenset({Act.WITHDRAWN, Act.ERASED, Act.HELD, Act.RESTORED})
"""Acts that take a whole record away or bring it back: what stood there is no former value."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who made a version, under which office, and by which act; nobody is named of whom it is not asked."""

    act: Act
    person_id: UUID | None
    appointment_id: UUID | None
    office: str


@dataclass(frozen=True, slots=True)
class Revision:
    """A version, and the fields it replaced, as they stood; none are left once the record is withdrawn."""

    version: int
    at: datetime
    act: Act
    person_id: UUID | None
    office: str
    left_unit_id: UUID | None
    before: Mapping[str, Any]
    note: str | None = None


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one change."""

    field: str
    before: Any
    after: Any


def replaced(before: Particulars, after: Particulars) -> dict[str, Any]:
    """The fields that differ, with what stood there before."""
    old, new = asdict(before), asdict(after)
    return {name: old[name] for name in FIELDS if old[name] != new[name]}


def told(now: Particulars, newest_first: Iterable[Revision]) -> list[tuple[Revision, list[FieldChange]]]:
    """Each revision with its fields before and after, read backwards from what stands there now.

    Nothing stands there of a record that is erased, and until that is taken back none of its former values is told.
    """
    standing, history = asdict(now), []
    hidden = now == NOTHING_KNOWN
    for revision in newest_first:
        former = {} if hidden else revision.before
        changes = [FieldChange(name, before, standing[name]) for name, before in former.items()]
        standing |= former
        history.append((revision, changes))
    return history
