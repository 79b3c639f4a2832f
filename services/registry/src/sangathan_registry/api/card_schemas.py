"""What the routes of membership cards take and give."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from sangathan_registry.api.schemas import In
from sangathan_registry.domain.particulars import ACCEPTED

_EXAMPLE: Final = "SGC1:RRQT 9GO0:$N3Y3RT5WVD+D5XEDGWCN8EYED"
Why = Annotated[str, Meta(description=ACCEPTED["why"], examples=["First card"], min_length=5, max_length=300)]
Code = Annotated[str, Meta(description=ACCEPTED["qr"], examples=[_EXAMPLE], min_length=1, max_length=1000)]
Verdict = Literal["valid", "revoked", "expired", "not-yet-valid", "unknown-key", "forged", "not-a-card"]


class CardIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a card is issued."""

    why: Why


class CardEndingIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a card ends."""

    why: Why


class CardOut(msgspec.Struct, frozen=True, kw_only=True):
    """One card of a worker; of a withdrawn worker's the number is gone."""

    id: UUID
    worker_id: UUID
    number: str | None
    status: Literal["good", "expired", "ended"]
    issued_by: UUID
    issued_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    end_reason: Literal["reissued", "ended", "withdrawn", "merged", "merge-undone"] | None


class CardsOut(msgspec.Struct, frozen=True, kw_only=True):
    """A worker's cards, newest first; at most one of them is good."""

    items: list[CardOut]


class CardVerificationIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The code that somebody shows."""

    qr: Code


class NamesOut(msgspec.Struct, frozen=True, kw_only=True):
    """A name in both languages."""

    hi: str
    en: str


class OfficeHeldOut(msgspec.Struct, frozen=True, kw_only=True):
    """An office held today, and its unit."""

    office: NamesOut
    unit: NamesOut


class CardVerificationOut(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the card is good today. The name, with all but its beginnings hidden, the unit and the offices of today
    are told of a good card alone."""

    verdict: Verdict
    name: NamesOut | None
    unit: NamesOut | None
    offices: list[OfficeHeldOut]
    expires_at: datetime | None
    checked_at: datetime
