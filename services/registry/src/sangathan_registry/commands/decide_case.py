"""Decides a case: a person does, and what the record itself can vouch for is signed on the spot."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.registry import CaseDecided
from sangathan_registry.commands.handle_case import locked
from sangathan_registry.commands.open_case import about
from sangathan_registry.commands.sign_receipts import ReceiptSigner
from sangathan_registry.commands.state_case import state_not_on_record, state_on_record
from sangathan_registry.domain.cases import Case, CaseStatus, Outcome, StepKind, refuse_decision
from sangathan_registry.domain.particulars import fault
from sangathan_registry.domain.refusals import SECOND_PERSON_NEEDED
from sangathan_registry.domain.worker import Status, Worker
from sangathan_registry.store import audit, cases, workers
from sangathan_registry.store.cases import Taken


@dataclass(frozen=True, slots=True)
class DecideCase:
    """Which case, under which version, what was decided and why; and the worker, when it is one of ours."""

    case_id: UUID
    require_version: Callable[[Case], None]
    outcome: Outcome
    note: str
    worker_id: UUID | None


async def handle(work: Work, keys: tuple[Sealer, ReceiptSigner], caller: Caller, command: DecideCase) -> Case:
    """The decided case. An earlier decision and its statement are replaced, never removed."""
    sealer, signer = keys
    case = await locked(work, sealer, command.case_id)
    command.require_version(case)
    refuse_decision(case, command.outcome, command.worker_id)
    claim = case.told
    worker = await _worker(work, sealer, caller, command.worker_id)
    decided = replace(
        case,
        status=CaseStatus.DECIDED,
        outcome=command.outcome,
        worker_id=command.worker_id,
        decided_at=work.now,
        changed_at=work.now,
        version=case.version + 1,
    )
    await cases.save(work, decided)
    await cases.replace_statements(work, case.id)
    step = Taken(StepKind.DECIDED, caller.person, caller.own_office, command.note, command.outcome)
    await cases.add_step(work, sealer, decided, step)
    await audit.note(work, caller, audit.Subject(case.unit_id, case.path), purpose=about(case))
    stated = None
    if worker is not None:
        await audit.note(work, caller, audit.Subject(worker.unit_id, worker.path, worker.id), purpose=about(case))
        stated = await state_on_record(work, signer, caller, (decided, worker))
    elif command.outcome is Outcome.IMPOSTOR:
        stated = await state_not_on_record(work, keys, caller, (decided, claim))
    if stated is not None:
        await cases.add_statement(work, sealer, decided, stated)
    units = {case.unit_id: case.path} | ({worker.unit_id: worker.path} if worker else {})
    work.publish(_event(decided, tuple(units)), path=case.path)
    return decided


async def _worker(work: Work, sealer: Sealer, caller: Caller, worker_id: UUID | None) -> Worker | None:
    """The worker that the claim tells of; nobody says so of themselves."""
    if worker_id is None:
        return None
    worker = await workers.find(work, sealer, worker_id)
    if worker is None or worker.status is not Status.ACTIVE:
        raise Refusal(NOT_FOUND, errors=[fault("worker_id")])
    if worker.person_id == caller.person:
        raise Refusal(SECOND_PERSON_NEEDED, "Nobody clears their own name.")
    return worker


def _event(case: Case, units: tuple[UUID, ...]) -> CaseDecided:
    outcome = case.outcome or Outcome.UNKNOWN
    return CaseDecided(case_id=case.id, unit_id=case.unit_id, outcome=outcome.value, units=units, version=case.version)
