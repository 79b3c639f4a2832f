"""Takes a case one step on: somebody has looked at it, or passes it on to the unit that it concerns."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import INVALID_INPUT, NOT_FOUND, Pointer, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.registry import CasePassedOn
from sangathan_registry.commands.open_case import about
from sangathan_registry.domain.cases import Case, CaseStatus, StepKind, refuse_step
from sangathan_registry.domain.refusals import UNIT_CLOSED
from sangathan_registry.queries.units import get_place
from sangathan_registry.store import audit, cases
from sangathan_registry.store.cases import Taken


@dataclass(frozen=True, slots=True)
class HandleCase:
    """Which case, under which version, what was done, and the unit it is passed on to."""

    case_id: UUID
    require_version: Callable[[Case], None]
    kind: StepKind
    note: str | None
    unit_id: UUID | None


async def handle(work: Work, sealer: Sealer, caller: Caller, command: HandleCase) -> Case:
    """The case's next version; refuses what it cannot take now, and a unit outside as missing."""
    case = await locked(work, sealer, command.case_id)
    command.require_version(case)
    refuse_step(case, command.kind)
    if (command.kind is StepKind.PASSED_ON) != (command.unit_id is not None):
        wanted = Pointer("/unit_id", "the unit to pass it on to with passed-on; null with looked-at")
        raise Refusal(INVALID_INPUT, "Each error names the place and what would be accepted.", errors=[wanted])
    handled = replace(case, version=case.version + 1, changed_at=work.now)
    if command.unit_id is None:
        handled = replace(handled, status=CaseStatus.LOOKED_AT)
    else:
        handled = await _passed_on(work, handled, command.unit_id)
    await cases.save(work, handled)
    await cases.carry(work, handled)
    step = Taken(command.kind, caller.person, caller.own_office, command.note)
    await cases.add_step(work, sealer, handled, step)
    await audit.note(work, caller, audit.Subject(handled.unit_id, handled.path), purpose=about(case))
    return handled


async def locked(work: Work, sealer: Sealer, case_id: UUID) -> Case:
    """The case, locked until this work ends; one outside the scope reads as missing."""
    case = await cases.find_for_change(work, sealer, case_id)
    if case is None:
        raise Refusal(NOT_FOUND)
    return case


async def _passed_on(work: Work, case: Case, unit_id: UUID) -> Case:
    place = await get_place(work.raw, work.scope, unit_id, field="unit_id")
    if place.closed:
        raise Refusal(UNIT_CLOSED, "Name the unit that took its place, or the one above.")
    work.publish(CasePassedOn(case_id=case.id, unit_id=place.unit_id, version=case.version), path=place.path)
    return replace(case, unit_id=place.unit_id, path=place.path)
