"""``/v1/notices`` and consents by purpose: what somebody is told, agrees to, and takes back as easily."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import Query, Request, Response

from sangathan_chassis.edge import edge_router
from sangathan_chassis.replies import json_reply
from sangathan_registry.api.bodies import Body, refuse_if
from sangathan_registry.api.consent_schemas import (
    ConsentOut,
    ConsentsOut,
    NoticeOut,
    NoticesOut,
    PurposeConsentIn,
    PurposeOut,
    TakingBackIn,
)
from sangathan_registry.api.described import described
from sangathan_registry.api.parts import ActDep, Parts
from sangathan_registry.commands import give_consent
from sangathan_registry.domain.consent import examine_consent
from sangathan_registry.domain.notices import Notice
from sangathan_registry.domain.particulars import fault

router = edge_router(tags=["consents"])
_CONSENT, _TAKING_BACK = Body(PurposeConsentIn), Body(TakingBackIn)

VersionFilter = Annotated[str | None, Query(max_length=20, description="Only this version.")]
LanguageFilter = Annotated[str | None, Query(max_length=3, description="Only this language, such as hi.")]


@router.get("/v1/notices", **described("notice.read", reply=NoticesOut, opens="nothing"))
async def list_notices(request: Request, version: VersionFilter = None, language: LanguageFilter = None) -> Response:
    """Read the notices on which people agree to be recorded, the newest version first."""
    parts: Parts = request.app.state.parts
    items = [notice_out(one) for one in parts.notices.all(version, language)]
    return json_reply(NoticesOut(current=parts.notices.current, items=items))


@router.get(
    "/v1/workers/{worker_id}/consents",
    **described("consent.keep", reply=ConsentsOut, opens="work", refusals=(404,)),
)
async def list_consents(worker_id: UUID, act: ActDep) -> Response:
    """Read to what the person has agreed and what was taken back; the reading is on the audit trail."""
    return _reply(await give_consent.read(act.work, act.parts.sealer, act.caller, worker_id))


@router.post(
    "/v1/workers/{worker_id}/consents",
    **described("consent.keep", body=PurposeConsentIn, reply=ConsentsOut, refusals=(404, 409)),
)
async def take_consent(worker_id: UUID, act: ActDep) -> Response:
    """Record that the person has agreed to one more purpose of a notice; what stands is not given again."""
    sent = await _CONSENT.read(act.request)
    agreed = sent.consent
    faults = [] if act.parts.notices.asks(agreed.notice_version, agreed.purpose) else [fault("consent/purpose")]
    consent = examine_consent(agreed, now=act.work.now, taken_by=act.caller.person, faults=faults)
    refuse_if(faults)
    command = give_consent.GiveConsent(worker_id, consent)
    return _reply(await give_consent.handle(act.work, act.parts.sealer, act.caller, command))


@router.post(
    "/v1/workers/{worker_id}/consent-withdrawals",
    **described("consent.keep", body=TakingBackIn, reply=ConsentsOut, refusals=(404, 409)),
)
async def withdraw_consent(worker_id: UUID, act: ActDep) -> Response:
    """Take one consent back because the person asks; without membership the whole record goes."""
    sent = await _TAKING_BACK.read(act.request)
    command = give_consent.TakeBack(worker_id, sent.purpose_code)
    return _reply(await give_consent.take_back(act.work, act.parts.sealer, act.caller, command))


@router.get("/v1/my-consents", **described("consent.own", reply=ConsentsOut, opens="work", refusals=(404,)))
async def list_own_consents(act: ActDep) -> Response:
    """See to what you have agreed."""
    return _reply(await give_consent.own(act.work, act.caller))


@router.post(
    "/v1/my-consents/withdrawals",
    **described("consent.own", body=TakingBackIn, reply=ConsentsOut, refusals=(404, 409)),
)
async def withdraw_own_consent(act: ActDep) -> Response:
    """Take back what you agreed to, for one purpose; without membership your whole record goes."""
    sent = await _TAKING_BACK.read(act.request)
    return _reply(await give_consent.take_back_own(act.work, act.parts.sealer, act.caller, sent.purpose_code))


def _reply(rows: Sequence[asyncpg.Record]) -> Response:
    return json_reply(ConsentsOut(items=[ConsentOut(**dict(row)) for row in rows]))


def notice_out(one: Notice) -> NoticeOut:
    """One notice as the API shows it."""
    purposes = [PurposeOut(code=p.code, title=p.title, data=list(p.data), why=p.why, kept=p.kept) for p in one.purposes]
    return NoticeOut(
        version=one.version,
        language=one.language,
        title=one.title,
        intro=one.intro,
        purposes=purposes,
        rights=list(one.rights),
        complaints=one.complaints,
        sha256=one.sha256,
    )
