"""Reads a case, how to reach who reported it, or what was signed about it: each reading is on the trail."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_registry.commands.open_case import about
from sangathan_registry.domain.cases import Case
from sangathan_registry.queries.cases import Whole, find_statement, statement_in, whole_case
from sangathan_registry.queries.whole_record import beyond_scope
from sangathan_registry.store import audit, cases


async def handle(
    work: Work, sealer: Sealer, caller: Caller, case_id: UUID, *, has_it: Callable[[Case], bool]
) -> tuple[Case, Whole]:
    """The case with all that belongs to it; ``has_it`` says that the caller holds this version: nothing is noted."""
    case = await _found(work, sealer, case_id)
    if not has_it(case):
        await audit.note(work, caller, audit.Subject(case.unit_id, case.path), purpose=about(case))
    return case, await whole_case(work.raw, case.id)


async def reporter(work: Work, sealer: Sealer, caller: Caller, case_id: UUID) -> str | None:
    """How to reach whoever reported the case; None when they did not say, or it is no longer kept."""
    case = await _found(work, sealer, case_id)
    await audit.note(work, caller, audit.Subject(case.unit_id, case.path), purpose=about(case), fields=["contact"])
    return await cases.contact_of(work, sealer, case.id)


@dataclass(frozen=True, slots=True)
class StatementRead:
    """A statement as it was signed, and whether a later decision has replaced it."""

    text: str
    replaced: bool


async def statement(work: Work, sealer: Sealer, caller: Caller, statement_id: UUID) -> StatementRead:
    """A statement to hand on; one outside the scope, or forgotten, reads as missing."""
    row = await find_statement(work.raw, work.scope, statement_id)
    text = None if row is None else statement_in(sealer, row)
    if row is None or text is None:
        raise Refusal(NOT_FOUND)
    await audit.note(work, caller, audit.Subject(row["unit_id"], row["path"]), purpose=f"statement {statement_id}")
    return StatementRead(text, row["replaced_at"] is not None)


async def standing(work: Work, statement_id: UUID) -> asyncpg.Record | None:
    """Where a statement stands today, for whoever holds a genuine one; None when there is none any more."""
    async with beyond_scope(work):
        return await find_statement(work.raw, work.scope, statement_id)


async def _found(work: Work, sealer: Sealer, case_id: UUID) -> Case:
    case = await cases.find(work, sealer, case_id)
    if case is None:
        raise Refusal(NOT_FOUND)
    return case
