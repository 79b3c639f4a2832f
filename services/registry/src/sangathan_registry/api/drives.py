"""``/v1/drives``: when and where records are collected, how far it is, and what a device takes along."""

from collections import defaultdict
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import msgspec
from fastapi import Query, Request, Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.pages import CursorParam, Limit
from sangathan_chassis.replies import json_reply
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.receipts import text_of
from sangathan_registry.api.bodies import Body
from sangathan_registry.api.described import described
from sangathan_registry.api.drive_schemas import (
    DayOut,
    DriveIn,
    DriveOut,
    DrivePage,
    KeysOut,
    NearOut,
    NumbersOut,
    PackOut,
    ProgressOut,
)
from sangathan_registry.api.forms import form_out
from sangathan_registry.api.id_pages import IdPages
from sangathan_registry.api.parts import ActDep, LookDep
from sangathan_registry.commands import make_drive, pack_booth
from sangathan_registry.domain.drive import NO_DAY
from sangathan_registry.domain.flags import Limits
from sangathan_registry.queries.drives import drive_row, get_drive, progress
from sangathan_registry.queries.drives import list_drives as query
from sangathan_registry.queries.phones import sealed_of

router = edge_router(tags=["drives"])
_DRIVE = Body(DriveIn)
_NUMBERS = ("target", "collected", "accepted", "rejected", "waiting")
UnitParam = Annotated[UUID, Query(description="A unit in your scope.")]


def _drive_out(row: Any) -> DriveOut:
    return DriveOut(**{name: row[name] for name in DriveOut.__struct_fields__})


@router.post("/v1/drives", **described("drive.make", body=DriveIn, reply=DriveOut, status=201, refusals=(404,)))
async def begin_drive(act: ActDep) -> Response:
    """Begin a drive over every open booth of a unit."""
    sent = await _DRIVE.read(act.request)
    command = make_drive.MakeDrive(
        sent.unit_id,
        (sent.name.hi, sent.name.en),
        sent.form_id,
        (sent.starts_at, sent.ends_at, sent.grace_until),
        sent.target_per_booth,
        Limits(**msgspec.structs.asdict(sent.limits)),
    )
    drive_id = await make_drive.handle(act.work, act.caller, command)
    return json_reply(_drive_out(await drive_row(act.work.raw, drive_id)), 201)


@router.get("/v1/drives", **described("drive.read", reply=DrivePage, headers=("Link",)))
async def list_drives(look: LookDep, limit: Limit = 50, cursor: CursorParam = None) -> Response:
    """List the drives of your unit, of those below it, and of those above it."""
    pages = IdPages(look, (limit, cursor), "drives")
    return pages.reply(await query(look.read, look.caller.scope, pages.start, limit), _drive_out)


@router.get("/v1/drives/{drive_id}/progress", **described("drive.progress", reply=ProgressOut, refusals=(404,)))
async def read_progress(drive_id: UUID, look: LookDep, unit_id: UnitParam) -> Response:
    """Read what was collected, received, accepted and rejected at a unit, day by day, and right below it."""
    await get_drive(look.read, drive_id)
    rows = await progress(look.read, look.caller.scope, drive_id, unit_id)
    per_unit: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        per_unit[row["unit_id"]].append(row)
    own = per_unit.pop(unit_id)
    days = [
        DayOut(day=row["day"], accepted=row["accepted"])
        for row in own
        if row["day"] not in {None, NO_DAY} and row["accepted"]
    ]
    children = [_numbers(ones) for ones in per_unit.values()]
    return json_reply(ProgressOut(unit=_numbers(own), days=days, children=children))


def _numbers(rows: list[Any]) -> NumbersOut:
    sums = {name: sum(row[name] for row in rows) for name in _NUMBERS}
    received = sums["accepted"] + sums["rejected"] + sums["waiting"]
    return NumbersOut(
        **{name: rows[0][name] for name in ("unit_id", "level", "name_hi", "name_en")},
        **sums,
        received=received,
        outstanding=sums["collected"] - received,
    )


@router.get("/v1/drives/{drive_id}/booth-pack", **described("drive.pack", reply=PackOut, opens="work", refusals=(404,)))
async def take_pack(drive_id: UUID, act: ActDep, unit_id: UnitParam) -> Response:
    """Take what a device needs at one booth without network: the drive, its form, and who is on record there."""
    pack = await pack_booth.handle(act.work, act.caller, drive_id, unit_id)
    out = PackOut(
        drive=_drive_out(pack.drive),
        unit_id=pack.unit["unit_id"],
        unit_name_hi=pack.unit["name_hi"],
        unit_name_en=pack.unit["name_en"],
        above=pack.above,
        form=form_out(pack.form) if pack.form else None,
        workers=[_near(act.parts.sealer, row) for row in pack.workers],
        hash="",
        seal="",
    )
    digest = text_of(sha256(msgspec.json.encode(out, order="sorted")).digest())
    seal = act.parts.signer.sign({"drive_id": str(drive_id), "unit_id": str(unit_id), "hash": digest})
    return json_reply(msgspec.structs.replace(out, hash=digest, seal=seal))


def _near(sealer: Sealer, row: asyncpg.Record) -> NearOut:
    names = {name: row[name] for name in ("id", "name_hi", "name_en")}
    return NearOut(**names, relation_name=sealed_of(sealer, row).relation_name)


@router.get("/v1/receipt-keys", **described("key.read", reply=KeysOut, opens="nothing"))
async def read_receipt_keys(request: Request) -> Response:
    """Read the public keys that receipts and booth packs are verified with."""
    return json_reply(KeysOut(keys=request.app.state.parts.signer.published()))
