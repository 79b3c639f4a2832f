"""What the routes of grievances take and give."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from sangathan_registry.api.confirmation_schemas import LinkField, PhoneField
from sangathan_registry.api.schemas import In
from sangathan_registry.domain.particulars import ACCEPTED


def _takes(field: str, example: Any = None, **more: Any) -> Meta:
    return Meta(description=ACCEPTED[field], examples=None if example is None else [example], **more)


Filable = Literal["access", "correction", "erasure", "consent", "other"]
Kind = Literal["access", "correction", "erasure", "consent", "other", "not-me"]
Source = Literal["signed-in", "link", "code", "office"]
Status = Literal["open", "answered"]
Found = Literal["wrong-number", "theirs", "erased"]
KindField = Annotated[Filable, _takes("kind")]
Text = Annotated[str, _takes("told", "My father's name is spelt wrongly on my record", min_length=5, max_length=2000)]
CodeField = Annotated[Annotated[str, Meta(min_length=6, max_length=12)] | None, _takes("grievance/code", "123456")]
Reply = Annotated[str, Meta(min_length=2, max_length=2000)]


class OwnGrievanceIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody who is signed in asks or complains of."""

    kind: KindField
    told: Text


class GrievanceIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same without an account: by the link of a message, or a number with the code that came to it."""

    kind: KindField
    told: Text
    phone: PhoneField = None
    link: LinkField = None
    code: CodeField = None


class DenialIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """ "This is not me": by the link of a message alone, or a number with the code that came to it."""

    phone: PhoneField = None
    link: LinkField = None
    code: CodeField = None


class FiledOut(msgspec.Struct, frozen=True, kw_only=True):
    """The number to quote and the secret to read the answer by, which is told only once; and by when there is one."""

    reference: str
    secret: str | None
    due_at: datetime


class GrievanceStateIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A grievance's number and its secret."""

    reference: Annotated[str, _takes("reference", "7Q2RM-4XK9D", min_length=5, max_length=20)]
    secret: Annotated[str, _takes("secret", "9ZK4T0QW2B", min_length=5, max_length=20)]


class AnswerOut(msgspec.Struct, frozen=True, kw_only=True):
    """An answer in either language; null in the other."""

    hi: str | None
    en: str | None


class GrievanceStateOut(msgspec.Struct, frozen=True, kw_only=True):
    """How far a grievance has come, for whoever filed it."""

    reference: str
    kind: Kind
    status: Status
    outcome: Found | None
    opened_at: datetime
    due_at: datetime
    overdue: bool
    answered_at: datetime | None
    answer: AnswerOut | None


class OwnGrievancesOut(msgspec.Struct, frozen=True, kw_only=True):
    """The own grievances, the newest first."""

    items: list[GrievanceStateOut]


class GrievanceLineOut(msgspec.Struct, frozen=True, kw_only=True):
    """A grievance as a list shows it: nothing of what was told, nor by whom."""

    id: UUID
    reference: str
    unit_id: UUID
    kind: Kind
    source: Source
    status: Status
    outcome: Found | None
    opened_at: datetime
    due_at: datetime
    escalations: int
    answered_at: datetime | None


class GrievancePage(msgspec.Struct, frozen=True, kw_only=True):
    """One page, those that are due first at the top; ``next`` is null on the last."""

    items: list[GrievanceLineOut]
    next: str | None


class GrievanceOut(msgspec.Struct, frozen=True, kw_only=True):
    """A grievance with what was told and answered, and the record of whom it is about."""

    id: UUID
    reference: str
    unit_id: UUID
    kind: Kind
    source: Source
    status: Status
    outcome: Found | None
    worker_id: UUID
    told: str | None
    answer: AnswerOut | None
    opened_at: datetime
    due_at: datetime
    escalations: int
    answered_at: datetime | None
    answered_by: UUID | None


class BothIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An answer in Hindi, in English, or in both."""

    hi: Annotated[Reply | None, _takes("reply/hi", "आपका अभिलेख सुधार दिया गया है")] = None
    en: Annotated[Reply | None, _takes("reply/en", "Your record has been corrected")] = None


class GrievanceAnswerIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The answer, and for "this is not me" what was found."""

    reply: Annotated[BothIn, _takes("reply")]
    found: Annotated[Found | None, _takes("found")] = None


class GrievanceCountOut(msgspec.Struct, frozen=True, kw_only=True):
    """How many grievances of a unit and all below it are open, and how many of them overdue."""

    unit_id: UUID
    level: str
    name_hi: str
    name_en: str
    open: int
    overdue: int


class GrievanceCountsOut(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's numbers, and those of each unit right below it."""

    unit: GrievanceCountOut
    children: list[GrievanceCountOut]
