"""``POST /v1/cross-checks`` and ``POST /v1/worker-questions``: telling workers and impostors apart."""

from fastapi import Response
from msgspec.structs import asdict

from sangathan_chassis.edge import edge_router
from sangathan_chassis.refusal import Pointer
from sangathan_chassis.replies import json_reply
from sangathan_registry.api.bodies import Body, refuse_if
from sangathan_registry.api.card_numbers import read_card
from sangathan_registry.api.described import described
from sangathan_registry.api.parts import ActDep
from sangathan_registry.api.photo_links import photo_link
from sangathan_registry.api.present import Presenter
from sangathan_registry.api.schemas import AnswerOut, CrossCheckIn, CrossCheckOut, MatchOut, QuestionIn, UnitOut
from sangathan_registry.api.searches import read_name, read_number
from sangathan_registry.commands import ask_about_worker, cross_check
from sangathan_registry.commands.state_case import office_named
from sangathan_registry.domain.cases import clean_text
from sangathan_registry.domain.particulars import fault
from sangathan_registry.queries.phones import index_of

router = edge_router(tags=["cross-checks"])
_CROSS_CHECK, _QUESTION = Body(CrossCheckIn), Body(QuestionIn)


@router.post(
    "/v1/cross-checks",
    **described("worker.cross-check", body=CrossCheckIn, reply=CrossCheckOut, opens="look", refusals=(404,)),
)
async def cross_check_somebody(act: ActDep) -> Response:
    """Look anybody up in your state or nation, with photos side by side.

    The purpose goes on the audit trail of every unit concerned.
    """
    sent = await _CROSS_CHECK.read(act.request)
    faults: list[Pointer] = []
    key, column = read_name(sent.name, faults)
    number = read_number(sent.phone, faults)
    office = read_office(sent.office, faults)
    place = clean_text(sent.place, "place", faults)
    card = read_card(act.parts.card_signer, sent.card, int(act.work.now.timestamp()), faults)
    described_by = (sent.name, sent.phone, sent.place, sent.office) != (None,) * 4
    if (sent.worker_id is not None) + (sent.card is not None) + described_by != 1:
        faults.append(Pointer("/name", "worker_id or card alone, or any of name, phone, place and office"))
    purpose = " ".join(sent.purpose.split())
    if len(purpose) < 5 or not purpose.isprintable():
        faults.append(fault("purpose"))
    refuse_if(faults)
    command = cross_check.CrossCheck(
        purpose=purpose,
        unit_id=sent.unit_id,
        worker_id=sent.worker_id,
        card=card,
        name_key=key,
        column=column,
        phone_index=index_of(act.parts.sealer, number) if number else None,
        place=place,
        office=office,
    )
    found = await cross_check.handle(act.work, act.caller, command)
    presenter = Presenter(act.parts.sealer, act.caller.field_classes)
    matches = [
        MatchOut(**asdict(presenter.row(row)), photo=photo_link(found.photos, row["id"]))
        for row in found.rows[: cross_check.MOST_MATCHES]
    ]
    return json_reply(CrossCheckOut(on_record=bool(matches), matches=matches, more=len(found.rows) > len(matches)))


def read_office(words: str | None, faults: list[Pointer]) -> str | None:
    """The office that is meant; adds a fault when the catalogue has none."""
    office = office_named(words)
    if words is not None and office is None:
        faults.append(fault("office"))
    return office


@router.post(
    "/v1/worker-questions",
    **described("worker.ask", body=QuestionIn, reply=AnswerOut, opens="look", refusals=(404,)),
)
async def ask_about_somebody(act: ActDep) -> Response:
    """Ask whether somebody is one of ours, wherever they are: yes with unit and status, or no; never a record."""
    sent = await _QUESTION.read(act.request)
    faults: list[Pointer] = []
    number = read_number(sent.phone, faults)
    card = read_card(act.parts.card_signer, sent.card, int(act.work.now.timestamp()), faults)
    if (sent.phone, sent.card, sent.worker_id).count(None) != 2:
        faults.append(Pointer("/phone", "exactly one of phone, card and worker_id"))
    refuse_if(faults)
    index = index_of(act.parts.sealer, number) if number else None
    command = ask_about_worker.AskAboutWorker(index, sent.worker_id, card)
    found = await ask_about_worker.handle(act.work, act.caller, command, per_day=act.parts.settings.questions_per_day)
    if not found:
        return json_reply(AnswerOut(one_of_ours=False, unit=None, status=None))
    unit = UnitOut(id=found[0].unit_id, name_hi=found[0].name_hi, name_en=found[0].name_en)
    return json_reply(AnswerOut(one_of_ours=True, unit=unit, status="active"))
