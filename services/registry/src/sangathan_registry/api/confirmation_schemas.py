"""What the routes of confirmations take and give."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from sangathan_registry.api.card_schemas import NamesOut
from sangathan_registry.api.consent_schemas import Code as PurposeCode
from sangathan_registry.api.consent_schemas import NoticeOut
from sangathan_registry.api.schemas import In, Phone
from sangathan_registry.domain.particulars import ACCEPTED


def _takes(field: str, example: Any = None, **more: Any) -> Meta:
    return Meta(description=ACCEPTED[field], examples=None if example is None else [example], **more)


_HELD_BACK = "Codes that people asked for today and that did not go out, because the day's were used up."
State = Literal["waiting", "sent", "unreached", "confirmed", "denied"]
Link = Annotated[str, Meta(min_length=8, max_length=60)]
LinkField = Annotated[Link | None, _takes("link", "sgk_0123456789abcdefghijkl")]
PhoneField = Annotated[Phone | None, _takes("confirmation/phone", "+916000000001")]
Digits = Annotated[str, _takes("code", "123456", min_length=6, max_length=12)]
LanguageField = Annotated[
    Annotated[str, Meta(min_length=2, max_length=3)] | None, _takes("confirmation/language", "hi")
]


class CodeWantedIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a code is to go: a number, or the link of an earlier message."""

    phone: PhoneField = None
    link: LinkField = None


class CodeWantedOut(msgspec.Struct, frozen=True, kw_only=True):
    """The same for every number: if it is on record, a code comes to it within a minute."""

    good_for_s: int


class ConfirmationIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code with the link or number that it came to; with ``confirmed`` false it is only shown what is meant."""

    phone: PhoneField = None
    link: LinkField = None
    code: Digits
    confirmed: Annotated[bool, _takes("confirmed")] = False
    purposes: Annotated[Annotated[list[PurposeCode], Meta(max_length=20)] | None, _takes("purposes")] = None
    language: LanguageField = None


class AgreedOut(msgspec.Struct, frozen=True, kw_only=True):
    """One purpose that is said to have been agreed to; ``confirmed_at`` is null until its person says so."""

    purpose: str
    notice_version: str
    language: str
    how: str
    given_at: datetime
    confirmed_at: datetime | None


class ConfirmationOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a record says somebody agreed to: the name masked, the unit, and the notice to read before confirming."""

    name: NamesOut
    unit: NamesOut
    recorded_at: datetime
    confirmed: bool
    agreed: list[AgreedOut]
    notice: NoticeOut | None
    newer: Annotated[NoticeOut | None, Meta(description="The notice in force, where it is another one.")]


class UnconfirmedOut(msgspec.Struct, frozen=True, kw_only=True):
    """A record whose person has not confirmed: how far the asking has come, and why they were not reached."""

    worker_id: UUID
    unit_id: UUID
    captured_by: UUID | None
    state: State
    reason: Literal["no-phone", "refused", "not-taken"] | None
    asked_at: datetime
    sent_at: datetime | None
    sends: int


class UnconfirmedPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page, by place; ``next`` is null on the last."""

    items: list[UnconfirmedOut]
    next: str | None


class RenoticeOut(msgspec.Struct, frozen=True, kw_only=True):
    """A record whose person is to be told of a version of the notice by ``due_at``, and why they were not reached."""

    worker_id: UUID
    unit_id: UUID
    version: str
    state: Literal["waiting", "sent", "unreached"]
    reason: Literal["no-phone", "refused", "not-taken"] | None
    due_at: datetime
    sent_at: datetime | None
    sends: int


class RenoticePage(msgspec.Struct, frozen=True, kw_only=True):
    """One page, by place; ``next`` is null on the last."""

    items: list[RenoticeOut]
    next: str | None


class ConfirmedCountOut(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's records by how far the asking has come; the unit and all below it."""

    unit_id: UUID
    level: str
    name_hi: str
    name_en: str
    waiting: int
    sent: int
    unreached: int
    confirmed: int
    denied: int
    codes_held_back_today: Annotated[int, Meta(description=_HELD_BACK, examples=[0])]
    codes_held_back_yesterday: Annotated[int, Meta(description="The same of the day before.", examples=[12])]


class ConfirmedCountsOut(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's numbers, and those of each unit right below it."""

    unit: ConfirmedCountOut
    children: list[ConfirmedCountOut]
