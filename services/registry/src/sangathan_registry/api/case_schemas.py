"""What the routes of cases take and give."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from sangathan_registry.api.schemas import EvidenceOut, In, UnitField, UnitOut
from sangathan_registry.domain.particulars import ACCEPTED


def _takes(field: str, example: Any = None, **more: Any) -> Meta:
    return Meta(description=ACCEPTED[field], examples=None if example is None else [example], **more)


Status = Literal["opened", "looked-at", "decided"]
OutcomeField = Literal["impostor", "one-of-ours", "unknown", "withdrawn"]
Name = Annotated[str, Meta(min_length=2, max_length=120)]
Number = Annotated[str, Meta(min_length=3, max_length=24)]
Words = Annotated[str, Meta(min_length=2, max_length=120)]
Area = Annotated[str, Meta(min_length=2, max_length=200)]
What = Annotated[
    str, _takes("what", "He came to the shop and demanded money for the party", min_length=10, max_length=2000)
]
PhotoLink = Annotated[
    str | None, Meta(description="Where the photo can be seen under the purpose of this look-up for an hour; or null.")
]
Day = Annotated[date | None, _takes("happened_on", "2022-01-19")]


class ClaimIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who somebody said to be."""

    name: Annotated[Name | None, _takes("claim/name", "कोई नमूना")] = None
    phone: Annotated[Number | None, _takes("claim/phone", "+916000000099")] = None
    office: Annotated[Words | None, _takes("claim/office", "Booth President")] = None
    place: Annotated[Area | None, _takes("claim/place", "Booth 171")] = None


ClaimField = Annotated[ClaimIn, _takes("claim")]


class CaseIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A case that an office-bearer opens."""

    unit_id: UnitField
    claim: ClaimField
    what: What
    happened_on: Day = None


class ReportIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What anybody may report, without an account."""

    unit_id: Annotated[UUID | None, Meta(description="The unit that a link or a poster names; or null.")] = None
    claim: ClaimField
    what: What
    happened_on: Day = None
    contact: Annotated[Annotated[str, Meta(min_length=5, max_length=200)] | None, _takes("contact")] = None


class ReportOut(msgspec.Struct, frozen=True, kw_only=True):
    """The number to quote, and nothing else, whatever is on record."""

    reference: str


class StepIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A step that somebody takes in a case."""

    step: Annotated[Literal["looked-at", "passed-on"], _takes("step")]
    remark: Annotated[Annotated[str, Meta(min_length=1, max_length=1000)] | None, _takes("remark")] = None
    unit_id: Annotated[UUID | None, Meta(description="With passed-on a unit inside your scope; or null.")] = None


class CaseDecisionIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What people decided about the claim, and why."""

    outcome: Annotated[OutcomeField, _takes("outcome")]
    reasons: Annotated[str, _takes("reasons", "Nobody at the booth knows him", min_length=5, max_length=1000)]
    worker_id: Annotated[UUID | None, Meta(description="With one-of-ours the worker's id; or null.")] = None


class StatementIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A statement to check."""

    statement: Annotated[str, _takes("statement", "eyJhbGciOi.eyJqdGkiOi.c2lnbmF0dXJl", min_length=5, max_length=8000)]


class ClaimOut(msgspec.Struct, frozen=True, kw_only=True):
    """Who somebody said to be; the phone is masked for whoever may not see contacts."""

    name: str | None
    phone: str | None
    office: str | None
    place: str | None
    what: str


class CaseStepOut(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what in a case, and when; the public is nobody."""

    kind: Literal["opened", "looked-at", "passed-on", "evidence-added", "decided"]
    outcome: OutcomeField | None
    note: str | None
    person_id: UUID | None
    office: str
    at: datetime


class CaseEvidenceOut(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a case by its type, size and SHA-256; nobody has added what came from the public."""

    id: UUID
    media_type: str
    size: int
    sha256: str
    added_by: UUID | None
    added_at: datetime


class CaseStatementOut(msgspec.Struct, frozen=True, kw_only=True):
    """A signed statement about a case; a later decision replaces it."""

    id: UUID
    kind: Literal["not-on-record", "on-record"]
    issued_by: UUID
    issued_at: datetime
    replaced_at: datetime | None


class CaseLineOut(msgspec.Struct, frozen=True, kw_only=True):
    """A case as a list shows it: nothing of what was claimed."""

    id: UUID
    reference: str
    unit_id: UUID
    source: Literal["officer", "public"]
    status: Status
    outcome: OutcomeField | None
    happened_on: date | None
    opened_at: datetime
    changed_at: datetime


class CasePage(msgspec.Struct, frozen=True, kw_only=True):
    """One page, newest first; ``next`` is null on the last."""

    items: list[CaseLineOut]
    next: str | None


class CaseOut(msgspec.Struct, frozen=True, kw_only=True):
    """A case with all that belongs to it; ``claim`` is null once it is no longer kept."""

    id: UUID
    reference: str
    unit_id: UUID
    source: Literal["officer", "public"]
    status: Status
    outcome: OutcomeField | None
    claim: ClaimOut | None
    happened_on: date | None
    worker_id: UUID | None
    opened_by: UUID | None
    opened_at: datetime
    changed_at: datetime
    decided_at: datetime | None
    version: int
    steps: list[CaseStepOut]
    evidence: list[CaseEvidenceOut]
    statements: list[CaseStatementOut]


class PhoneMatchOut(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the claimed number is on record anywhere, and at which units."""

    on_record: bool
    units: list[UnitOut]


class NameMatchOut(msgspec.Struct, frozen=True, kw_only=True):
    """A worker of a like name, with what speaks for the same person."""

    worker_id: UUID
    unit_id: UUID
    name_hi: str | None
    name_en: str | None
    photo: PhotoLink
    evidence: EvidenceOut


class HolderOut(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds the claimed office today, and how alike the name is, from 0 to 1."""

    person_id: UUID
    unit: UnitOut
    since: datetime
    worker_id: UUID | None
    name_hi: str | None
    name_en: str | None
    photo: PhotoLink
    likeness: float | None


class OfficeMatchOut(msgspec.Struct, frozen=True, kw_only=True):
    """The office that the words mean, and who holds it at the unit of the case or beneath it."""

    office: str
    holders: list[HolderOut]


class OtherCaseOut(msgspec.Struct, frozen=True, kw_only=True):
    """Another case in which the same number was claimed."""

    id: UUID
    reference: str
    unit_id: UUID
    status: Status
    outcome: OutcomeField | None
    opened_at: datetime


class MatchesOut(msgspec.Struct, frozen=True, kw_only=True):
    """Evidence, and no decision; null where nothing was claimed that could be compared."""

    phone: PhoneMatchOut | None
    names: list[NameMatchOut]
    office: OfficeMatchOut | None
    other_cases: list[OtherCaseOut]


class ReporterOut(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach whoever reported a case; null when they did not say."""

    contact: str | None


class StandingOut(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a statement is genuine, and whether it still stands; what it says is told of a genuine one alone."""

    genuine: bool
    standing: Literal["stands", "replaced"] | None
    claims: dict[str, Any] | None
