"""``/v1/my-transfers``: a worker who signs in asks that their own record goes to another unit."""

from uuid import UUID

from fastapi import Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.replies import json_reply
from sangathan_registry.api.bodies import Body
from sangathan_registry.api.described import described
from sangathan_registry.api.parts import ActDep
from sangathan_registry.api.transfer_schemas import OwnTransferIn, OwnTransfersOut, TakingBackIn, TransferOut
from sangathan_registry.api.transfers import terms_of, transfer_out
from sangathan_registry.commands import ask_own_transfer

router = edge_router(tags=["transfers"])
_TRANSFER, _TAKING_BACK = Body(OwnTransferIn), Body(TakingBackIn)


@router.post(
    "/v1/my-transfers",
    **described("transfer.own", body=OwnTransferIn, reply=TransferOut, status=201, refusals=(404, 409, 429)),
)
async def ask_own(act: ActDep) -> Response:
    """Ask that your own record goes to another unit; the units decide, as of any transfer. At most three wait."""
    sent = await _TRANSFER.read(act.request)
    command = ask_own_transfer.AskOwnTransfer(sent.to_unit_id, sent.cause, sent.worker_id)
    seen = await ask_own_transfer.handle(act.work, terms_of(act), act.caller, command)
    return json_reply(transfer_out(act, seen), 201)


@router.get("/v1/my-transfers", **described("transfer.own", reply=OwnTransfersOut, opens="work", refusals=(404,)))
async def list_own(act: ActDep) -> Response:
    """List the transfers of your own record, and what is waited for."""
    found = await ask_own_transfer.listed(act.work, act.caller)
    return json_reply(OwnTransfersOut(items=[transfer_out(act, one) for one in found]))


@router.post(
    "/v1/my-transfers/{transfer_id}/takings-back",
    **described("transfer.own", body=TakingBackIn, reply=TransferOut, refusals=(404, 409)),
)
async def take_back(transfer_id: UUID, act: ActDep) -> Response:
    """Take back what you have asked, while it waits; again, it changes nothing."""
    await _TAKING_BACK.read(act.request)
    return json_reply(transfer_out(act, await ask_own_transfer.take_back(act.work, act.caller, transfer_id)))
