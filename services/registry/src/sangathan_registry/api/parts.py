"""What the registry's routes share, and what one request holds, gathered in one step."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

import asyncpg
from fastapi import Depends, Request

from sangathan_chassis.caller import Caller
from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Work
from sangathan_chassis.pages import CursorCodec
from sangathan_chassis.sealing import Sealer
from sangathan_hierarchy.replica import SqlReplica
from sangathan_registry.commands.check_answers import AnswerChecks
from sangathan_registry.commands.evidence_files import EvidenceFiles
from sangathan_registry.commands.give_way import Intake
from sangathan_registry.commands.note_look import handle as note_look
from sangathan_registry.commands.publish_statuses import StatusPublisher
from sangathan_registry.commands.redraw_pictures import PicturePool
from sangathan_registry.commands.sign_cards import CardSigner
from sangathan_registry.commands.sign_receipts import ReceiptSigner
from sangathan_registry.domain.notices import Notices
from sangathan_registry.domain.retention import Retention
from sangathan_registry.domain.transfers import TransferPolicy
from sangathan_registry.settings import RegistrySettings


@dataclass(frozen=True, slots=True)
class Parts:
    """Settings, keys that seal and sign, the cursor's signature, files, rules as data, and the replica of the tree."""

    settings: RegistrySettings
    sealer: Sealer
    cursors: CursorCodec
    replica: SqlReplica
    checks: AnswerChecks
    signer: ReceiptSigner
    card_signer: CardSigner
    statuses: StatusPublisher
    evidence: EvidenceFiles
    pictures: PicturePool
    notices: Notices
    retention: Retention
    transfers: TransferPolicy
    intake: Intake


@dataclass(frozen=True, slots=True)
class Look:
    """A request that only reads."""

    request: Request
    caller: Caller
    parts: Parts
    read: Connection

    async def note(self, rows: Iterable[asyncpg.Record]) -> None:
        """Puts what is about to be shown on the trail, in a work of its own; if that fails, nothing is shown."""
        async with self.request.app.state.database.work(self.caller.scope) as work:
            await note_look(work, self.caller, rows)


@dataclass(frozen=True, slots=True)
class Act:
    """A request that writes, if only to the audit trail."""

    request: Request
    caller: Caller
    parts: Parts
    work: Work


async def _look(request: Request) -> Look:
    return Look(request, request.state.caller, request.app.state.parts, request.state.read)


async def _act(request: Request) -> Act:
    return Act(request, request.state.caller, request.app.state.parts, request.state.work)


LookDep = Annotated[Look, Depends(_look)]
ActDep = Annotated[Act, Depends(_act)]
