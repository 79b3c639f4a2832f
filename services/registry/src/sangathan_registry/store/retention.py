"""The statements that apply retention rules: each takes up to so many rows that have grown old, and says how many.

A test holds them against the file of rules: no rule without its statement, no statement without its rule.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from sangathan_chassis.database import Work

# The fingerprint of a held record stays: by it a dismissed one is known that comes again.
OLD: Final = {
    "held-records": """
        UPDATE rejected_records SET body = '' WHERE id IN (SELECT id FROM rejected_records
            WHERE decided_at < $1 AND body <> '' LIMIT $2)
    """,
    "flag-reasons": """
        UPDATE drive_flags SET reason = NULL WHERE id IN (SELECT id FROM drive_flags
            WHERE decided_at < $1 AND reason IS NOT NULL LIMIT $2)
    """,
    "paces": """
        DELETE FROM drive_paces WHERE (drive_id, rule, subject, slot) IN (SELECT p.drive_id, p.rule, p.subject, p.slot
            FROM drive_paces p JOIN drives d ON d.id = p.drive_id WHERE d.grace_until < $1 LIMIT $2)
    """,
    "questions": """
        DELETE FROM question_tallies WHERE (person_id, day) IN (SELECT person_id, day FROM question_tallies
            WHERE day < ($1 AT TIME ZONE 'UTC')::date LIMIT $2)
    """,
    "assignments": """
        DELETE FROM assignments WHERE id IN (SELECT id FROM assignments WHERE valid_to < $1 LIMIT $2)
    """,
    "consent-evidence": """
        DELETE FROM consent_evidence WHERE id IN (SELECT id FROM consent_evidence
            WHERE waiting AND put_at < $1 LIMIT $2)
    """,
    "grievances": """
        UPDATE grievances SET told = NULL, answer = NULL WHERE id IN (SELECT id FROM grievances
            WHERE answered_at < $1 AND num_nonnulls(told, answer) > 0 LIMIT $2)
    """,
    "openings": """
        UPDATE break_glass_openings SET reason = '', note = NULL WHERE id IN (SELECT id FROM break_glass_openings
            WHERE expires_at < $1 AND (reason <> '' OR note IS NOT NULL) LIMIT $2)
    """,
}
_LOCATED: Final = """
SELECT c.record_id, c.sealed FROM captures c JOIN drives d ON d.id = c.drive_id
WHERE c.located AND d.ends_at < $1 LIMIT $2 FOR UPDATE OF c
"""
_RESEALED: Final = """
UPDATE captures c SET sealed = s.sealed, located = false FROM unnest($1::uuid[], $2::bytea[]) AS s (record_id, sealed)
WHERE c.record_id = s.record_id
"""


async def apply(work: Work, code: str, before: datetime, most: int) -> int:
    """Applies the rule to up to so many rows that are older; gives how many they were."""
    return int((await work.raw.execute(OLD[code], before, most)).split()[-1])


async def located(work: Work, before: datetime, most: int) -> Sequence[asyncpg.Record]:
    """Captures with a place of drives that ended before then, locked."""
    return await work.raw.fetch(_LOCATED, before, most)


async def reseal(work: Work, contents: Sequence[tuple[UUID, bytes | None]]) -> None:
    """Keeps what is left of captures without their places."""
    await work.raw.execute(_RESEALED, *map(list, zip(*contents, strict=True)))


async def begin(work: Work, day: date) -> bool:
    """Whether nobody has applied the rules on this day; from now on somebody has."""
    begun = "INSERT INTO retention_runs (day, begun_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING true"
    return bool(await work.raw.fetchval(begun, day, work.now))


async def top(work: Work) -> tuple[UUID | None, str]:
    """The topmost unit, on whose trail it stands, with its path."""
    row = await work.raw.fetchrow("SELECT unit_id, path FROM unit_replica ORDER BY length(path), path LIMIT 1")
    return (row["unit_id"], row["path"]) if row else (None, "")
