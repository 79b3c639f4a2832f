"""``/v1/drives/{drive_id}/coverage``: the numbers of a dashboard, day by day."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.refusal import INVALID_INPUT, Pointer, Refusal
from sangathan_chassis.replies import json_reply
from sangathan_registry.api.coverage_schemas import CoverageDayOut, CoverageOut, CoverageUnitOut
from sangathan_registry.api.described import described
from sangathan_registry.api.drives import UnitParam
from sangathan_registry.api.parts import LookDep
from sangathan_registry.domain.drive import NO_DAY, day_of
from sangathan_registry.queries.coverage import coverage as query
from sangathan_registry.queries.drives import get_drive

router = edge_router(tags=["drives"])
MOST_DAYS: Final = 92
_OF_UNIT: Final = ("unit_id", "level", "name_hi", "name_en", "closed")
_OF_DAY: Final = ("accepted", "begun", "finished", "rejected", "waiting", "flagged", "settled")


@router.get("/v1/drives/{drive_id}/coverage", **described("drive.progress", reply=CoverageOut, refusals=(404,)))
async def read_coverage(  # noqa: PLR0917 - FastAPI reads filters from the signature.
    drive_id: UUID,
    look: LookDep,
    unit_id: UnitParam,
    from_: Annotated[date | None, Query(alias="from", description="The first day; the drive's first.")] = None,
    to: Annotated[date | None, Query(description="The last day, at most 92 days in all.")] = None,
) -> Response:
    """Read a drive's booths begun and finished, records, vistaraks at work, and flags, day by day and unit by unit."""
    drive = await get_drive(look.read, drive_id)
    first = from_ or day_of(drive.starts_at)
    last = to or min(first, date.max - timedelta(days=MOST_DAYS)) + timedelta(days=MOST_DAYS - 1)
    if first == NO_DAY or not 0 <= (last - first).days < MOST_DAYS:
        wanted = Pointer("#query/to", f"a day not before from, and at most {MOST_DAYS} days in all")
        raise Refusal(INVALID_INPUT, "Each error names the place and what would be accepted.", errors=[wanted])
    rows = await query(look.read, look.caller.scope, drive_id, unit_id, days=(first, last))
    per_unit: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        per_unit[row["unit_id"]].append(row)
    own = _unit(per_unit.pop(unit_id))
    children = [_unit(ones) for ones in per_unit.values()]
    return json_reply(CoverageOut(from_=first, to=last, unit=own, children=children))


def _unit(rows: list[Any]) -> CoverageUnitOut:
    days = [row for row in rows if row["day"] not in {None, NO_DAY}]
    return CoverageUnitOut(
        **{name: rows[0][name] for name in _OF_UNIT},
        **{name: sum(row[name] for row in rows) for name in ("booths", "target")},
        **{name: sum(row[name] for row in days) for name in _OF_DAY},
        days=[CoverageDayOut(day=row["day"], active=row["active"], **{n: row[n] for n in _OF_DAY}) for row in days],
    )
