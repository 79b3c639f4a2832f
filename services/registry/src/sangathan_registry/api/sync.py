"""``POST /v1/sync-batches``: what a device brings home."""

import json

import msgspec
from fastapi import Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import Refusal
from sangathan_chassis.replies import json_reply
from sangathan_registry.api.bodies import Body, refuse_if, refuse_other_media
from sangathan_registry.api.described import described
from sangathan_registry.api.drive_schemas import PaperIn
from sangathan_registry.api.intake import read_record, shift_of
from sangathan_registry.api.parts import Act, ActDep
from sangathan_registry.api.schemas import BatchIn, BatchOut, DescribedBatch, FaultOut, ResultOut
from sangathan_registry.commands.sign_receipts import leaves, root_of
from sangathan_registry.commands.sync_batch import SyncBatch, handle
from sangathan_registry.domain.particulars import fault
from sangathan_registry.domain.sync import Result, SentRecord

router = edge_router(tags=["sync"])
_BATCH, _PAPER = Body(BatchIn), Body(PaperIn)
_encode = msgspec.json.Encoder().encode


@router.post("/v1/sync-batches", **described("worker.sync", body=DescribedBatch, reply=BatchOut))
async def sync_records(act: ActDep) -> Response:
    """Take up to 200 records captured on a device; each ends accepted, already there, or with pointers.

    Sending a batch again, whole or in part, changes nothing.
    """
    act.parts.intake.note()
    refuse_other_media(act.request)
    batch = _read_batch(await act.request.body())
    shift = shift_of(batch.sent_at, act.work.now)
    records = [
        read_record(bytes(raw), act.parts.notices, now=act.work.now, taken_by=act.caller.person, shift=shift)
        for raw in batch.records
    ]
    command = SyncBatch(
        batch.batch_id or uuid7(), batch.device_id, records, batch.drive_id, batch.collected, skew=shift
    )
    return await _take(act, command)


@router.post("/v1/paper-entries", **described("paper.enter", body=PaperIn, reply=BatchOut, refusals=(404,)))
async def key_paper(act: ActDep) -> Response:
    """Key records from paper, credited to the vistarak and to you; a serial keyed twice waits for a decision."""
    sent = await _PAPER.read(act.request)
    who = sent.vistarak_id
    records = [read_record(_encode(one), act.parts.notices, now=act.work.now, taken_by=who) for one in sent.records]
    missing = [fault(f"records/{n}/serial") for n, one in enumerate(sent.records) if not one.serial]
    refuse_if(missing)
    return await _take(act, SyncBatch(uuid7(), None, records, sent.drive_id, vistarak_id=who))


async def _take(act: Act, command: SyncBatch) -> Response:
    results = await handle(act.work, act.parts.sealer, act.parts.checks, (act.caller, command))
    parts = leaves(command.records, results)
    claims = {
        "batch_id": str(command.batch_id),
        "drive_id": str(command.drive_id or ""),
        "sent_by": str(act.caller.person),
        "received_at": act.work.now.isoformat(),
        "records": len(results),
        "root": root_of(command.records, parts),
    }
    ends = zip(command.records, results, parts, strict=True)
    outs = [_result(record, result, part) for record, result, part in ends]
    return json_reply(BatchOut(batch_id=command.batch_id, results=outs, receipt=act.parts.signer.sign(claims)))


def _result(record: SentRecord, result: Result, part: tuple[str, str, str]) -> ResultOut:
    return ResultOut(
        id=record.id,
        outcome=result.outcome.value,
        status=result.status,
        sha256=part[0],
        nonce=part[1],
        standing=part[2],  # type: ignore[arg-type]  # One of the three standings.
        reason=result.reason.value if result.reason else None,
        errors=[FaultOut(pointer=e.pointer, detail=e.detail) for e in result.errors],
    )


def _read_batch(raw: bytes) -> BatchIn:
    try:
        return _BATCH.decode(raw)
    except Refusal:
        mended = _without_surrogates(raw)
        if mended is None:
            raise
        return _BATCH.decode(mended)


def _without_surrogates(raw: bytes) -> bytes | None:
    """The batch with replacement characters for lone surrogates, which no field accepts; None when it is not JSON.

    msgspec cannot even step over such a text, while RFC 8259 (section 8.2) calls the document well-formed: so only
    the record that has one is rejected, and not its batch.
    """
    try:
        text = json.dumps(json.loads(raw), ensure_ascii=False)
        return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace").encode()
    except (ValueError, RecursionError):
        return None
