"""Cases: somebody is said to pass as one of ours. People look and decide; the software shows what it finds.

A case is opened, looked at, and decided; a decision can be replaced by a later one, so that whoever was taken for an
impostor wrongly can clear their name.
"""

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sangathan_chassis.refusal import INVALID_INPUT, Pointer, Refusal
from sangathan_registry.domain.particulars import fault
from sangathan_registry.domain.refusals import CASE_NOT_LOOKED_AT, CASE_OVER

# Crockford's alphabet: none of its signs is taken for another when it is read out or copied by hand.
_SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TEXT: Final = re.compile(r"[^\x00-\x1f\x7f]+")
_LINES: Final = re.compile(r"[^\x00-\x09\x0b-\x1f\x7f]+")
SAME_NAME: Final = 0.94
"""From this likeness on, a name on record is taken for the claimed one where a statement says that nobody has it."""


class CaseStatus(StrEnum):
    """How far a case has come."""

    OPENED = "opened"
    LOOKED_AT = "looked-at"
    DECIDED = "decided"


class Outcome(StrEnum):
    """What people decided about the claim."""

    IMPOSTOR = "impostor"
    ONE_OF_OURS = "one-of-ours"
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"


class StepKind(StrEnum):
    """What somebody did in a case."""

    OPENED = "opened"
    LOOKED_AT = "looked-at"
    PASSED_ON = "passed-on"
    EVIDENCE_ADDED = "evidence-added"
    DECIDED = "decided"


class StatementKind(StrEnum):
    """What a signed statement says."""

    NOT_ON_RECORD = "not-on-record"
    ON_RECORD = "on-record"


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody said of themselves, and what happened; the phone in E.164 where it reads as an Indian mobile."""

    name: str | None
    phone: str | None
    office: str | None
    place: str | None
    what: str


@dataclass(frozen=True, slots=True)
class Case:
    """A case as its row has it; without a claim once it has been forgotten."""

    id: UUID
    reference: str
    unit_id: UUID
    path: str
    source: str
    status: CaseStatus
    outcome: Outcome | None
    claim: Claim | None
    phone_index: bytes | None
    happened_on: date | None
    worker_id: UUID | None
    opened_by: UUID | None
    opened_at: datetime
    changed_at: datetime
    decided_at: datetime | None
    version: int

    @property
    def told(self) -> Claim:
        """What was claimed; refuses when nothing of it is kept any more."""
        if self.claim is None:
            raise Refusal(CASE_OVER, "What was claimed is no longer kept.")
        return self.claim


@dataclass(frozen=True, slots=True)
class Facts:
    """What the records say on the day; None where nothing was claimed to compare."""

    phone_on_record: bool | None
    name_at_unit: bool | None
    office_held: bool | None

    @property
    def nothing_found(self) -> bool:
        """Whether it can be signed that the claimed person is not on record.

        A phone tells people apart over the whole record, a name only within one unit: so a claimed phone decides, and
        a name does where no phone is known. Whoever holds the claimed office by that name is never denied.
        """
        if self.office_held:
            return False
        return self.phone_on_record is False if self.phone_on_record is not None else self.name_at_unit is False


def new_reference() -> str:
    """A number to quote, that nobody can guess: ten signs in two groups."""
    signs = "".join(secrets.choice(_SIGNS) for _ in range(10))
    return f"{signs[:5]}-{signs[5:]}"


def clean_text(sent: str | None, field: str, faults: list[Pointer], *, lines: bool = False) -> str | None:
    """The text in NFC and without blanks around it; adds a fault for signs that no text has."""
    if sent is None:
        return None
    text = unicodedata.normalize("NFC", sent).replace("\r\n", "\n").strip()
    if (_LINES if lines else _TEXT).fullmatch(text) is None:
        faults.append(fault(field))
    return text


def require_something_claimed(claim: Claim, faults: list[Pointer]) -> None:
    """A claim names at least a person, a number or an office."""
    if claim.name is None and claim.phone is None and claim.office is None:
        faults.append(Pointer("/claim", "a name, a phone, an office, or several of these"))


def refuse_step(case: Case, kind: StepKind) -> None:
    """Raises when the case cannot take this step now."""
    if case.status is CaseStatus.DECIDED:
        raise Refusal(CASE_OVER, "It has been decided; another decision replaces that one.")
    if kind is StepKind.LOOKED_AT and case.status is CaseStatus.LOOKED_AT:
        raise Refusal(CASE_OVER, "It has been looked at.")


def refuse_decision(case: Case, outcome: Outcome, worker_id: UUID | None) -> None:
    """Raises when the case cannot be decided like this now."""
    if case.status is CaseStatus.OPENED:
        raise Refusal(CASE_NOT_LOOKED_AT, "Take the step looked-at first.")
    if (outcome is Outcome.ONE_OF_OURS) != (worker_id is not None):
        wanted = Pointer("/worker_id", "the id of the worker with one-of-ours; null with anything else")
        raise Refusal(INVALID_INPUT, "Each error names the place and what would be accepted.", errors=[wanted])


def masked_phone(phone: str | None) -> str | None:
    """The number with all but its last four digits hidden, for a paper that is handed on."""
    return None if phone is None else "*" * max(0, len(phone) - 4) + phone[-4:]
