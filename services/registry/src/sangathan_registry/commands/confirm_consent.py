"""What somebody who was written to may do without signing in: ask for a code, see what is meant, and confirm it.

The routes open no work of their own: a wrong guess is counted in a transaction that stands although the request is
refused. Nobody learns whether a number is on record: asking for a code is noted alike for every number, and who guesses
is told the same whether there is no such record, or no such code.
"""

import hmac
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from sangathan_chassis.audit import Entry, append
from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Database, Work
from sangathan_chassis.refusal import Refusal
from sangathan_chassis.scope import Scope
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.registry import ConsentConfirmed
from sangathan_hierarchy.ddl import TREE_LOCK
from sangathan_registry.domain.confirmations import (
    CODE_TRIES,
    How,
    State,
    until_tomorrow,
    wait_for_code,
    wait_for_place,
)
from sangathan_registry.domain.refusals import CODE_ASKED_TOO_OFTEN, CODE_NOT_GOOD, CODES_USED_UP
from sangathan_registry.queries.confirmations import Shown, show
from sangathan_registry.queries.whole_record import beyond_scope
from sangathan_registry.store import code_requests, code_tallies, confirmations, consents, sealed, workers

CONFIRMED: Final = "consent.confirm"


@dataclass(frozen=True, slots=True)
class AskCode:
    """The number, or a link that leads to one; from which address, and in which language."""

    phone: str | None
    link: str | None
    address: str
    hindi: bool


@dataclass(frozen=True, slots=True)
class Confirm:
    """A link or a number with the code that came to it; without ``confirmed`` it is only shown what is meant."""

    phone: str | None
    link: str | None
    code: str
    confirmed: bool
    purposes: Sequence[str] | None


async def ask_code(database: Database, sealer: Sealer, command: AskCode, *, per_address: int, per_day: int = 0) -> None:
    """Notes that a code is wanted; raises a refusal with the seconds to wait.

    When the day's codes are used up everybody is told so, whatever the number.
    """
    async with database.work(Scope.everything()) as work:
        if per_day and await code_tallies.sent_today(work) >= per_day:
            seconds = math.ceil(until_tomorrow(work.now).total_seconds())
            detail = "Use the code or link that was sent, sign in, or ask at your unit; codes go out again tomorrow."
            raise Refusal(CODES_USED_UP, detail, headers={"retry-after": str(seconds)})
        index = await _index_of(work, sealer, command)
        place = code_requests.place_index(sealer, command.address)
        to_phone, from_here = await code_requests.asked(work, index, place, per_address)
        wait = max(wait_for_code(to_phone, work.now), wait_for_place(from_here, work.now, per_address))
        if not wait:
            await code_requests.put(work, index, place, hindi=command.hindi)
    if wait:
        raise _too_often(wait)


async def handle(database: Database, sealer: Sealer, command: Confirm) -> Shown:
    """What the code's record is about, confirmed if that was said; raises a refusal for a code that is not good."""
    async with database.work(Scope.everything()) as work:
        await work.raw.execute("SELECT pg_advisory_xact_lock_shared($1)", TREE_LOCK)
        asked = await guessed(work, sealer, (command.phone, command.link), command.code)
        if asked is not None:
            if command.confirmed:
                await _confirm(work, asked, (How.CODE, None), command.purposes)
            shown = await show(work.raw, asked["worker_id"])
    if asked is None:
        raise Refusal(CODE_NOT_GOOD, "Give the newest code that came; after five wrong ones ask for another.")
    return shown


async def confirm_own(work: Work, caller: Caller) -> list[asyncpg.Record]:
    """What somebody who is signed in has agreed to, confirmed on every record by which they are known."""
    found: list[asyncpg.Record] = []
    await work.raw.execute("SELECT pg_advisory_xact_lock_shared($1)", TREE_LOCK)
    async with beyond_scope(work):
        for worker_id in await workers.of_person(work, caller.person):
            asked = await work.raw.fetchrow(
                "SELECT id AS worker_id, path, unit_id, person_id FROM workers WHERE id = $1", worker_id
            )
            if asked is not None:
                await _confirm(work, asked, (How.SIGNED_IN, caller.person), None)
            found += await consents.of_worker(work, worker_id)
    return found


async def guessed(work: Work, sealer: Sealer, whom: tuple[str | None, str | None], code: str) -> asyncpg.Record | None:
    """The asking that the code belongs to, locked; None after counting a wrong guess at each that it could have been.

    A code of a confirmed record still shows what stands there, and lets its person say that it is not them.
    """
    phone, link = whom
    if link is not None:
        rows = await confirmations.by_link(work, link)
    else:
        rows = await confirmations.by_phone(work, sealed.phone_index(sealer, phone or ""))
    alive = [row for row in rows if _alive(row, work.now)]
    for row in alive:
        if hmac.compare_digest(row["code_hash"], confirmations.code_hash(sealer, row["worker_id"], code)):
            return row
    await confirmations.note_tries(work, [row["worker_id"] for row in alive])
    return None


def _alive(row: asyncpg.Record, now: datetime) -> bool:
    good = row["code_hash"] is not None and row["code_until"] > now and row["code_tries"] < CODE_TRIES
    return good and row["state"] not in {State.DENIED, State.ENDED}


async def _confirm(
    work: Work, asked: asyncpg.Record, by: tuple[How, UUID | None], purposes: Sequence[str] | None
) -> None:
    how, person_id = by
    worker_id: UUID = asked["worker_id"]
    said = await confirmations.confirm(work, worker_id, how, purposes)
    if not said:
        return
    detail = {"worker_id": str(worker_id), "how": how.value, "purposes": said}
    entry = Entry(
        CONFIRMED,
        "done",
        person_id=person_id,
        subject_id=asked["person_id"],
        path=asked["path"],
        unit_id=asked["unit_id"],
        detail=detail,
    )
    await append(work, entry)
    event = ConsentConfirmed(worker_id=worker_id, unit_id=asked["unit_id"], purposes=tuple(said), how=how.value)
    work.publish(event, path=asked["path"])


async def _index_of(work: Work, sealer: Sealer, command: AskCode) -> bytes:
    """The number's blind index; a link that leads nowhere counts as a number that nobody has."""
    if command.phone is not None:
        return sealed.phone_index(sealer, command.phone)
    link = command.link or ""
    found: bytes | None = await work.raw.fetchval(
        "SELECT w.phone_index FROM confirmations c JOIN workers w ON w.id = c.worker_id"
        " WHERE c.link_hash = $1 AND c.link_until > $2",
        confirmations.link_hash(link),
        work.now,
    )
    return found or sealed.phone_index(sealer, link)


def _too_often(wait: timedelta) -> Refusal:
    seconds = math.ceil(wait.total_seconds())
    detail = "Use the code that was sent, or ask again after as many seconds as Retry-After says."
    return Refusal(CODE_ASKED_TOO_OFTEN, detail, headers={"retry-after": str(seconds)})
