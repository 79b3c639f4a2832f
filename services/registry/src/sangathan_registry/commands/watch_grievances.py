"""The job that watches the clock: reminds those who are to answer, and passes what is overdue to the unit above."""

import asyncio
from typing import Final

from sangathan_chassis.audit import Entry, append
from sangathan_chassis.database import Database, Work
from sangathan_chassis.scope import Scope
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.registry import GrievanceDue
from sangathan_hierarchy.ddl import TREE_LOCK
from sangathan_registry.domain.grievances import Grievance, Stage, clock
from sangathan_registry.domain.worker import Place, UnitId
from sangathan_registry.queries.grievances import office_above
from sangathan_registry.store import grievances

ESCALATED: Final = "grievance.escalate"
_EVERY_S: Final = 60.0
_AT_ONCE: Final = 100


async def keep_watching(database: Database, sealer: Sealer) -> None:
    """Looks once a minute; whatever fails is tried again by whoever keeps background jobs running."""
    while True:
        await asyncio.sleep(_EVERY_S)
        while await watch_some(database, sealer) == _AT_ONCE:
            pass


async def watch_some(database: Database, sealer: Sealer) -> int:
    """Looks at up to a hundred that are due; gives how many."""
    async with database.work(Scope.everything()) as work:
        if not await work.raw.fetchval("SELECT pg_try_advisory_xact_lock_shared($1)", TREE_LOCK):
            return 0
        found = await grievances.due(work, sealer, _AT_ONCE)
        for grievance in found:
            await _look(work, grievance)
    return len(found)


async def _look(work: Work, grievance: Grievance) -> None:
    again = clock().next_look(grievance.due_at, work.now)
    here = Place(UnitId(grievance.unit_id), grievance.path, closed=False)
    if work.now < grievance.due_at:
        await grievances.look_again(work, grievance.id, again)
        _remind(work, grievance, Stage.DUE_SOON, here)
        return
    above = await office_above(work.raw, grievance.unit_id)
    if above.unit_id == grievance.unit_id:
        await grievances.look_again(work, grievance.id, again)
        _remind(work, grievance, Stage.OVERDUE, here)
        return
    await grievances.escalate(work, grievance.id, (above.unit_id, above.path), again)
    detail = {"reference": grievance.reference, "from": str(grievance.unit_id)}
    await append(work, Entry(ESCALATED, "done", path=above.path, unit_id=above.unit_id, detail=detail))
    _remind(work, grievance, Stage.ESCALATED, above)


def _remind(work: Work, grievance: Grievance, stage: Stage, at: Place) -> None:
    event = GrievanceDue(
        grievance_id=grievance.id,
        unit_id=at.unit_id,
        kind=grievance.kind,
        stage=stage.value,
        due_at=grievance.due_at,
        mark=int(work.now.timestamp()),
    )
    work.publish(event, path=at.path)
