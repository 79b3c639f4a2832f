"""Brings in a plan of workshops, whole or not at all."""

from dataclasses import dataclass
from uuid import UUID

from sangathan_chassis.audit import Entry, append
from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import Pointer, Refusal
from sangathan_workshops.domain.plan import Draft, Line, draft_plan
from sangathan_workshops.domain.refusals import PLAN_INCOMPLETE, UNIT_NOT_FOUND
from sangathan_workshops.store.plans import PlanWriter, find_unit_path, units_of_level


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """A plan for every unit of a level at or below a unit; ``dry_run`` examines it and writes nothing."""

    unit_id: UUID
    name_hi: str
    name_en: str
    level: str
    lines: tuple[Line, ...]
    caller: Caller
    dry_run: bool


@dataclass(frozen=True, slots=True)
class Imported:
    """The plan's id, or None after a dry run, and what its rows amount to."""

    plan_id: UUID | None
    draft: Draft


async def handle(work: Work, command: ImportPlan) -> Imported:
    """Writes the plan; raises Refusal with a pointer per fault, unless it is a dry run, which reports them."""
    path = await find_unit_path(work.raw, work.scope, command.unit_id)
    if path is None:
        fault = Pointer("/unit_id", "takes the id of an open unit at or below your own")
        raise Refusal(UNIT_NOT_FOUND, errors=[fault])
    units = await units_of_level(work.raw, path, command.level)
    draft = draft_plan(command.lines, units, level=command.level, today=work.now.date())
    if command.dry_run:
        return Imported(None, draft)
    if draft.faults:
        raise Refusal(
            PLAN_INCOMPLETE, f"Nothing was written; {len(units)} units are to be called.", errors=draft.faults
        )
    writer = PlanWriter(work, unit_id=command.unit_id, path=path, by=command.caller.person)
    plan_id = await writer.write(draft, name_hi=command.name_hi, name_en=command.name_en, level=command.level)
    await append(work, Entry.done(command.caller, plan_id, path, level=command.level))
    return Imported(plan_id, draft)
