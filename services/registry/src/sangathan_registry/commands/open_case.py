"""Opens a case: by an office-bearer at a unit of theirs, or by anybody at all, who learns nothing but a number."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import Refusal
from sangathan_chassis.scope import Scope
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.registry import CaseOpened
from sangathan_hierarchy.ddl import TREE_LOCK
from sangathan_registry.domain.cases import Case, CaseStatus, Claim, StepKind, new_reference
from sangathan_registry.domain.refusals import UNIT_CLOSED
from sangathan_registry.domain.worker import Place
from sangathan_registry.queries.units import find_intake, get_place
from sangathan_registry.store import audit, cases
from sangathan_registry.store.cases import Taken

OFFICER: Final = "officer"
PUBLIC: Final = "public"


@dataclass(frozen=True, slots=True)
class OpenCase:
    """What was claimed, by its blind index too, and when it happened."""

    unit_id: UUID | None
    claim: Claim
    phone_index: bytes | None
    happened_on: date | None
    contact: str | None = None


async def handle(work: Work, sealer: Sealer, caller: Caller, command: OpenCase) -> Case:
    """The new case at a unit of the caller's own; refuses one outside as missing."""
    assert command.unit_id is not None  # noqa: S101 - the route requires it.
    place = await get_place(work.raw, work.scope, command.unit_id, field="unit_id")
    if place.closed:
        raise Refusal(UNIT_CLOSED, "Name the unit that took its place, or the one above.")
    case = _case(work, place, command, opened_by=caller.person)
    await cases.put(work, sealer, case)
    await cases.add_step(work, sealer, case, Taken(StepKind.OPENED, caller.person, caller.own_office))
    await audit.note(work, caller, audit.Subject(case.unit_id, case.path), purpose=about(case))
    work.publish(CaseOpened(case_id=case.id, unit_id=case.unit_id, source=OFFICER), path=case.path)
    return case


async def report(work: Work, sealer: Sealer, command: OpenCase, intake: UUID | None) -> str:
    """The reference of a new case from the public.

    It goes to the unit that was named, else to ``intake``, else to the topmost: whoever reports learns not even
    whether the unit exists. The tree stands still until the case is in, since no scope holds the public to a place.
    """
    await work.raw.execute("SELECT pg_advisory_xact_lock_shared($1)", TREE_LOCK)
    place = await find_intake(work.raw, [command.unit_id, intake])
    await work.set_scope(Scope.subtree(place.path))
    case = _case(work, place, command, opened_by=None)
    await cases.put(work, sealer, case, command.contact)
    await cases.add_step(work, sealer, case, Taken(StepKind.OPENED, None, PUBLIC))
    work.publish(CaseOpened(case_id=case.id, unit_id=case.unit_id, source=PUBLIC), path=case.path)
    return case.reference


def about(case: Case) -> str:
    """How the trail names a case: by its reference, which says nothing about anybody."""
    return f"case {case.reference}"


def _case(work: Work, place: Place, command: OpenCase, *, opened_by: UUID | None) -> Case:
    return Case(
        id=uuid7(),
        reference=new_reference(),
        unit_id=place.unit_id,
        path=place.path,
        source=PUBLIC if opened_by is None else OFFICER,
        status=CaseStatus.OPENED,
        outcome=None,
        claim=command.claim,
        phone_index=command.phone_index,
        happened_on=command.happened_on,
        worker_id=None,
        opened_by=opened_by,
        opened_at=work.now,
        changed_at=work.now,
        decided_at=None,
        version=1,
    )
