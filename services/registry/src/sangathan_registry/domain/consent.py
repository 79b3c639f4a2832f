"""The consent artefact: who agreed to what, when, how, in which language, on which notice, taken by whom.

Nobody is recorded without one (Digital Personal Data Protection Act 2023, sections 5 and 6).
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol
from uuid import UUID

from sangathan_chassis.refusal import Pointer
from sangathan_registry.domain.particulars import fault, is_timely

MEMBERSHIP: Final = "membership"
NOTICE_OF_IMPORT: Final = "1"
_VERSION: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{0,19}")
_LANGUAGE: Final = re.compile("[a-z]{2,3}")


class SentConsent(Protocol):
    """A consent as it was sent: right in type, not yet in content."""

    @property
    def purpose(self) -> str: ...  # noqa: D102

    @property
    def notice_version(self) -> str: ...  # noqa: D102

    @property
    def language(self) -> str: ...  # noqa: D102

    @property
    def how(self) -> str: ...  # noqa: D102

    @property
    def given_at(self) -> datetime: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent that was given."""

    purpose: str
    notice_version: str
    language: str
    how: str
    given_at: datetime
    taken_by: UUID | None

    def artefact_hash(self, worker_id: UUID) -> bytes:
        """SHA-256 over every part, so that a later change to the row shows; it holds ids and no personal data."""
        given = self.given_at.astimezone(UTC).isoformat()
        parts = (worker_id, self.purpose, self.notice_version, self.language, self.how, given)
        return hashlib.sha256("\n".join([*map(str, parts), str(self.taken_by or "")]).encode()).digest()


def examine_consent(sent: SentConsent, *, now: datetime, taken_by: UUID | None, faults: list[Pointer]) -> Consent:
    """The consent; adds to ``faults`` what cannot be accepted."""
    if _VERSION.fullmatch(sent.notice_version) is None:
        faults.append(fault("consent/notice_version"))
    if _LANGUAGE.fullmatch(sent.language) is None:
        faults.append(fault("consent/language"))
    if not is_timely(sent.given_at, now):
        faults.append(fault("consent/given_at"))
    return Consent(sent.purpose, sent.notice_version, sent.language, sent.how, sent.given_at, taken_by)
