"""Makes the signed statement about a decided case: only what the record itself says on that day is signed."""

from typing import Any, Final
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.offices import OFFICES
from sangathan_registry.commands.sign_receipts import ReceiptSigner
from sangathan_registry.domain.cases import SAME_NAME, Case, Claim, Facts, StatementKind, masked_phone
from sangathan_registry.domain.worker import Worker
from sangathan_registry.queries.case_matches import alike_names_at, holders_of, likeness_to
from sangathan_registry.queries.units import names_of
from sangathan_registry.queries.whole_record import beyond_scope, look_up
from sangathan_registry.store.cases import Stated

STATEMENT: Final = "sangathan-statement"


async def state_not_on_record(
    work: Work, keys: tuple[Sealer, ReceiptSigner], caller: Caller, about: tuple[Case, Claim]
) -> Stated | None:
    """Says that the claimed person is not on record on this date; None when the record does not bear it out."""
    case, claim = about
    facts = await _facts(work, case, claim)
    if not facts.nothing_found:
        return None
    claimed = {
        "name": claim.name,
        "phone": masked_phone(claim.phone),
        "office": claim.office,
        "place": claim.place,
    }
    checked = {
        "phone": facts.phone_on_record is False,
        "name_at_unit": facts.name_at_unit is False,
        "office": facts.office_held is False,
    }
    content = {"claimed": claimed, "checked": checked}
    return await _signed(work, keys[1], caller, (case, StatementKind.NOT_ON_RECORD, content, None))


async def state_on_record(work: Work, signer: ReceiptSigner, caller: Caller, about: tuple[Case, Worker]) -> Stated:
    """Says that a worker whose name was called in question is on record on this date."""
    case, worker = about
    who = worker.particulars
    content = {
        "worker": {"name_hi": who.name_hi, "name_en": who.name_en, "unit": await names_of(work.raw, worker.unit_id)}
    }
    return await _signed(work, signer, caller, (case, StatementKind.ON_RECORD, content, worker.id))


async def _facts(work: Work, case: Case, claim: Claim) -> Facts:
    phone = None
    if case.phone_index is not None:
        async with beyond_scope(work):
            phone = bool(await look_up(work, phone_index=case.phone_index, worker_id=None))
    name = None
    if claim.name is not None:
        name = await alike_names_at(work.raw, work.scope.narrowed(case.path), claim.name) >= SAME_NAME
    return Facts(phone, name, await _office_held(work, case, claim))


async def _office_held(work: Work, case: Case, claim: Claim) -> bool | None:
    """Whether somebody of the claimed name holds the claimed office there; None when the office is not one of ours."""
    office = office_named(claim.office)
    if office is None or claim.name is None:
        return None
    holders = await holders_of(work.raw, case.path, office, work.now)
    return any((likeness_to(claim.name, row) or 0.0) >= SAME_NAME for row in holders)


def office_named(text: str | None) -> str | None:
    """The office that is meant by these words in either language, or by its slug; None when none is."""
    wanted = " ".join((text or "").casefold().replace("-", " ").split())
    for slug, office in OFFICES.items():
        known = (slug.replace("-", " "), office.name_en, office.name_hi)
        if wanted in {" ".join(name.casefold().replace("-", " ").split()) for name in known}:
            return slug
    return None


async def _signed(
    work: Work, signer: ReceiptSigner, caller: Caller, what: tuple[Case, StatementKind, dict[str, Any], UUID | None]
) -> Stated:
    case, kind, content, worker_id = what
    statement_id = uuid7()
    claims = {
        "jti": str(statement_id),
        "kind": kind.value,
        "reference": case.reference,
        "issued_at": work.now.isoformat(),
        "unit": await names_of(work.raw, case.unit_id),
        "issued_by": await _issuer(work, caller),
        **content,
    }
    return Stated(statement_id, kind, signer.sign(claims, typ=STATEMENT), worker_id, caller.person)


async def _issuer(work: Work, caller: Caller) -> dict[str, Any] | None:
    """The office that signs and the unit it is held at; None for one that is not among ours."""
    office = OFFICES.get(caller.own_office)
    if office is None or caller.unit_id is None:
        return None
    return {"hi": office.name_hi, "en": office.name_en, "unit": await names_of(work.raw, caller.unit_id)}
