"""The statements that remove a person's messages, within that person's own rows."""

from typing import Final
from uuid import UUID

from sangathan_chassis.database import Work

_GONE: Final = {
    "delivery_states": """
        DELETE FROM delivery_states WHERE delivery_id IN (SELECT id FROM deliveries WHERE person_id = $1)
    """,
    "deliveries": "DELETE FROM deliveries WHERE person_id = $1",
    "inbox_messages": "DELETE FROM inbox_messages WHERE recipient_id = $1",
}


async def erase_messages(work: Work, person_id: UUID) -> dict[str, int]:
    """Removes them, and keeps that the person is to be told nothing more; gives how many rows went, by table."""
    await work.raw.execute("INSERT INTO erased_persons VALUES ($1) ON CONFLICT DO NOTHING", person_id)
    done = {table: await work.raw.execute(statement, person_id) for table, statement in _GONE.items()}
    counts = {table: int(status.split()[-1]) for table, status in done.items()}
    return {table: count for table, count in counts.items() if count}


async def is_erased(work: Work, person_id: UUID) -> bool:
    """Whether nothing may be told to them: what was on its way when they were erased arrives later."""
    return bool(await work.raw.fetchval("SELECT EXISTS (SELECT FROM erased_persons WHERE person_id = $1)", person_id))
