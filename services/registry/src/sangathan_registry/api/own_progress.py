"""``/v1/drives/{drive_id}/own-progress``: how far a vistarak has come in the own booths."""

from datetime import datetime
from uuid import UUID

import msgspec
from fastapi import Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.replies import json_reply
from sangathan_registry.api.described import described
from sangathan_registry.api.parts import LookDep
from sangathan_registry.queries.drives import get_drive
from sangathan_registry.queries.own_progress import own_progress as query

router = edge_router(tags=["drives"])


class OwnBoothOut(msgspec.Struct, frozen=True, kw_only=True):
    """A booth one is assigned to until ``valid_to``, and what came of one's own records; ``target`` is the booth's."""

    unit_id: UUID
    name_hi: str
    name_en: str
    valid_to: datetime | None
    target: int | None
    accepted: int
    rejected: int
    waiting: int


class OwnProgressOut(msgspec.Struct, frozen=True, kw_only=True):
    """One's own records in a drive, in all and by booth; ``waiting`` is what somebody has to decide about."""

    accepted: int
    rejected: int
    waiting: int
    booths: list[OwnBoothOut]


@router.get("/v1/drives/{drive_id}/own-progress", **described("drive.read", reply=OwnProgressOut, refusals=(404,)))
async def read_own_progress(drive_id: UUID, look: LookDep) -> Response:
    """Read what came of your own records at the booths that you are assigned to in a drive."""
    drive = await get_drive(look.read, drive_id)
    rows = await query(look.read, look.caller.scope, drive, look.caller.eyes)
    booths = [OwnBoothOut(**{name: row[name] for name in OwnBoothOut.__struct_fields__}) for row in rows]
    sums = {name: sum(getattr(one, name) for one in booths) for name in ("accepted", "rejected", "waiting")}
    return json_reply(OwnProgressOut(**sums, booths=booths))
