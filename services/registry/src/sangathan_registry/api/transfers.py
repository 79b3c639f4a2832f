"""``/v1/transfers`` and ``/v1/workers/{worker_id}/transfers``: a worker goes from one unit to another."""

import re
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.pages import CursorParam, Limit
from sangathan_chassis.refusal import NOT_FOUND, Pointer, Refusal
from sangathan_chassis.replies import json_reply
from sangathan_registry.api.bodies import Body, refuse_if
from sangathan_registry.api.described import described
from sangathan_registry.api.id_pages import IdPages
from sangathan_registry.api.parts import Act, ActDep
from sangathan_registry.api.schemas import UnitOut
from sangathan_registry.api.searches import read_number
from sangathan_registry.api.transfer_schemas import (
    AnswerIn,
    TransferIn,
    TransferOut,
    TransferPage,
    TransferRequestIn,
    TransferRequestOut,
)
from sangathan_registry.api.workers import UnitFilter
from sangathan_registry.commands import ask_transfer, decide_transfer
from sangathan_registry.commands.ask_transfer import AskTransfer, Terms
from sangathan_registry.domain.card import is_member_number
from sangathan_registry.domain.particulars import fault
from sangathan_registry.domain.transfers import Answer
from sangathan_registry.queries.phones import index_of
from sangathan_registry.queries.transfers import ListTransfers, Seen, find_transfer, list_transfers
from sangathan_registry.queries.units import narrowed

router = edge_router(tags=["transfers"])
_TRANSFER, _REQUEST, _ANSWER = Body(TransferIn), Body(TransferRequestIn), Body(AnswerIn)
_PLACE: Final = "/v1/transfers"
_DIGITS: Final = str.maketrans("०१२३४५६७८९", "0123456789", " -")


@router.post(
    "/v1/workers/{worker_id}/transfers",
    **described(
        "transfer.ask", body=TransferIn, reply=TransferOut, status=201, headers=("Location",), refusals=(404, 409)
    ),
)
async def transfer_one(worker_id: UUID, act: ActDep) -> Response:
    """Ask that a worker of your area goes to another unit, or let them go at once where nobody else has to agree."""
    sent = await _TRANSFER.read(act.request)
    command = AskTransfer(sent.to_unit_id, sent.cause, worker_id=worker_id)
    transfer_id = await ask_transfer.handle(act.work, terms_of(act), act.caller, command)
    return await _reply(act, transfer_id, 201, {"location": f"{_PLACE}/{transfer_id}"})


@router.post(
    _PLACE, **described("transfer.ask", body=TransferRequestIn, reply=TransferRequestOut, refusals=(404, 409, 429))
)
async def request_transfer(act: ActDep) -> Response:
    """Ask for somebody who is on record elsewhere, by the membership number or phone that they gave you.

    It counts among your day's questions, the unit they are on record at sees it, and you learn no more than from those.
    """
    sent = await _REQUEST.read(act.request)
    faults: list[Pointer] = []
    phone = read_number(sent.phone, faults)
    number = _member_number(sent.membership_number, faults)
    if (sent.phone is None) == (sent.membership_number is None):
        faults.append(Pointer("/membership_number", "exactly one of membership_number and phone"))
    refuse_if(faults)
    index = index_of(act.parts.sealer, phone) if phone else None
    command = AskTransfer(sent.to_unit_id, sent.cause, phone_index=index, number=number)
    outcome, transfer_id = await ask_transfer.handle_from_there(act.work, terms_of(act), act.caller, command)
    seen = None if transfer_id is None else await _seen(act, transfer_id)
    return json_reply(TransferRequestOut(outcome=outcome.value, transfer=seen))


@router.get(_PLACE, **described("transfer.read", reply=TransferPage, opens="work", headers=("Link",), refusals=(404,)))
async def list_some_transfers(  # noqa: PLR0917 - FastAPI reads filters from the signature.
    act: ActDep,
    unit_id: UnitFilter = None,
    waiting: Annotated[bool, Query(description="Only those that wait for an answer.")] = False,  # noqa: FBT002 - a filter.
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """List transfers to and from your unit and all below it, newest first."""
    pages = IdPages(act, (limit, cursor), "transfers", unit_id, waiting)
    scope = await narrowed(act.work.raw, act.caller.scope, unit_id)
    found = await list_transfers(act.work, ListTransfers(scope, pages.start, waiting, limit))
    return pages.reply(found, lambda one: transfer_out(act, one), lambda one: one.transfer.id)


@router.get(_PLACE + "/{transfer_id}", **described("transfer.read", reply=TransferOut, opens="work", refusals=(404,)))
async def read_transfer(transfer_id: UUID, act: ActDep) -> Response:
    """Read one transfer."""
    return await _reply(act, transfer_id)


@router.post(
    _PLACE + "/{transfer_id}/answers",
    **described("transfer.answer", body=AnswerIn, reply=TransferOut, refusals=(403, 404, 409)),
)
async def answer_transfer(transfer_id: UUID, act: ActDep) -> Response:
    """Agree to a transfer, decline it, or take back what your side asked; the worker goes when everybody has agreed."""
    sent = await _ANSWER.read(act.request)
    command = decide_transfer.DecideTransfer(transfer_id, Answer(sent.answer))
    await decide_transfer.handle(act.work, act.caller, command)
    return await _reply(act, transfer_id)


def terms_of(act: Act) -> Terms:
    """Whose consent is needed, and how long and how often may be asked."""
    settings = act.parts.settings
    return Terms(act.parts.transfers, settings.transfer_days, settings.questions_per_day)


def _member_number(sent: str | None, faults: list[Pointer]) -> str | None:
    if sent is None:
        return None
    digits = sent.translate(_DIGITS)
    if re.fullmatch(r"[0-9]{10}", digits) is None or not is_member_number(digits):
        faults.append(fault("membership_number"))
    return digits


async def _reply(act: Act, transfer_id: UUID, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return json_reply(await _seen(act, transfer_id), status, headers)


async def _seen(act: Act, transfer_id: UUID) -> TransferOut:
    seen = await find_transfer(act.work, transfer_id)
    if seen is None:
        raise Refusal(NOT_FOUND)
    return transfer_out(act, seen)


def transfer_out(act: Act, seen: Seen) -> TransferOut:
    """A transfer as the API shows it."""
    one = seen.transfer
    return TransferOut(
        id=one.id,
        state=one.state_at(act.work.now).value,
        worker_id=seen.worker_id,
        name_hi=seen.name_hi,
        name_en=seen.name_en,
        from_unit=UnitOut(id=one.unit_id, name_hi=seen.from_names[0], name_en=seen.from_names[1]),
        to_unit=UnitOut(id=one.to_unit_id, name_hi=seen.to_names[0], name_en=seen.to_names[1]),
        cause=one.cause,  # type: ignore[arg-type]  # The table's check knows the same words.
        asked_from=one.asked_from.value,
        asked_office=one.asked_office,
        asked_at=one.asked_at,
        lapses_at=one.lapses_at,
        waits_for=[side.value for side in sorted(one.waits_for)],
        decided_office=one.decided_office,
        decided_at=one.decided_at,
        version=one.version,
    )
