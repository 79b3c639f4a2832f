"""``/v1/my-record`` and ``/v1/my-card``: what a worker who signs in reads of their own record."""

from typing import Final

import msgspec
from fastapi import Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.replies import json_reply
from sangathan_registry.api.card_schemas import CardOut
from sangathan_registry.api.cards import FACES, Format, Language, card_out, face_reply
from sangathan_registry.api.described import described
from sangathan_registry.api.parts import ActDep
from sangathan_registry.api.present import CONTACT, SENSITIVE, Presenter
from sangathan_registry.api.schemas import UnitOut, WholeWorkerOut
from sangathan_registry.commands import open_card, open_own_record

router = edge_router(tags=["own-record"])
# Nothing in the own record is hidden from the person.
_EVERYTHING: Final = frozenset({CONTACT, SENSITIVE})
_PHOTO: Final = "/v1/my-photo"


class OwnRecordOut(msgspec.Struct, frozen=True, kw_only=True):
    """A record of one's own, with nothing masked; ``photo`` is where its photo is, or null."""

    record: WholeWorkerOut
    unit: UnitOut
    photo: str | None
    cards: list[CardOut]


class OwnRecordsOut(msgspec.Struct, frozen=True, kw_only=True):
    """The records by which a person is known: mostly one."""

    items: list[OwnRecordOut]


@router.get("/v1/my-record", **described("record.own", reply=OwnRecordsOut, opens="work", refusals=(404,)))
async def read_own_record(act: ActDep) -> Response:
    """Read your own record, with its unit, photo and membership cards, wherever it stands."""
    presenter = Presenter(act.parts.sealer, _EVERYTHING)
    items = [
        OwnRecordOut(
            record=presenter.worker(one.worker, one.member_number),
            unit=UnitOut(id=one.worker.unit_id, name_hi=one.unit_names["hi"], name_en=one.unit_names["en"]),
            photo=_PHOTO if one.has_photo else None,
            cards=[card_out(card, act.work.now) for card in one.cards],
        )
        for one in await open_own_record.handle(act.work, act.parts.sealer, act.caller)
    ]
    return json_reply(OwnRecordsOut(items=items))


@router.get("/v1/my-card", **described("record.own", opens="work", media=tuple(FACES.values()), refusals=(404,)))
async def show_own_card(act: ActDep, format: Format = "svg", language: Language = "hi") -> Response:  # noqa: A002 - the parameter's name is the API's.
    """Show your own membership card, to be shown or kept on your phone; this is on the audit trail."""
    opened = await open_card.handle_own(act.work, act.parts.sealer, act.caller)
    return await face_reply(act, opened, (format, language))
