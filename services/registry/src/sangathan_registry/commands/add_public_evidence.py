"""Adds a file from the public to a case that the public has reported, for whoever quotes its number.

The number cannot be guessed and is told to nobody but the reporter and those who look into the case. Pictures are drawn
anew, so that nothing about the reporter's phone or place comes with them.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import Final

from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.scope import Scope
from sangathan_chassis.sealing import Sealer
from sangathan_hierarchy.ddl import TREE_LOCK
from sangathan_registry.commands.evidence_files import EvidenceFiles
from sangathan_registry.commands.open_case import PUBLIC
from sangathan_registry.commands.redraw_pictures import PicturePool
from sangathan_registry.domain.cases import Case, StepKind
from sangathan_registry.domain.evidence_files import MOST_FILES, MOST_PUBLIC_FILES, EvidenceFile
from sangathan_registry.domain.photos import EXHIBIT, TAKEN
from sangathan_registry.domain.refusals import EVIDENCE_FULL
from sangathan_registry.store import case_evidence, cases
from sangathan_registry.store.case_evidence import Kept
from sangathan_registry.store.cases import Taken

OPEN_FOR: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AddPublicEvidence:
    """The number that was told to the reporter, and the file."""

    reference: str
    file: EvidenceFile


async def handle(work: Work, tools: tuple[Sealer, EvidenceFiles, PicturePool], command: AddPublicEvidence) -> None:
    """Keeps the file; the same one again changes nothing. A case from elsewhere or long ago reads as missing."""
    sealer, files, pool = tools
    case = await _reported(work, sealer, command.reference)
    file = await _bare(pool, command.file)
    digest = sha256(file.content).digest()
    here = await case_evidence.digests(work, case.id)
    if digest in here:
        return
    if len(here) >= MOST_FILES or await case_evidence.from_the_public(work, case.id) >= MOST_PUBLIC_FILES:
        raise Refusal(EVIDENCE_FULL, f"A report holds at most {MOST_PUBLIC_FILES} files.")
    evidence_id = uuid7()
    await files.put(evidence_id, file.content)
    await case_evidence.put(work, case, Kept(evidence_id, file.media_type, len(file.content), digest), None)
    added = replace(case, version=case.version + 1, changed_at=work.now)
    await cases.save(work, added)
    await cases.add_step(work, sealer, added, Taken(StepKind.EVIDENCE_ADDED, None, PUBLIC))


async def _reported(work: Work, sealer: Sealer, reference: str) -> Case:
    """The case, locked, where it stands: no scope holds the public to a place, and so the tree stands still."""
    await work.raw.execute("SELECT pg_advisory_xact_lock_shared($1)", TREE_LOCK)
    await work.set_scope(Scope.everything())
    case = await cases.find_reported(work, sealer, reference, work.now - OPEN_FOR)
    if case is None:
        raise Refusal(NOT_FOUND)
    await work.set_scope(Scope.subtree(case.path))
    return case


async def _bare(pool: PicturePool, file: EvidenceFile) -> EvidenceFile:
    if file.media_type not in TAKEN:
        return file
    return EvidenceFile((await pool.redrawn(file.content, EXHIBIT)).content, "image/jpeg")
