"""What somebody answered in drives, by the records under which it was taken down, and how that was corrected.

It stays where it was captured when a worker goes elsewhere or is merged: call these within `beyond_scope`, for records
that the caller has found within the own scope.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from sangathan_chassis.connection import Connection
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.answers import AnswerRevision, AnswerSet
from sangathan_registry.store.answers import open_before
from sangathan_registry.store.sealed import open_content

_MOST: Final = 200
_SETS: Final = """
SELECT c.record_id, c.unit_id, c.path, coalesce(u.level, '') AS level, c.drive_id, d.name_hi, d.name_en,
    c.form_version_id, f.version, f.definition::text AS asked, c.captured_by, c.keyed_by, c.captured_at, c.received_at,
    c.sealed
FROM captures c JOIN drives d ON d.id = c.drive_id LEFT JOIN forms f ON f.id = c.form_version_id
LEFT JOIN unit_replica u ON u.unit_id = c.unit_id
WHERE c.record_id = ANY($1) ORDER BY c.received_at DESC, c.record_id
"""
_REVISIONS: Final = """
SELECT record_id, at, person_id, office, before FROM answer_revisions
WHERE record_id = ANY($1) ORDER BY id DESC LIMIT $2
"""


async def sets_of(connection: Connection, sealer: Sealer, record_ids: Sequence[UUID]) -> list[AnswerSet]:
    """What was answered under these records, the latest first."""
    return [_set(sealer, row) for row in await connection.fetch(_SETS, list(record_ids))]


async def revisions_of(connection: Connection, sealer: Sealer, record_ids: Sequence[UUID]) -> list[AnswerRevision]:
    """The latest 200 corrections, newest first."""
    return [
        AnswerRevision(
            record_id=row["record_id"],
            at=row["at"],
            person_id=row["person_id"],
            office=row["office"],
            before=open_before(sealer, row["before"]),
        )
        for row in await connection.fetch(_REVISIONS, list(record_ids), _MOST)
    ]


def replaced_answers(sealer: Sealer, before: bytes | None) -> dict[str, Any]:
    """What a correction replaced, in a row."""
    return open_before(sealer, before)


def _set(sealer: Sealer, row: asyncpg.Record) -> AnswerSet:
    content = msgspec.json.decode(open_content(sealer, row["sealed"]), type=dict[str, Any]) if row["sealed"] else {}
    return AnswerSet(
        record_id=row["record_id"],
        unit_id=row["unit_id"],
        path=row["path"],
        level=row["level"],
        drive_id=row["drive_id"],
        drive_names=(row["name_hi"], row["name_en"]),
        form_version_id=row["form_version_id"],
        form_version=row["version"],
        definition=msgspec.json.decode(row["asked"]) if row["asked"] else None,
        captured_by=row["captured_by"],
        keyed_by=row["keyed_by"],
        captured_at=row["captured_at"],
        received_at=row["received_at"],
        answers=content.get("answers") or {},
    )
