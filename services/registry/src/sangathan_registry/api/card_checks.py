"""What anybody may ask about cards, without an account: the keys, the status list, and whether one is good today."""

import hashlib
from datetime import UTC, datetime
from typing import Final

from fastapi import Request, Response

from sangathan_cards.cose import KEY_SET_TYPE, write_keys
from sangathan_cards.status_list import MEDIA_TYPE
from sangathan_chassis.edge import edge_router
from sangathan_chassis.etags import not_modified
from sangathan_chassis.replies import json_reply
from sangathan_contracts.offices import CATALOGUE
from sangathan_registry.api.bodies import Body
from sangathan_registry.api.card_schemas import CardVerificationIn, CardVerificationOut, NamesOut, OfficeHeldOut
from sangathan_registry.api.described import described
from sangathan_registry.api.parts import ActDep, LookDep
from sangathan_registry.commands import verify_card
from sangathan_registry.commands.sign_cards import LIST_TTL_S
from sangathan_registry.domain.card import masked
from sangathan_registry.queries.cards import Bearer, Held, ended_indexes, list_state

router = edge_router(tags=["cards"])
_VERIFICATION = Body(CardVerificationIn)
_PUBLIC: Final = {"cache-control": f"public, max-age={LIST_TTL_S}"}


@router.get("/v1/card-keys", **described("key.read", opens="nothing", media=(KEY_SET_TYPE,), headers=("ETag", "304")))
async def read_card_keys(request: Request) -> Response:
    """Read the public keys that cards and their status list are signed with, as a COSE key set (RFC 9052).

    The next key is among them before it signs, and an earlier one until its last card has expired.
    """
    return _published(request, write_keys(request.app.state.parts.card_signer.published()), KEY_SET_TYPE)


@router.get("/v1/card-status-list", **described("card.verify", media=(MEDIA_TYPE,), headers=("ETag", "304")))
async def read_card_statuses(look: LookDep) -> Response:
    """Read which cards have ended: one bit per card, compressed and signed (Token Status List, CWT)."""
    now = look.request.app.state.database.clock.now()
    state = await list_state(look.read)
    data = await look.parts.statuses.current(state, now, lambda: ended_indexes(look.read))
    return _published(look.request, data, MEDIA_TYPE)


@router.post(
    "/v1/card-verifications",
    **described("card.verify", body=CardVerificationIn, reply=CardVerificationOut, opens="look"),
)
async def verify_one(act: ActDep) -> Response:
    """Say whether a card is good today, and of a good one the masked name, the unit and the offices of today."""
    sent = await _VERIFICATION.read(act.request)
    done = await verify_card.handle(act.work, act.parts.card_signer, verify_card.VerifyCard(sent.qr))
    bearer, card = done.bearer, done.card
    return json_reply(
        CardVerificationOut(
            verdict=done.verdict.value,  # type: ignore[arg-type]  # The status is always known here.
            name=NamesOut(hi=masked(bearer.name_hi), en=masked(bearer.name_en)) if bearer else None,
            unit=NamesOut(hi=bearer.unit_hi, en=bearer.unit_en) if bearer else None,
            offices=_offices(bearer),
            expires_at=datetime.fromtimestamp(card.expires_at, UTC) if card else None,
            checked_at=act.work.now,
        )
    )


def _offices(bearer: Bearer | None) -> list[OfficeHeldOut]:
    return [_office(held) for held in bearer.offices if held.office in CATALOGUE.offices] if bearer else []


def _office(held: Held) -> OfficeHeldOut:
    office = CATALOGUE.offices[held.office]
    unit = NamesOut(hi=held.unit_hi, en=held.unit_en)
    return OfficeHeldOut(office=NamesOut(hi=office.name_hi, en=office.name_en), unit=unit)


def _published(request: Request, data: bytes, media_type: str) -> Response:
    tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    reply = not_modified(request, tag) or Response(data, media_type=media_type, headers={"etag": tag})
    reply.headers.update(_PUBLIC)
    return reply
