"""What was changed in a record, newest first."""

from uuid import UUID

import msgspec

from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import Scope
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.revisions import Act, Revision
from sangathan_registry.store.sealed import open_revision

_MOST = 200
_OF = """
SELECT version, at, act, person_id, office, left_unit_id, before, note FROM worker_revisions
WHERE worker_id = $1 AND path >= $2 AND path < $3 ORDER BY version DESC LIMIT $4
"""


async def history_of(connection: Connection, sealer: Sealer, scope: Scope, worker_id: UUID) -> list[Revision]:
    """The latest 200 changes."""
    rows = await connection.fetch(_OF, worker_id, scope.lo, scope.hi, _MOST)
    return [
        Revision(
            version=row["version"],
            at=row["at"],
            act=Act(row["act"]),
            person_id=row["person_id"],
            office=row["office"],
            left_unit_id=row["left_unit_id"],
            before=msgspec.json.decode(open_revision(sealer, row["before"])) if row["before"] else {},
            note=row["note"],
        )
        for row in rows
    ]
