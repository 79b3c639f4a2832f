"""Pairs of records that may tell of one person, and what is decided about them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from sangathan_registry.api.schemas import EvidenceOut, In, WholeWorkerOut
from sangathan_registry.domain.particulars import ACCEPTED


class DuplicateOut(msgspec.Struct, frozen=True, kw_only=True):
    """Two records that may tell of one person, with what speaks for it; ``kept`` is set once they are merged."""

    id: UUID
    status: Literal["open", "merged", "different"]
    one: WholeWorkerOut
    other: WholeWorkerOut
    evidence: EvidenceOut
    found_at: datetime
    kept: UUID | None
    decided_by: UUID | None
    decided_at: datetime | None
    undone_by: UUID | None
    undone_at: datetime | None


class DuplicatePage(msgspec.Struct, frozen=True, kw_only=True):
    """One page; ``next`` is null on the last."""

    items: list[DuplicateOut]
    next: str | None


class DuplicateDecisionIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which of the two records is kept; null says that they tell of two people."""

    keep: Annotated[UUID | None, Meta(description=ACCEPTED["keep"], examples=["0190d2f0-6c1e-7000-8000-000000000061"])]


class UndoingIn(In, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a merge is undone."""

    reason: Annotated[
        str,
        Meta(description=ACCEPTED["undoing/reason"], examples=["They are brothers"], min_length=5, max_length=300),
    ]
