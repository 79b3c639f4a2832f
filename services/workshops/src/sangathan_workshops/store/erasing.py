"""The statements that remove a person's invitations; the counts of the units called stay what their rows are."""

from typing import Final
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_hierarchy.ddl import TREE_LOCK

_LOCK: Final = """
SELECT a.unit_id FROM allocations a JOIN invitations i ON i.round_id = a.round_id AND i.unit_id = a.unit_id
WHERE i.person_id = $1 ORDER BY a.unit_id FOR UPDATE OF a
"""
_ATTENDANCES: Final = """
DELETE FROM attendances WHERE invitation_id IN (SELECT id FROM invitations WHERE person_id = $1)
"""
_INVITATIONS: Final = """
WITH gone AS (DELETE FROM invitations WHERE person_id = $1 RETURNING round_id, unit_id, answer, attended_at),
counted AS (
    SELECT round_id, unit_id, count(*) AS invited, count(*) FILTER (WHERE answer = 'accepted') AS accepted,
        count(*) FILTER (WHERE answer = 'declined') AS declined, count(attended_at) AS attended
    FROM gone GROUP BY round_id, unit_id
), fewer AS (
    UPDATE allocations a SET invited = a.invited - c.invited, accepted = a.accepted - c.accepted,
        declined = a.declined - c.declined, attended = a.attended - c.attended
    FROM counted c WHERE a.round_id = c.round_id AND a.unit_id = c.unit_id
)
SELECT count(*) FROM gone
"""


async def erase_invitations(work: Work, person_id: UUID) -> dict[str, int]:
    """Removes them; gives how many rows went, by table."""
    await work.raw.execute("SELECT pg_advisory_xact_lock_shared($1)", TREE_LOCK)
    await work.raw.fetch(_LOCK, person_id)
    attendances = int((await work.raw.execute(_ATTENDANCES, person_id)).split()[-1])
    invitations = int(await work.raw.fetchval(_INVITATIONS, person_id))
    return {table: n for table, n in (("attendances", attendances), ("invitations", invitations)) if n}
