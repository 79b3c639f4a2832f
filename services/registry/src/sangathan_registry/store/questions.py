"""Counts how often a person asks, in the database, so that neither a restart nor a second process forgets."""

from sangathan_chassis.database import Work

_COUNT = """
INSERT INTO question_tallies AS t (person_id, day, asked) VALUES ($1, $2, 1)
ON CONFLICT (person_id, day) DO UPDATE SET asked = t.asked + 1 RETURNING asked
"""


async def count_question(work: Work) -> int:
    """Counts one more question of this work's person today (UTC); gives how many that makes."""
    return int(await work.raw.fetchval(_COUNT, work.scope.person, work.now.date()))
