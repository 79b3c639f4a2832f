"""``POST /v1/worker-searches``: a search is a body, because a name or a number does not belong in a URL."""

from collections.abc import Sequence
from typing import Final

import asyncpg
from fastapi import Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.refusal import FORBIDDEN, Pointer, Refusal
from sangathan_chassis.replies import json_reply
from sangathan_names.likeness import likeness_of
from sangathan_names.sounds import Sound, name_keys, sounds
from sangathan_registry.api.bodies import Body, refuse_if
from sangathan_registry.api.card_numbers import read_card
from sangathan_registry.api.cursors import decode_position, encode_position, position_of, refuse_cursor
from sangathan_registry.api.described import described
from sangathan_registry.api.parts import Look, LookDep
from sangathan_registry.api.phones import read_phone
from sangathan_registry.api.present import CONTACT, Presenter
from sangathan_registry.api.schemas import SearchIn, WorkerPage
from sangathan_registry.api.workers import captured_by
from sangathan_registry.domain.name_key import is_devanagari, name_key
from sangathan_registry.domain.particulars import fault
from sangathan_registry.queries.find_by_card import find_by_card
from sangathan_registry.queries.find_by_keys import find_by_keys
from sangathan_registry.queries.find_worker import find_active_workers
from sangathan_registry.queries.phones import index_of
from sangathan_registry.queries.search_workers import BY_ENGLISH, BY_HINDI, SearchWorkers, search_workers
from sangathan_registry.queries.units import narrowed

router = edge_router(tags=["workers"])
_SEARCH = Body(SearchIn)
# Among a booth's or a state's people a misspelt name is still nearer than most others.
LEAST_ALIKE: Final = 0.84


def read_name(name: str | None, faults: list[Pointer]) -> tuple[str | None, str]:
    """The key of a name looked for, and the keys it is looked for among."""
    if name is None:
        return None, BY_HINDI
    key = name_key(name)
    if len(key) < 2 or "\0" in name:
        faults.append(fault("name"))
    return key, BY_HINDI if is_devanagari(key) else BY_ENGLISH


def read_number(phone: str | None, faults: list[Pointer]) -> str | None:
    """The E.164 form of a number looked for."""
    if phone is None:
        return None
    number = read_phone(phone)
    if number is None:
        faults.append(fault("phone"))
    return number


async def _search_by_sound(look: Look, sent: SearchIn) -> Response:
    faults: list[Pointer] = []
    wanted = sounds(sent.name or "")
    if not name_keys(sent.name):
        faults.append(fault("name"))
    if sent.phone is not None:
        faults.append(Pointer("/phone", "null when looking by sound"))
    if sent.cursor is not None:
        faults.append(Pointer("/cursor", "null when looking by sound, which gives one page"))
    refuse_if(faults)
    scope = await narrowed(look.read, look.caller.scope, sent.unit_id)
    own = captured_by(look.caller)
    near = await find_by_keys(look.read, scope, name_keys(sent.name), captured_by=own)
    alike = sorted(((_alike(wanted, row), row["id"]) for row in near), key=lambda pair: -pair[0])
    nearest = [worker_id for likeness, worker_id in alike if likeness >= LEAST_ALIKE][: sent.limit]
    presenter = Presenter(look.parts.sealer, look.caller.field_classes)
    rows = await find_active_workers(look.read, scope, nearest)
    await look.note(rows)
    return json_reply(WorkerPage(items=[presenter.row(row) for row in rows], next=None))


def _alike(wanted: Sequence[Sound], row: asyncpg.Record) -> float:
    return max(likeness_of(wanted, sounds(name)) for name in (row["name_hi"], row["name_en"]) if name)


async def _search_by_card(look: Look, sent: SearchIn) -> Response:
    faults: list[Pointer] = []
    now = look.request.app.state.database.clock.now()
    number = read_card(look.parts.card_signer, sent.card, int(now.timestamp()), faults)
    if (sent.name, sent.phone, sent.cursor, sent.match) != (None, None, None, "beginning"):
        faults.append(Pointer("/card", "alone, or with unit_id"))
    refuse_if(faults)
    scope = await narrowed(look.read, look.caller.scope, sent.unit_id)
    found = await find_active_workers(look.read, scope, await find_by_card(look.read, scope, number or ""))
    own = captured_by(look.caller)
    rows = [row for row in found if own is None or row["captured_by"] == own]
    await look.note(rows)
    presenter = Presenter(look.parts.sealer, look.caller.field_classes)
    return json_reply(WorkerPage(items=[presenter.row(row) for row in rows], next=None))


@router.post(
    "/v1/worker-searches",
    **described("worker.list", body=SearchIn, reply=WorkerPage, opens="read", refusals=(404,)),
)
async def search(look: LookDep) -> Response:
    """Find workers of your unit and all below it: by the beginning of a name in either script, by a name that sounds
    alike, the nearest first, by phone, by name and phone, or by membership card; fields beyond the open ones put it on
    the audit trail."""
    sent = await _SEARCH.read(look.request)
    if sent.phone is not None and CONTACT not in look.caller.field_classes:
        raise Refusal(FORBIDDEN, "Who does not see phone numbers finds nobody by one.")
    if sent.card is not None:
        return await _search_by_card(look, sent)
    if sent.match == "sound":
        return await _search_by_sound(look, sent)
    faults: list[Pointer] = []
    key, column = read_name(sent.name, faults)
    number = read_number(sent.phone, faults)
    if sent.name is None and sent.phone is None:
        faults.append(Pointer("/name", "name, phone, or both"))
    refuse_if(faults)
    index = index_of(look.parts.sealer, number) if number else None
    own = captured_by(look.caller)
    purpose = f"search:{look.caller.unit_id}:{sent.unit_id}:{own}:{key}:{index.hex() if index else ''}"
    try:
        after = decode_position(look.parts.cursors, look.parts.sealer, sent.cursor, purpose=purpose)
    except Refusal:
        raise refuse_cursor() from None
    scope = await narrowed(look.read, look.caller.scope, sent.unit_id)
    rows = await search_workers(look.read, SearchWorkers(scope, sent.limit, key, column, index, own, after))
    following = None
    if len(rows) > sent.limit:
        rows = rows[: sent.limit]
        last = rows[-1]
        position = position_of(scope, last["path"], last["sort_key"], last["id"])
        following = encode_position(look.parts.cursors, look.parts.sealer, position, purpose=purpose)
    await look.note(rows)
    presenter = Presenter(look.parts.sealer, look.caller.field_classes)
    return json_reply(WorkerPage(items=[presenter.row(row) for row in rows], next=following))
