"""What becomes of each record of a batch; a bad record never rejects its batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sangathan_chassis.refusal import Pointer
from sangathan_registry.domain.consent import Consent
from sangathan_registry.domain.drive import Evidence
from sangathan_registry.domain.paper import Paper
from sangathan_registry.domain.particulars import Particulars
from sangathan_registry.domain.worker import Enrolment, Place, WorkerId

MOST_RECORDS: Final = 200


class Outcome(StrEnum):
    """How a record ended."""

    ACCEPTED = "accepted"
    ALREADY_THERE = "already-there"
    REJECTED = "rejected"
    NEEDS_REVIEW = "needs-review"


class Reason(StrEnum):
    """Why a record was rejected."""

    INVALID = "invalid"
    UNIT_UNKNOWN = "unit-unknown"
    UNIT_CLOSED = "unit-closed"
    NOT_ASSIGNED = "not-assigned"
    OTHER_BODY = "other-body"
    FORM_UNKNOWN = "form-unknown"
    OUTSIDE_DRIVE = "outside-drive"
    AFTER_GRACE = "after-grace"
    SERIAL_USED = "serial-used"
    OTHER_PAPER = "other-paper"
    DISMISSED = "dismissed"
    ERASED = "erased"
    NOTICE_UNKNOWN = "notice-unknown"


@dataclass(frozen=True, slots=True)
class Result:
    """One record's ending; ``reason`` and ``errors`` only when it was rejected."""

    outcome: Outcome
    reason: Reason | None = None
    errors: Sequence[Pointer] = ()

    @property
    def status(self) -> int:
        """The same as the status code of HTTP that the record would have got by itself."""
        if self.reason is Reason.ERASED:
            return 410
        return 409 if self.reason is Reason.OTHER_BODY else STATUS[self.outcome]


@dataclass(frozen=True, slots=True)
class SentCapture:
    """What a drive collects beyond the worker: answers to a form, evidence of presence, a serial of paper."""

    form_version_id: UUID | None = None
    content: bytes | None = None
    answers: Mapping[str, Any] | None = None
    serial: str | None = None
    place: Evidence | None = None
    paper: Paper | None = None


@dataclass(frozen=True, slots=True)
class SentRecord:
    """A record as it came: its body, and what could be read of it; with errors it must not be used."""

    body: bytes
    id: UUID | None = None
    unit_id: UUID | None = None
    captured_at: datetime | None = None
    particulars: Particulars | None = None
    consent: Consent | None = None
    errors: Sequence[Pointer] = ()
    capture: SentCapture = SentCapture()
    raw: bytes = b""
    notice_known: bool = True

    def enrolment(self, place: Place, body_hash: bytes) -> Enrolment:
        """The enrolment at this unit; raises ValueError for a record with errors."""
        if self.errors or not (self.id and self.captured_at and self.particulars and self.consent):
            raise ValueError
        return Enrolment(WorkerId(self.id), place, self.particulars, self.consent, self.captured_at, body_hash)


ACCEPTED: Final = Result(Outcome.ACCEPTED)
ALREADY_THERE: Final = Result(Outcome.ALREADY_THERE)


def rejected(reason: Reason, pointer: str, detail: str) -> Result:
    """A rejection over one field."""
    return Result(Outcome.REJECTED, reason, (Pointer(pointer, detail),))


UNIT_UNKNOWN: Final = rejected(Reason.UNIT_UNKNOWN, "/unit_id", "the id of an open unit inside your scope")
UNIT_CLOSED: Final = rejected(Reason.UNIT_CLOSED, "/unit_id", "this unit is closed; send the unit that took its place")
NOT_ASSIGNED: Final = rejected(
    Reason.NOT_ASSIGNED, "/unit_id", "a booth that you were assigned to at the time of captured_at"
)
FORM_UNKNOWN: Final = rejected(
    Reason.FORM_UNKNOWN, "/form_version_id", "a version of this drive's form that has been published"
)
OUTSIDE_DRIVE: Final = Result(
    Outcome.NEEDS_REVIEW,
    Reason.OUTSIDE_DRIVE,
    (Pointer("/captured_at", "a time within the drive, in a unit that it covers; kept until somebody decides"),),
)
AFTER_GRACE: Final = Result(
    Outcome.NEEDS_REVIEW, Reason.AFTER_GRACE, (Pointer("", "the drive takes no more; kept until somebody decides"),)
)
SERIAL_USED: Final = Result(
    Outcome.NEEDS_REVIEW,
    Reason.SERIAL_USED,
    (Pointer("/serial", "this serial was keyed before for another record; kept until somebody decides"),),
)
OTHER_PAPER: Final = {
    "drive": rejected(Reason.OTHER_PAPER, "/serial", "a paper of this drive; this one was printed for another drive"),
    "booth": rejected(Reason.OTHER_PAPER, "/serial", "a paper of this booth; this one was printed for another booth"),
    "version": rejected(
        Reason.OTHER_PAPER, "/serial", "the form_version_id of the paper; this one was printed for another version"
    ),
}
NOTICE_UNKNOWN: Final = Result(
    Outcome.NEEDS_REVIEW,
    Reason.NOTICE_UNKNOWN,
    (
        Pointer(
            "/consent/notice_version",
            "a version and language of the notice that was in force at given_at; kept until somebody decides",
        ),
    ),
)
DISMISSED: Final = rejected(Reason.DISMISSED, "", "somebody looked at this record and decided against it")
ERASED: Final = rejected(Reason.ERASED, "/id", "its person had this record erased; it is not kept again")
STATUS: Final = {
    Outcome.ACCEPTED: 201,
    Outcome.ALREADY_THERE: 200,
    Outcome.NEEDS_REVIEW: 202,
    Outcome.REJECTED: 422,
}
OTHER_BODY: Final = rejected(Reason.OTHER_BODY, "/id", "this id has come before with other content; use a new id")


def settle(earlier_hash: bytes | None, body_hash: bytes) -> Result:
    """The result for a record whose id has come before: the same again, or another body under a used id."""
    return ALREADY_THERE if earlier_hash == body_hash else OTHER_BODY
