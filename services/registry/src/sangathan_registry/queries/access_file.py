"""Everything that the registry holds about one person, by the records under which they are kept.

Call it within `beyond_scope`: what was merged into a record may stand elsewhere, and so may whoever looked.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_registry.queries.list_workers import COLUMNS
from sangathan_registry.store.grievances import COLUMNS as GRIEVANCE

_RECORDS: Final = f"""
SELECT {COLUMNS},
    (SELECT u.name_hi FROM unit_replica u WHERE u.unit_id = workers.unit_id) AS unit_hi,
    (SELECT u.name_en FROM unit_replica u WHERE u.unit_id = workers.unit_id) AS unit_en
FROM workers WHERE id = ANY($1) ORDER BY created_at, id
"""  # noqa: S608 - constants.
_PERSONS: Final = """
SELECT coalesce(array_agg(DISTINCT person_id), '{}') FROM workers WHERE id = ANY($1) AND person_id IS NOT NULL
"""
_CONSENTS: Final = """
SELECT worker_id, purpose, notice_version, language, how, given_at, taken_by, withdrawn_at, encode(hash, 'hex') AS hash,
    confirmed_at, confirmed_how
FROM consents WHERE worker_id = ANY($1) ORDER BY worker_id, purpose
"""
_ASKINGS: Final = """
SELECT worker_id, coalesce(was, state) AS state, asked_at, sent_at, sends FROM confirmations
WHERE worker_id = ANY($1) ORDER BY asked_at, worker_id
"""
_GRIEVANCES: Final = f"""
SELECT {GRIEVANCE} FROM grievances WHERE worker_id = ANY($1) ORDER BY opened_at, id
"""  # noqa: S608 - constants.
# What an erasure or a denial keeps out of sight, the record does not show either.
_CAPTURES: Final = """
SELECT c.record_id, d.name_hi, d.name_en, c.captured_at, c.received_at, c.serial,
    CASE WHEN w.status IN ('active', 'merged') THEN c.sealed END AS sealed
FROM captures c JOIN drives d ON d.id = c.drive_id JOIN workers w ON w.id = c.record_id
WHERE c.record_id = ANY($1) ORDER BY c.received_at, c.record_id
"""
_ANSWER_CHANGES: Final = """
SELECT r.record_id, r.at, r.office, CASE WHEN w.status IN ('active', 'merged') THEN r.before END AS before
FROM answer_revisions r JOIN workers w ON w.id = r.record_id WHERE r.record_id = ANY($1) ORDER BY r.id
"""
_RECEIPTS: Final = """
SELECT record_id, batch_id, received_at FROM receipts WHERE record_id = ANY($1) ORDER BY received_at, record_id
"""
_IMPORTS: Final = """
SELECT r.worker_id, r.import_id, r.outcome, i.basis, i.created_at, r.sealed FROM worker_import_rows r
JOIN worker_imports i ON i.id = r.import_id WHERE r.worker_id = ANY($1) ORDER BY i.created_at, r.line
"""
_PAIRS: Final = """
SELECT id, CASE WHEN one = ANY($1) THEN one ELSE other END AS worker_id, status, found_at, decided_at, undone_at
FROM duplicates WHERE one = ANY($1) OR other = ANY($1) ORDER BY found_at, id
"""
# Those about records of the person, and those about what the person captured as vistarak.
_FLAGS: Final = """
SELECT about, record_id, rule, day, seen, allowed, found_at, finding, reason, decided_at FROM drive_flags
WHERE record_id = ANY($1) OR (about = 'vistarak' AND subject_id = ANY($2)) ORDER BY found_at, id
"""
# As long as an erasure or a denial keeps a record out of sight, so it does what stood there before.
_CHANGES: Final = """
SELECT r.worker_id, r.version, r.at, r.act, r.office, r.note,
    CASE WHEN w.status IN ('active', 'merged') THEN r.before END AS before
FROM worker_revisions r JOIN workers w ON w.id = r.worker_id
WHERE r.worker_id = ANY($1) ORDER BY r.worker_id, r.version
"""
_CARDS: Final = """
SELECT id, worker_id, number, issued_at, expires_at, ended_at, end_reason FROM cards
WHERE worker_id = ANY($1) ORDER BY issued_at, id
"""
_TRANSFERS: Final = """
SELECT t.id, t.worker_id, f.name_hi AS from_hi, f.name_en AS from_en, g.name_hi AS to_hi, g.name_en AS to_en, t.cause,
    t.state, t.asked_office, t.asked_at, t.decided_office, t.decided_at
FROM transfers t JOIN unit_replica f ON f.unit_id = t.unit_id JOIN unit_replica g ON g.unit_id = t.to_unit_id
WHERE t.worker_id = ANY($1) ORDER BY t.id
"""
_PHOTOS: Final = """
SELECT worker_id, id, sealed, width, height, put_at FROM worker_photos WHERE worker_id = ANY($1) ORDER BY put_at, id
"""
_EVIDENCE: Final = """
SELECT worker_id, kind, id, sealed, width, height, put_at FROM consent_evidence
WHERE worker_id = ANY($1) AND NOT waiting ORDER BY put_at, id
"""
_OFFICES: Final = """
SELECT a.office, u.name_hi, u.name_en, a.valid_from, a.valid_to, a.ended_at
FROM appointment_replica a JOIN unit_replica u USING (unit_id) WHERE a.person_id = ANY($1)
ORDER BY a.valid_from, a.office
"""
# The newest first; who looked is said by office and unit, as the person may know it, and not by name.
_LOOKED: Final = """
SELECT e.at, e.action, e.office, u.name_hi, u.name_en, e.purpose, e.fields FROM audit_entries e
LEFT JOIN appointment_replica a ON a.appointment_id = e.appointment_id LEFT JOIN unit_replica u ON u.unit_id = a.unit_id
WHERE e.worker_id = ANY($1) OR e.subject_id = ANY($2) ORDER BY e.id DESC LIMIT 500
"""
_HELD: Final = """
SELECT record_id, outcome, reason, received_at, decision FROM rejected_records
WHERE record_id = ANY($1) ORDER BY received_at, id
"""

Rows = Sequence[asyncpg.Record]


async def everything_held(connection: Connection, record_ids: Sequence[UUID]) -> dict[str, Rows]:
    """The rows by what they are, of the records and of everybody by whom the person signs in."""
    by_record = {
        "records": _RECORDS,
        "consents": _CONSENTS,
        "askings": _ASKINGS,
        "grievances": _GRIEVANCES,
        "answers": _CAPTURES,
        "answer_changes": _ANSWER_CHANGES,
        "changes": _CHANGES,
        "receipts": _RECEIPTS,
        "imports": _IMPORTS,
        "held": _HELD,
        "pairs": _PAIRS,
        "cards": _CARDS,
        "transfers": _TRANSFERS,
        "photos": _PHOTOS,
        "consent_evidence": _EVIDENCE,
    }
    found: dict[str, Rows] = {
        name: await connection.fetch(statement, record_ids) for name, statement in by_record.items()
    }
    persons = await connection.fetchval(_PERSONS, record_ids)
    found["flags"] = await connection.fetch(_FLAGS, record_ids, persons)
    found["offices"] = await connection.fetch(_OFFICES, persons)
    found["looked"] = await connection.fetch(_LOOKED, record_ids, persons)
    return found
