"""Opens the signature or photo by which somebody agreed, and takes a wrong one away; each is on the trail."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import FORBIDDEN, NOT_FOUND, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.consent_evidence import ConsentEvidence, Kind
from sangathan_registry.domain.worker import Worker
from sangathan_registry.queries.whole_record import beyond_scope
from sangathan_registry.store import audit, consent_evidence, workers

SENSITIVE: Final = "sensitive"
"""The field class of consents, and of what shows them."""


@dataclass(frozen=True, slots=True)
class OpenConsentEvidence:
    """Whose, and what."""

    worker_id: UUID
    kind: Kind


async def handle(
    work: Work, sealer: Sealer, caller: Caller, command: OpenConsentEvidence
) -> tuple[ConsentEvidence, bytes]:
    """What is kept, and its picture; the reading is on the trail.

    A merged record keeps its own consents: where the kept one has nothing of the kind, the merged one's is shown.
    """
    worker = await _record(work, sealer, caller, command)
    one = await consent_evidence.find(work, worker.id, command.kind) or await _of_merged(work, worker, command.kind)
    if one is None:
        raise Refusal(NOT_FOUND)
    fields = [SENSITIVE, f"consent-{one.kind}"]
    await audit.note(work, caller, audit.Subject(worker.unit_id, worker.path, worker.id), fields=fields)
    return one, consent_evidence.PICTURES.open(sealer, one.id, one.sealed)


async def handle_own(work: Work, sealer: Sealer, caller: Caller, kind: Kind) -> tuple[ConsentEvidence, bytes]:
    """The person's own, wherever the record stands; what was merged into it comes after its own."""
    async with beyond_scope(work):
        own = await workers.of_person(work, caller.person)
        merged = [one for worker_id in own for one in await workers.merged_into(work, worker_id)]
        for ids in (own, merged):
            for one in await consent_evidence.of_workers(work, ids):
                if one.kind is kind:
                    return one, consent_evidence.PICTURES.open(sealer, one.id, one.sealed)
    raise Refusal(NOT_FOUND)


async def remove(
    work: Work, sealer: Sealer, caller: Caller, command: OpenConsentEvidence, *, may_remove: Callable[[int], None]
) -> None:
    """Takes it away for good, under its version that the caller has seen; the consent stays as it was taken down."""
    worker = await _record(work, sealer, caller, command)
    one = await consent_evidence.find(work, worker.id, command.kind)
    if one is None:
        raise Refusal(NOT_FOUND)
    may_remove(one.version)
    await consent_evidence.remove(work, one)
    fields = [f"consent-{one.kind}"]
    await audit.note(work, caller, audit.Subject(worker.unit_id, worker.path, worker.id), fields=fields)


async def _of_merged(work: Work, worker: Worker, kind: Kind) -> ConsentEvidence | None:
    async with beyond_scope(work):
        merged = await consent_evidence.of_workers(work, await workers.merged_into(work, worker.id))
    return next((one for one in merged if one.kind is kind), None)


async def _record(work: Work, sealer: Sealer, caller: Caller, command: OpenConsentEvidence) -> Worker:
    if SENSITIVE not in caller.field_classes:
        raise Refusal(FORBIDDEN, "Your office does not see how people agreed.")
    worker = await workers.find_for_change(work, sealer, command.worker_id)
    if worker is None:
        raise Refusal(NOT_FOUND)
    return worker
