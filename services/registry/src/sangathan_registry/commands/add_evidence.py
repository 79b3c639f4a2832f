"""Adds a file to a case as evidence, and shows it again: each reading is on the trail."""

from dataclasses import dataclass, replace
from hashlib import sha256
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_registry.commands.evidence_files import EvidenceFiles
from sangathan_registry.commands.handle_case import locked
from sangathan_registry.commands.open_case import about
from sangathan_registry.domain.cases import Case, StepKind
from sangathan_registry.domain.evidence_files import MOST_FILES, EvidenceFile
from sangathan_registry.domain.refusals import EVIDENCE_FULL
from sangathan_registry.store import audit, case_evidence, cases
from sangathan_registry.store.case_evidence import Kept
from sangathan_registry.store.cases import Taken


@dataclass(frozen=True, slots=True)
class AddEvidence:
    """Which case, and the file."""

    case_id: UUID
    file: EvidenceFile


async def handle(work: Work, kept: tuple[Sealer, EvidenceFiles], caller: Caller, command: AddEvidence) -> Case:
    """The case's next version; the same file again changes nothing. Evidence comes to a decided case too."""
    sealer, files = kept
    case = await locked(work, sealer, command.case_id)
    _ = case.told
    digest = sha256(command.file.content).digest()
    here = await case_evidence.digests(work, case.id)
    if digest in here:
        return case
    if len(here) >= MOST_FILES:
        raise Refusal(EVIDENCE_FULL, f"A case holds at most {MOST_FILES} files.")
    evidence_id = uuid7()
    await files.put(evidence_id, command.file.content)
    row = Kept(evidence_id, command.file.media_type, len(command.file.content), digest)
    await case_evidence.put(work, case, row, caller.person)
    added = replace(case, version=case.version + 1, changed_at=work.now)
    await cases.save(work, added)
    await cases.add_step(work, sealer, added, Taken(StepKind.EVIDENCE_ADDED, caller.person, caller.own_office))
    await audit.note(work, caller, audit.Subject(case.unit_id, case.path), purpose=about(case))
    return added


async def read(
    work: Work, kept: tuple[Sealer, EvidenceFiles], caller: Caller, which: tuple[UUID, UUID]
) -> EvidenceFile:
    """A file of a case; one outside the scope, of another case, or forgotten reads as missing."""
    case_id, evidence_id = which
    case = await cases.find(work, kept[0], case_id)
    media_type = None if case is None else await case_evidence.media_type_of(work, case.id, evidence_id)
    content = None if media_type is None else await kept[1].get(evidence_id)
    if case is None or media_type is None or content is None:
        raise Refusal(NOT_FOUND)
    subject = audit.Subject(case.unit_id, case.path)
    await audit.note(work, caller, subject, purpose=f"{about(case)}, file {evidence_id}")
    return EvidenceFile(content, media_type)
