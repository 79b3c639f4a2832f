"""Speaks to everybody at a unit and below."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sangathan_chassis.audit import Entry, append
from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import Pointer, Refusal
from sangathan_contracts.notify import BroadcastSent
from sangathan_notify.domain.broadcast import UNIT_NOT_FOUND, require_short
from sangathan_notify.domain.templates import Text
from sangathan_notify.store.broadcasts import Sender, add_broadcast, find_unit_path


@dataclass(frozen=True, slots=True)
class SendBroadcast:
    """What is said, to which unit, by whom under which appointment."""

    unit_id: UUID
    text: Text
    caller: Caller


@dataclass(frozen=True, slots=True)
class Sent:
    """The broadcast's id, its number, and when it was sent."""

    broadcast_id: UUID
    seq: int
    sent_at: datetime


async def handle(work: Work, command: SendBroadcast) -> Sent:
    """Writes the broadcast and announces it at its unit; raises Refusal for a unit outside or a text too long."""
    require_short(command.text)
    path = await find_unit_path(work.raw, work.scope, command.unit_id)
    if path is None:
        fault = Pointer("/unit_id", "takes the id of an open unit at or below your own")
        raise Refusal(UNIT_NOT_FOUND, errors=[fault])
    caller = command.caller
    sender = Sender(person_id=caller.person, appointment_id=caller.appointment_id, unit_id=command.unit_id, path=path)
    row = await add_broadcast(work, sender, command.text)
    event = BroadcastSent(
        broadcast_id=row.id,
        seq=row.seq,
        unit_id=command.unit_id,
        path=path,
        title_hi=row.title_hi,
        title_en=row.title_en,
        body_hi=row.body_hi,
        body_en=row.body_en,
        sent_at=row.sent_at,
    )
    work.publish(event, path=path)
    await append(work, Entry.done(caller, row.id, path, seq=row.seq))
    return Sent(row.id, row.seq, row.sent_at)
