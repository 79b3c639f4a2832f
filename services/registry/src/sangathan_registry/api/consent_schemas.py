"""What the routes of notices and consents take and give."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from sangathan_registry.api.schemas import In, Moment
from sangathan_registry.domain.particulars import ACCEPTED

Code = Annotated[str, Meta(min_length=2, max_length=40)]


class PurposeOut(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that somebody may agree to, in the words of the notice."""

    code: str
    title: str
    data: list[str]
    why: str
    kept: str


class NoticeOut(msgspec.Struct, frozen=True, kw_only=True):
    """One version in one language; ``sha256`` is that of its file."""

    version: str
    language: str
    title: str
    intro: str
    purposes: list[PurposeOut]
    rights: list[str]
    complaints: str
    sha256: str


class NoticesOut(msgspec.Struct, frozen=True, kw_only=True):
    """The notices asked for; ``current`` is the version to show to whoever agrees now."""

    current: str
    items: list[NoticeOut]


class AgreedIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A consent to one purpose of a notice."""

    purpose: Annotated[Code, Meta(description=ACCEPTED["consent/purpose"], examples=["contact"])]
    notice_version: Annotated[
        str, Meta(description=ACCEPTED["consent/notice_version"], examples=["1"], min_length=1, max_length=20)
    ]
    language: Annotated[
        str, Meta(description=ACCEPTED["consent/language"], examples=["hi"], min_length=2, max_length=3)
    ]
    how: Annotated[Literal["written", "spoken", "code"], Meta(description=ACCEPTED["consent/how"])]
    given_at: Annotated[Moment, Meta(description=ACCEPTED["consent/given_at"], examples=["2022-01-20T09:00:00+05:30"])]


class PurposeConsentIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To what somebody has agreed."""

    consent: Annotated[AgreedIn, Meta(description=ACCEPTED["consent"])]


class TakingBackIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which consent is taken back."""

    purpose_code: Annotated[Code, Meta(description=ACCEPTED["purpose_code"], examples=["contact"])]


class ConsentOut(msgspec.Struct, frozen=True, kw_only=True):
    """A consent artefact; ``hash`` covers all that was given, so that a later change to it shows.

    ``confirmed_at`` and ``confirmed_how`` are null until its person has confirmed it.
    """

    purpose: str
    notice_version: str
    language: str
    how: str
    given_at: datetime
    taken_by: UUID | None
    hash: Annotated[str, Meta(description="SHA-256 in hex.")]
    withdrawn_at: datetime | None
    confirmed_at: datetime | None
    confirmed_how: Literal["code", "signed-in"] | None


class ConsentsOut(msgspec.Struct, frozen=True, kw_only=True):
    """All artefacts, by purpose."""

    items: list[ConsentOut]
