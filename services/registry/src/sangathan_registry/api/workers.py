"""``/v1/workers``: the list, one record, and what may be done to it."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import Query, Response
from msgspec import UNSET

from sangathan_chassis.caller import Caller
from sangathan_chassis.edge import edge_router
from sangathan_chassis.etags import etag, not_modified, require_match
from sangathan_chassis.pages import CursorParam, Limit
from sangathan_chassis.refusal import Pointer
from sangathan_chassis.replies import json_reply, page_reply
from sangathan_registry.api.bodies import Body, refuse_if
from sangathan_registry.api.cursors import decode_position, encode_position, position_of
from sangathan_registry.api.described import described
from sangathan_registry.api.intake import examine_worker
from sangathan_registry.api.parts import Act, ActDep, LookDep
from sangathan_registry.api.phones import read_phone
from sangathan_registry.api.present import Presenter
from sangathan_registry.api.schemas import WholeWorkerOut, WithdrawalIn, WorkerIn, WorkerPage, WorkerPatch
from sangathan_registry.commands import change_worker, enrol_worker, open_worker, withdraw_worker
from sangathan_registry.domain.age import corrected_age
from sangathan_registry.domain.particulars import Particulars, examine
from sangathan_registry.domain.vistarak import sees_only_own_captures
from sangathan_registry.domain.worker import Worker
from sangathan_registry.queries.cards import find_member_number
from sangathan_registry.queries.list_workers import ListWorkers
from sangathan_registry.queries.list_workers import list_workers as query
from sangathan_registry.queries.units import narrowed

router = edge_router(tags=["workers"])
_WORKER, _PATCH, _WITHDRAWAL = Body(WorkerIn), Body(WorkerPatch), Body(WithdrawalIn)

UnitFilter = Annotated[UUID | None, Query(description="Only this unit and those below it; it must be in your scope.")]
StatusFilter = Annotated[Literal["active", "withdrawn"], Query(description="On record now, or withdrawn.")]


def captured_by(caller: Caller) -> UUID | None:
    """The person whose captures alone the caller may see, or None for all."""
    return caller.eyes if sees_only_own_captures(caller.office) else None


@router.get("/v1/workers", **described("worker.list", reply=WorkerPage, headers=("Link",), refusals=(404,)))
async def list_workers(  # noqa: PLR0917 - FastAPI reads filters from the signature.
    look: LookDep,
    unit_id: UnitFilter = None,
    status: StatusFilter = "active",
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """List the workers of your unit and all below it, by unit and name."""
    own = captured_by(look.caller)
    purpose = f"workers:{look.caller.unit_id}:{unit_id}:{status}:{own}"
    after = decode_position(look.parts.cursors, look.parts.sealer, cursor, purpose=purpose)
    scope = await narrowed(look.read, look.caller.scope, unit_id)
    rows = await query(look.read, ListWorkers(scope, status, limit, own, after))
    following = None
    if len(rows) > limit:
        rows = rows[:limit]
        last = rows[-1]
        position = position_of(scope, last["path"], last["name_key"], last["id"])
        following = encode_position(look.parts.cursors, look.parts.sealer, position, purpose=purpose)
    presenter = Presenter(look.parts.sealer, look.caller.field_classes)
    return page_reply(look.request, [presenter.row(row) for row in rows], following)


@router.get(
    "/v1/workers/{worker_id}",
    **described("worker.read", reply=WholeWorkerOut, opens="work", headers=("ETag", "304"), refusals=(404,)),
)
async def read_worker(worker_id: UUID, act: ActDep) -> Response:
    """Read one record; fields beyond the open ones put the reading on the audit trail."""
    shown = await _shown(act, worker_id)

    def has_it(worker: Worker) -> bool:
        return not_modified(act.request, shown.tag(worker)) is not None

    worker = await open_worker.handle(act.work, act.parts.sealer, act.caller, worker_id, has_it=has_it)
    return not_modified(act.request, shown.tag(worker)) or shown.reply(worker)


@router.post(
    "/v1/workers",
    **described(
        "worker.enrol",
        body=WorkerIn,
        reply=WholeWorkerOut,
        status=201,
        headers=("ETag", "Location"),
        refusals=(404, 409),
    ),
)
async def enrol_one(act: ActDep) -> Response:
    """Record a worker who agreed."""
    sent = await _WORKER.read(act.request)
    particulars, consent, faults = examine_worker(sent, act.parts.notices, now=act.work.now, taken_by=act.caller.person)
    refuse_if(faults)
    command = enrol_worker.EnrolWorker(sent.unit_id, particulars, consent)
    worker = await enrol_worker.handle(act.work, act.parts.sealer, act.caller, command)
    return (await _shown(act, worker.id)).reply(worker, 201, {"location": f"/v1/workers/{worker.id}"})


@router.patch(
    "/v1/workers/{worker_id}",
    **described(
        "worker.change", body=WorkerPatch, reply=WholeWorkerOut, headers=("ETag",), refusals=(404, 409, 412, 428)
    ),
)
async def change_one(worker_id: UUID, act: ActDep) -> Response:
    """Correct a record under the version you read."""
    sent = await _PATCH.read(act.request)
    given = {name: value for name, value in msgspec.structs.asdict(sent).items() if value is not UNSET}

    def revise(worker: Worker) -> tuple[Particulars, list[str]]:
        faults: list[Pointer] = []
        merged = msgspec.structs.replace(_as_patch(worker), **corrected_age(given))
        revised = examine(merged, at=act.work.now, read_phone=read_phone, faults=faults)  # type: ignore[arg-type]  # No field is unset after the merge.
        refuse_if(faults)
        return revised, sorted(given)

    command = change_worker.ChangeWorker(worker_id, lambda worker: require_match(act.request, worker.version), revise)
    worker = await change_worker.handle(act.work, act.parts.sealer, act.caller, command)
    return (await _shown(act, worker_id)).reply(worker)


@router.post(
    "/v1/workers/{worker_id}/withdrawals",
    **described("worker.withdraw", body=WithdrawalIn, reply=WholeWorkerOut, headers=("ETag",), refusals=(404,)),
)
async def withdraw_one(worker_id: UUID, act: ActDep) -> Response:
    """Withdraw a record: everything personal in it is removed at once; withdrawing again changes nothing."""
    sent = await _WITHDRAWAL.read(act.request)
    command = withdraw_worker.WithdrawWorker(worker_id, sent.reason)
    worker = await withdraw_worker.handle(act.work, act.parts.sealer, act.caller, command)
    return (await _shown(act, worker_id)).reply(worker)


@dataclass(frozen=True, slots=True)
class _Shown:
    """How one record is shown to a caller: its fields, and the number of its card, which changes without the record."""

    presenter: Presenter
    member_number: str | None

    def tag(self, worker: Worker) -> str:
        """The version's tag; it tells one card from another."""
        card = f"-{self.member_number}" if self.member_number else ""
        return etag(worker.version, variant=self.presenter.variant + card)

    def reply(self, worker: Worker, status: int = 200, headers: dict[str, str] | None = None) -> Response:
        """The whole record."""
        out = self.presenter.worker(worker, self.member_number)
        return json_reply(out, status, {"etag": self.tag(worker), **(headers or {})})


async def _shown(act: Act, worker_id: UUID) -> _Shown:
    number = await find_member_number(act.work.raw, act.work.scope, worker_id)
    return _Shown(Presenter(act.parts.sealer, act.caller.field_classes), number)


def _as_patch(worker: Worker) -> WorkerPatch:
    who = worker.particulars
    fields = {name: getattr(who, name) for name in WorkerPatch.__struct_fields__}
    born = date.fromisoformat(who.birth_date) if who.birth_date else None
    return WorkerPatch(**{**fields, "birth_date": born})
