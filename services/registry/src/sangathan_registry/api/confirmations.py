"""``/v1/consent-confirmations``: the person's own word, by a code to their phone; and who has not given it yet."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from fastapi import Query, Request, Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.languages import prefers_hindi
from sangathan_chassis.networks import household
from sangathan_chassis.pages import CursorParam, Limit, below, path_of
from sangathan_chassis.refusal import INVALID_INPUT, Pointer, Refusal
from sangathan_chassis.replies import json_reply, page_reply
from sangathan_registry.api.bodies import MENDING, Body
from sangathan_registry.api.card_schemas import NamesOut
from sangathan_registry.api.confirmation_schemas import (
    AgreedOut,
    CodeWantedIn,
    CodeWantedOut,
    ConfirmationIn,
    ConfirmationOut,
    ConfirmedCountOut,
    ConfirmedCountsOut,
    RenoticeOut,
    RenoticePage,
    UnconfirmedOut,
    UnconfirmedPage,
)
from sangathan_registry.api.consent_schemas import ConsentOut, ConsentsOut
from sangathan_registry.api.consents import notice_out
from sangathan_registry.api.described import described
from sangathan_registry.api.erasure_schemas import ErasureIn
from sangathan_registry.api.parts import ActDep, LookDep, Parts
from sangathan_registry.api.phones import read_phone
from sangathan_registry.api.workers import UnitFilter
from sangathan_registry.commands import confirm_consent
from sangathan_registry.domain.card import masked
from sangathan_registry.domain.confirmations import CODE_ASKED_FOR
from sangathan_registry.domain.drive import day_of
from sangathan_registry.domain.notices import Notice, Notices
from sangathan_registry.domain.particulars import fault
from sangathan_registry.queries.confirmations import (
    UNCONFIRMED,
    Confirmed,
    Position,
    Shown,
    get_confirmation_counts,
    list_renotices,
    list_unconfirmed,
)
from sangathan_registry.queries.units import narrowed

router = edge_router(tags=["consents"])
_WANTED, _CONFIRMATION, _NOTHING = Body(CodeWantedIn), Body(ConfirmationIn), Body(ErasureIn)
_DIGITS: Final = str.maketrans("०१२३४५६७८९", "0123456789", " -")

StateFilter = Annotated[
    Literal["waiting", "sent", "unreached"] | None,
    Query(description="Only those waiting to be asked, asked, or not reached; all when left out."),
]


@router.post(
    "/v1/consent-confirmation-codes",
    **described(
        "consent.confirm", body=CodeWantedIn, reply=CodeWantedOut, status=202, opens="nothing", refusals=(429,)
    ),
)
async def ask_for_confirmation_code(request: Request) -> Response:
    """Ask for a code to confirm what you are said to have agreed to; no account is needed.

    The answer is the same whether or not the number is on record. Every record under a number gets a code and a link
    of its own.
    """
    sent = await _WANTED.read(request)
    parts: Parts = request.app.state.parts
    phone, link = one_way(sent.phone, sent.link)
    hindi = prefers_hindi(request.headers.get("accept-language", "hi"))
    command = confirm_consent.AskCode(phone, link, address_of(request), hindi)
    settings = parts.settings
    await confirm_consent.ask_code(
        request.app.state.database,
        parts.sealer,
        command,
        per_address=settings.codes_per_address,
        per_day=settings.codes_per_day,
    )
    return json_reply(CodeWantedOut(good_for_s=int(CODE_ASKED_FOR.total_seconds())), 202)


@router.post(
    "/v1/consent-confirmations",
    **described("consent.confirm", body=ConfirmationIn, reply=ConfirmationOut, opens="nothing", refusals=(403,)),
)
async def confirm_consent_by_code(request: Request) -> Response:
    """See what you are said to have agreed to, with the notice, and confirm it by ``confirmed``, without an account.

    A code serves for looking until it confirms; five wrong ones, and another has to be asked for.
    """
    sent = await _CONFIRMATION.read(request)
    parts: Parts = request.app.state.parts
    phone, link = one_way(sent.phone, sent.link)
    command = confirm_consent.Confirm(phone, link, digits(sent.code), sent.confirmed, sent.purposes)
    shown = await confirm_consent.handle(request.app.state.database, parts.sealer, command)
    return json_reply(_shown(parts.notices, shown, sent.language))


@router.post(
    "/v1/my-consents/confirmations",
    **described("consent.own", body=ErasureIn, reply=ConsentsOut, refusals=(404,)),
)
async def confirm_own_consents(act: ActDep) -> Response:
    """Confirm, signed in, what you are said to have agreed to."""
    await _NOTHING.read(act.request)
    rows = await confirm_consent.confirm_own(act.work, act.caller)
    return json_reply(ConsentsOut(items=[ConsentOut(**dict(row)) for row in rows]))


@router.get(
    "/v1/unconfirmed-consents",
    **described("consent.keep", reply=UnconfirmedPage, headers=("Link",), refusals=(404,)),
)
async def list_unconfirmed_consents(  # noqa: PLR0917 - FastAPI reads filters from the signature.
    look: LookDep,
    unit_id: UnitFilter = None,
    state: StateFilter = None,
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """List the records of your unit and all below it whose person has not confirmed; ids alone, and no names."""
    states = (state,) if state else UNCONFIRMED
    return await _page(
        look, (list_unconfirmed, UnconfirmedOut, f"unconfirmed:{state}"), (unit_id, states), (limit, cursor)
    )


@router.get(
    "/v1/renotices",
    **described("consent.keep", reply=RenoticePage, headers=("Link",), refusals=(404,)),
)
async def list_people_to_tell(  # noqa: PLR0917 - FastAPI reads filters from the signature.
    look: LookDep,
    unit_id: UnitFilter = None,
    state: StateFilter = None,
    limit: Limit = 50,
    cursor: CursorParam = None,
) -> Response:
    """List who came by an import or agreed on an older notice, and has not been told of the one in force; ids alone."""
    states = (state,) if state else ("waiting", "unreached")
    return await _page(look, (list_renotices, RenoticeOut, f"renotices:{state}"), (unit_id, states), (limit, cursor))


@router.get("/v1/confirmation-counts", **described("worker.count", reply=ConfirmedCountsOut, refusals=(404,)))
async def count_confirmations(
    look: LookDep, unit_id: Annotated[UUID, Query(description="A unit in your scope.")]
) -> Response:
    """Read how many people of a unit, and of each right below it, have confirmed, are asked, or were not reached.

    And how many codes they asked for that did not go out, because as many as a day may cost had gone out before.
    """
    today = day_of(look.request.app.state.database.clock.now())
    unit, children = await get_confirmation_counts(look.read, look.caller.scope, unit_id, today=today)
    return json_reply(ConfirmedCountsOut(unit=_counted(unit), children=[_counted(one) for one in children]))


def one_way(phone: str | None, link: str | None) -> tuple[str | None, str | None]:
    """The number in E.164 or the link; raises a refusal unless it is exactly one of them."""
    number = read_phone(phone) if phone is not None else None
    if phone is not None and number is None:
        raise Refusal(INVALID_INPUT, MENDING, errors=[fault("phone")])
    if (phone is None) == (link is None):
        raise Refusal(INVALID_INPUT, MENDING, errors=[Pointer("/link", "a link or a phone, and not both")])
    return number, link


def digits(code: str) -> str:
    """The six digits of a code, in whichever script; raises a refusal for anything else."""
    read = code.translate(_DIGITS)
    if not (len(read) == 6 and read.isascii() and read.isdigit()):
        raise Refusal(INVALID_INPUT, MENDING, errors=[fault("code")])
    return read


def address_of(request: Request) -> str:
    """The address that the gateway vouches for, as it is counted."""
    return household(request.headers.get("x-forwarded-for", "")[:45])


def _shown(notices: Notices, shown: Shown, language: str | None) -> ConfirmationOut:
    agreed = [AgreedOut(**dict(row)) for row in shown.agreed]
    notice = next((notice_out(one) for one in _notice(notices, agreed, language)), None)
    newer = _in_words(notices, notices.current, (language, *(one.language for one in agreed[:1])))
    return ConfirmationOut(
        name=NamesOut(hi=masked(shown.names[0]), en=masked(shown.names[1])),
        unit=NamesOut(hi=shown.unit[0], en=shown.unit[1]),
        recorded_at=shown.captured_at,
        confirmed=bool(agreed) and all(one.confirmed_at is not None for one in agreed),
        agreed=agreed,
        notice=notice,
        newer=next((notice_out(one) for one in newer if notice is None or one.version != notice.version), None),
    )


def _notice(notices: Notices, agreed: list[AgreedOut], language: str | None) -> list[Notice]:
    """The notice that was agreed to."""
    first = next(iter(agreed), None)
    return [] if first is None else _in_words(notices, first.notice_version, (language, first.language))


def _in_words(notices: Notices, version: str, languages: Iterable[str | None]) -> list[Notice]:
    """A version in the first of the languages that it is there in: the one wanted, the consent's, else Hindi."""
    for language in (*languages, "hi"):
        if language and (found := notices.all(version, language)):
            return found
    return []


def _counted(one: Confirmed) -> ConfirmedCountOut:
    return ConfirmedCountOut(
        unit_id=one.unit_id,
        level=one.level,
        name_hi=one.name_hi,
        name_en=one.name_en,
        codes_held_back_today=one.held_back[0],
        codes_held_back_yesterday=one.held_back[1],
        **one.records,
    )


async def _page(
    look: LookDep,
    what: tuple[Callable[..., Awaitable[list[Any]]], type[msgspec.Struct], str],
    of: tuple[UUID | None, Sequence[str]],
    page: tuple[int, str | None],
) -> Response:
    """A page of one of the lists, unit by unit; the cursor stays good when the caller's own unit moves."""
    (query, out, name), (unit_id, states), (limit, cursor) = what, of, page
    purpose = f"{name}:{look.caller.unit_id}:{unit_id}"
    kept = look.parts.cursors.decode(cursor, purpose=purpose) if cursor else None
    scope = await narrowed(look.read, look.caller.scope, unit_id)
    after = Position(path_of(kept[0], scope), UUID(kept[1])) if kept else None
    rows = await query(look.read, scope, states=states, after=after, limit=limit)
    following = None
    if len(rows) > limit:
        rows = rows[:limit]
        end = [below(rows[-1]["path"], scope), str(rows[-1]["worker_id"])]
        following = look.parts.cursors.encode(end, purpose=purpose)
    names = out.__struct_fields__
    return page_reply(look.request, [out(**{one: row[one] for one in names}) for row in rows], following)
