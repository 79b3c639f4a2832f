"""The statements that write consents, one purpose at a time; an earlier artefact is kept when one is given anew."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from sangathan_chassis.database import Work
from sangathan_registry.domain.consent import Consent
from sangathan_registry.domain.worker import Worker

COLUMNS: Final = (
    "purpose, notice_version, language, how, given_at, taken_by, encode(hash, 'hex') AS hash, withdrawn_at,"
    " confirmed_at, confirmed_how"
)
# What was given stays as it was given, whoever gives it again; only what was taken back is given anew.
_GIVE: Final = """
INSERT INTO consents AS c (worker_id, purpose, path, notice_version, language, how, given_at, taken_by, hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (worker_id, purpose) DO UPDATE SET
    earlier = c.earlier || jsonb_build_array(to_jsonb(c) - 'earlier' - 'worker_id' - 'path'),
    notice_version = EXCLUDED.notice_version, language = EXCLUDED.language, how = EXCLUDED.how,
    given_at = EXCLUDED.given_at, taken_by = EXCLUDED.taken_by, hash = EXCLUDED.hash, withdrawn_at = NULL,
    confirmed_at = NULL, confirmed_how = NULL
WHERE c.withdrawn_at IS NOT NULL
RETURNING worker_id
"""
_WITHDRAW: Final = """
UPDATE consents SET withdrawn_at = $3
WHERE worker_id = $1 AND purpose = $2 AND withdrawn_at IS NULL AND path >= $4 AND path < $5 RETURNING worker_id
"""


@dataclass(frozen=True, slots=True)
class Given:
    """Whose consent is given, and which."""

    worker: Worker
    consent: Consent


async def give(work: Work, given: Given) -> bool:
    """Keeps the artefact; False when the purpose is agreed to already."""
    worker, consent = given.worker, given.consent
    written = await work.raw.fetchval(
        _GIVE,
        worker.id,
        consent.purpose,
        worker.path,
        consent.notice_version,
        consent.language,
        consent.how,
        consent.given_at,
        consent.taken_by,
        consent.artefact_hash(worker.id),
    )
    return written is not None


async def withdraw(work: Work, worker_id: UUID, purpose: str, at: datetime) -> bool:
    """Marks the artefact as taken back; False when there is none to take back."""
    written = await work.raw.fetchval(_WITHDRAW, worker_id, purpose, at, work.scope.lo, work.scope.hi)
    return written is not None


async def of_worker(work: Work, worker_id: UUID) -> list[asyncpg.Record]:
    """The worker's artefacts, as far as the scope reaches."""
    return list(
        await work.raw.fetch(
            f"SELECT {COLUMNS} FROM consents WHERE worker_id = $1 AND path >= $2 AND path < $3 ORDER BY purpose",  # noqa: S608
            worker_id,
            work.scope.lo,
            work.scope.hi,
        )
    )
