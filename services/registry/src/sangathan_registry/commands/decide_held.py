"""Shows a record that was received and not accepted, and decides about it: it is taken as it stands, or dismissed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import FORBIDDEN, NOT_FOUND, Refusal
from sangathan_chassis.sealing import Sealer
from sangathan_registry.commands import sync_batch
from sangathan_registry.commands.check_answers import AnswerChecks
from sangathan_registry.domain.refusals import DECIDED, HELD_NOT_FIT, SECOND_PERSON_NEEDED
from sangathan_registry.domain.sync import Outcome, SentRecord
from sangathan_registry.store import audit, receipts, sealed

ReadRecord = Callable[[bytes, UUID], SentRecord]
"""Reads a record as it came, of whoever took it down."""
_ORIGIN: Final = ("batch_id", "device_id", "drive_id", "sent_by", "vistarak_id")
_EVERY_CLASS: Final = frozenset({"open", "contact", "sensitive"})


@dataclass(frozen=True, slots=True)
class TakeHeld:
    """Which record, and how it is read."""

    held_id: UUID
    read: ReadRecord


async def show(work: Work, sealer: Sealer, caller: Caller, held_id: UUID) -> tuple[asyncpg.Record, str | None]:
    """The row, and the record as it was sent; None when it is kept no more. It holds whatever somebody wrote."""
    row = await receipts.held(work, held_id)
    if row is None:
        raise Refusal(NOT_FOUND)
    if row["sent_by"] != caller.person and not caller.field_classes >= _EVERY_CLASS:
        raise Refusal(FORBIDDEN, "What was sent is shown to who sent it, and to offices that see every field.")
    subject = audit.Subject(row["unit_id"], row["path"], row["record_id"])
    await audit.note(work, caller, subject, fields=sorted(_EVERY_CLASS))
    return row, sealed.open_body(sealer, row["body"]) if row["body"] else None


async def dismiss(work: Work, caller: Caller, held_id: UUID) -> asyncpg.Record:
    """The row after the decision; dismissed again it stays so, and one outside the scope reads as missing."""
    row = await receipts.dismiss(work, held_id, caller.person)
    if row is None:
        raise Refusal(NOT_FOUND)
    await audit.note(work, caller, audit.Subject(row["unit_id"], row["path"], row["record_id"]))
    return row


async def take(
    work: Work, tools: tuple[Sealer, AnswerChecks], caller: Caller, command: TakeHeld
) -> tuple[asyncpg.Record, datetime]:
    """The row that was held and when it was taken; it is on record now, and held no more.

    What was refused for what it says stays refused: it is sent again, mended. Nobody takes what they have sent or
    collected.
    """
    sealer, checks = tools
    row = await receipts.held(work, command.held_id, lock=True)
    if row is None:
        raise Refusal(NOT_FOUND)
    if row["decision"] is not None or not row["body"]:
        raise Refusal(DECIDED, "It was decided upon before.")
    if caller.person in {row["sent_by"], row["vistarak_id"]}:
        raise Refusal(SECOND_PERSON_NEEDED, "Somebody else decides about what you have sent or collected.")
    record = command.read(sealed.open_body(sealer, row["body"]).encode(), row["vistarak_id"] or row["sent_by"])
    origin: dict[str, Any] = {name: row[name] for name in _ORIGIN}
    batch = sync_batch.SyncBatch(records=[record], **origin)
    [result] = await sync_batch.handle(work, sealer, checks, (caller, batch))
    if result.outcome is not Outcome.ACCEPTED:
        detail = "It is sent again, mended, or dismissed; each error says what stands in its way."
        raise Refusal(HELD_NOT_FIT, detail, errors=result.errors)
    return row, work.now
