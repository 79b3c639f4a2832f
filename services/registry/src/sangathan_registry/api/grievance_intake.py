"""What a person does about their own data, without an office: file a grievance, deny a record, read the answer."""

from typing import Final

from fastapi import Request, Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.refusal import INVALID_INPUT, Pointer, Refusal
from sangathan_chassis.replies import json_reply
from sangathan_registry.api.bodies import MENDING, Body, refuse_if
from sangathan_registry.api.confirmations import digits, one_way
from sangathan_registry.api.described import described
from sangathan_registry.api.grievance_present import state_out
from sangathan_registry.api.grievance_schemas import (
    DenialIn,
    FiledOut,
    GrievanceIn,
    GrievanceStateIn,
    GrievanceStateOut,
    OwnGrievanceIn,
    OwnGrievancesOut,
)
from sangathan_registry.api.parts import ActDep, Parts
from sangathan_registry.commands import deny_record, file_grievance
from sangathan_registry.commands.file_grievance import Filed, Told, Way
from sangathan_registry.domain.cases import clean_text
from sangathan_registry.domain.particulars import fault
from sangathan_registry.queries.grievances import own_grievances
from sangathan_registry.queries.whole_record import beyond_scope

router = edge_router(tags=["grievances"])
_GRIEVANCE, _OWN, _DENIAL, _STATE = Body(GrievanceIn), Body(OwnGrievanceIn), Body(DenialIn), Body(GrievanceStateIn)
_REFUSALS: Final = (403,)


@router.post(
    "/v1/grievances",
    **described("grievance.file", body=GrievanceIn, reply=FiledOut, status=201, opens="nothing", refusals=_REFUSALS),
)
async def file_by_link_or_code(request: Request) -> Response:
    """Ask or complain about what is held about you, by the link or code that came to your phone, without an account."""
    sent = await _GRIEVANCE.read(request)
    told = told_in(sent.kind, sent.told)
    parts: Parts = request.app.state.parts
    way = _way(sent.phone, sent.link, sent.code)
    return _filed(await file_grievance.handle(request.app.state.database, parts.sealer, way, told))


@router.post(
    "/v1/record-denials",
    **described("record.deny", body=DenialIn, reply=FiledOut, status=201, opens="nothing", refusals=_REFUSALS),
)
async def say_not_me(request: Request) -> Response:
    """Say that a record is not about you: it is out of sight at once, and the unit above decides what becomes of it.

    The link of a message is enough, and stands for one record: others who share the phone are not touched.
    """
    sent = await _DENIAL.read(request)
    parts: Parts = request.app.state.parts
    way = _way(sent.phone, sent.link, sent.code)
    return _filed(await deny_record.handle(request.app.state.database, parts.sealer, way))


@router.post(
    "/v1/grievance-states",
    **described("grievance.file", body=GrievanceStateIn, reply=GrievanceStateOut, opens="look"),
)
async def read_state(act: ActDep) -> Response:
    """Read how far a grievance has come, and its answer, by its number and secret."""
    sent = await _STATE.read(act.request)
    reference, secret = (text.strip().upper() for text in (sent.reference, sent.secret))
    found = await file_grievance.state_of(act.work, act.parts.sealer, reference, secret)
    return json_reply(state_out(found, act.work.now))


@router.post(
    "/v1/my-grievances",
    **described("grievance.own", body=OwnGrievanceIn, reply=FiledOut, status=201, refusals=(404,)),
)
async def file_own(act: ActDep) -> Response:
    """Ask or complain, signed in, about what is held about you."""
    sent = await _OWN.read(act.request)
    filed = await file_grievance.handle_own(act.work, act.parts.sealer, act.caller, told_in(sent.kind, sent.told))
    return _filed(filed)


@router.get("/v1/my-grievances", **described("grievance.own", reply=OwnGrievancesOut, opens="work"))
async def list_own_grievances(act: ActDep) -> Response:
    """See what you have asked or complained of, and the answers."""
    async with beyond_scope(act.work):
        rows = await own_grievances(act.work, act.caller.person)
    found = [file_grievance.grievance_in(act.parts.sealer, row) for row in rows]
    return json_reply(OwnGrievancesOut(items=[state_out(one, act.work.now) for one in found]))


def told_in(kind: str, text: str) -> Told:
    """What was told, cleaned; raises a refusal for signs that no text has."""
    faults: list[Pointer] = []
    told = Told(kind, clean_text(text, "told", faults, lines=True))
    refuse_if(faults)
    return told


def _way(phone: str | None, link: str | None, code: str | None) -> Way:
    number, link = one_way(phone, link)
    if number is not None and code is None:
        raise Refusal(INVALID_INPUT, MENDING, errors=[fault("code")])
    return Way(number, link, None if code is None else digits(code))


def _filed(filed: Filed) -> Response:
    return json_reply(FiledOut(reference=filed.reference, secret=filed.secret, due_at=filed.due_at), 201)
