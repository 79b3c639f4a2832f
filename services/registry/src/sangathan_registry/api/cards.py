"""Membership cards: issued to a worker, shown as a picture, ended."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import Query, Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.replies import PRIVATE, json_reply
from sangathan_registry.api.bodies import Body
from sangathan_registry.api.card_faces import draw
from sangathan_registry.api.card_schemas import CardEndingIn, CardIn, CardOut, CardsOut
from sangathan_registry.api.described import described
from sangathan_registry.api.parts import Act, ActDep, LookDep
from sangathan_registry.commands import end_card, issue_card, open_card
from sangathan_registry.domain.card import IssuedCard
from sangathan_registry.queries.cards import cards_of_worker

router = edge_router(tags=["cards"])
_CARD, _ENDING = Body(CardIn), Body(CardEndingIn)
FACES: Final = {"svg": "image/svg+xml", "png": "image/png", "pdf": "application/pdf", "txt": "text/plain"}
Format = Annotated[
    Literal["svg", "png", "pdf", "txt"], Query(description="A picture, or with txt the text of the QR code alone.")
]
Language = Annotated[Literal["hi", "en"], Query(description="Which language the card is labelled in.")]


@router.post(
    "/v1/workers/{worker_id}/cards",
    **described("card.issue", body=CardIn, reply=CardOut, status=201, headers=("Location",), refusals=(404, 409)),
)
async def issue_to_worker(worker_id: UUID, act: ActDep) -> Response:
    """Issue a membership card; the worker's earlier one ends, and the number stays."""
    sent = await _CARD.read(act.request)
    parts = act.parts
    command = issue_card.IssueCard(worker_id, parts.settings.card_valid_days, sent.why)
    card = await issue_card.handle(act.work, (parts.sealer, parts.card_signer), act.caller, command)
    return json_reply(card_out(card, act.work.now), 201, {"location": f"/v1/cards/{card.id}/face"})


@router.get("/v1/workers/{worker_id}/cards", **described("card.read", reply=CardsOut, refusals=(404,)))
async def list_of_worker(worker_id: UUID, look: LookDep) -> Response:
    """List a worker's cards, newest first, with why each has ended."""
    cards = await cards_of_worker(look.read, look.caller.scope, worker_id)
    if cards is None:
        raise Refusal(NOT_FOUND)
    now = look.request.app.state.database.clock.now()
    return json_reply(CardsOut(items=[card_out(card, now) for card in cards]))


@router.get(
    "/v1/cards/{card_id}/face",
    **described("card.read", opens="work", media=tuple(FACES.values()), refusals=(404, 409)),
)
async def read_face(card_id: UUID, act: ActDep, format: Format = "svg", language: Language = "hi") -> Response:  # noqa: A002 - the parameter's name is the API's.
    """Show a good card to be printed or kept on a phone; as a copy is as good as the card, this is on the trail."""
    opened = await open_card.handle(act.work, act.parts.sealer, act.caller, card_id)
    return await face_reply(act, opened, (format, language))


@router.post(
    "/v1/cards/{card_id}/endings", **described("card.issue", body=CardEndingIn, reply=CardOut, refusals=(404,))
)
async def end_one(card_id: UUID, act: ActDep) -> Response:
    """End a card that was lost, stolen or given back; ending it again changes nothing."""
    sent = await _ENDING.read(act.request)
    card = await end_card.handle(act.work, act.parts.sealer, act.caller, end_card.EndCard(card_id, sent.why))
    return json_reply(card_out(card, act.work.now))


async def face_reply(act: Act, opened: open_card.OpenedCard, wanted: tuple[Format, Language]) -> Response:
    """The face of a card as it is asked for."""
    picture, language = wanted
    site = act.parts.settings.public_url
    labels = (language, f"{site}/verify" if site else "")
    if picture == "txt":
        body = opened.printed.qr.encode()
    else:
        body = await draw(opened.printed, opened.card.expires_at, picture, labels, photo=opened.photo)
    disposition = {"content-disposition": f'inline; filename="card.{picture}"'}
    return Response(body, media_type=FACES[picture], headers={**PRIVATE, **disposition})


def card_out(card: IssuedCard, now: datetime) -> CardOut:
    """A card as it is shown in a list."""
    unended: Literal["good", "expired"] = "expired" if card.expires_at <= now else "good"
    return CardOut(
        id=card.id,
        worker_id=card.worker_id,
        number=card.number,
        status=unended if card.live else "ended",
        issued_by=card.issued_by,
        issued_at=card.issued_at,
        expires_at=card.expires_at,
        ended_at=card.ended_at,
        end_reason=card.end_reason.value if card.end_reason else None,
    )
