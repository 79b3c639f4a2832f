"""The jobs that ask people whether they agreed: unasked at a set pace and at decent hours, and when they want a code.

What is sent is committed with the hashes of its link and code, and goes out from there; nothing is said to a provider
within the transaction.
"""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sangathan_chassis.database import Database, Work
from sangathan_chassis.scope import Scope
from sangathan_chassis.sealing import Sealer
from sangathan_hierarchy.ddl import TREE_LOCK
from sangathan_registry.domain.card import masked
from sangathan_registry.domain.confirmations import (
    CODE_ASKED_FOR,
    CODE_DIGITS,
    CODE_WITH_LINK,
    LINK_LIFETIME,
    MOST_RECORDS,
    MOST_SENDS,
    TRY_AGAIN,
    Caps,
    Hours,
    Pace,
    Renotice,
    State,
    Unreached,
)
from sangathan_registry.store import code_requests, code_tallies, confirmations, renotices, text_messages, turns
from sangathan_registry.store.confirmations import Given, Lives, Person
from sangathan_registry.store.text_messages import Text

TEMPLATE: Final = "consent-confirmation"
RENOTICE: Final = "notice-renewed"
"""For who is on record already, by an import or on an older notice: the same link, which leads to the notice."""
_ASK_LOCK = 7_305_141
_SWEEP_LOCK = 7_305_142
_AT_ONCE: Final = 200
_SWEPT: Final = 200
"""Records looked at in a tick: gentle beside a drive, and a state's are through within two hours."""


@dataclass(frozen=True, slots=True)
class Asking:
    """How fast and when people are asked of themselves (0 a minute: never), and where a link leads."""

    per_minute: int
    hours: Hours
    public_url: str
    notice: Renotice = field(default_factory=Renotice)
    caps: Caps = field(default_factory=Caps)


async def keep_asking_people(database: Database, sealer: Sealer, asking: Asking, every_s: float) -> None:
    """Rests, then asks whom it may; whatever fails is tried again by whoever keeps background jobs running."""
    while True:
        await asyncio.sleep(every_s)
        await answer_requests(database, sealer, asking)
        await ask_some(database, sealer, asking)
        await sweep_some(database, asking)


async def sweep_some(database: Database, asking: Asking) -> int:
    """Puts down some more of those who are to be told of the notice in force; gives how many were looked at."""
    if not asking.per_minute:
        return 0
    async with database.work(Scope.everything()) as work:
        mine = await turns.mine(work.raw, _SWEEP_LOCK)
        return await renotices.sweep(work, asking.notice, _SWEPT) if mine else 0


async def ask_some(database: Database, sealer: Sealer, asking: Asking) -> int:
    """Asks as many as the pace allows now; gives how many, or 0 while another process does or the tree moves."""
    if not asking.per_minute:
        return 0
    async with database.work(Scope.everything()) as work:
        if not asking.hours.open_at(work.now) or not await turns.mine(work.raw, _ASK_LOCK):
            return 0
        pace = Pace(asking.per_minute, await confirmations.paid_until(work), work.now)
        people = await confirmations.due(work, sealer, min(pace.most, _AT_ONCE)) if pace.most else []
        given_up = [one for one in people if one.sends >= MOST_SENDS or not one.phone]
        for one in given_up:
            reason = Unreached.NOT_TAKEN if one.phone else Unreached.NO_PHONE
            await confirmations.settle(work, one.worker_id, State.UNREACHED, reason)
        asked = [one for one in people if one not in given_up]
        await _write_to(work, sealer, asking, (asked, work.now + CODE_WITH_LINK, TEMPLATE))
        # Who is asked just now is told by the same message.
        told = await renotices.due(work, sealer, min(pace.most - len(people), _AT_ONCE))
        await _tell(work, sealer, asking, told)
        if people or told:
            await confirmations.pay(work, pace.spent(len(people) + len(told)))
    return len(people) + len(told)


async def _tell(work: Work, sealer: Sealer, asking: Asking, told: Sequence[Person]) -> None:
    """Tells of the notice; whoever has not confirmed either is asked that by the same message."""
    for one in told:
        if one.sends >= MOST_SENDS:
            await renotices.settle(work, one.worker_id, State.UNREACHED, Unreached.NOT_TAKEN)
    to_tell = [one for one in told if one.sends < MOST_SENDS]
    await confirmations.open_for(work, [one.worker_id for one in to_tell])
    await _write_to(work, sealer, asking, (to_tell, work.now + CODE_WITH_LINK, RENOTICE))


async def answer_requests(database: Database, sealer: Sealer, asking: Asking) -> int:
    """Sends codes to the numbers that asked for one and are on record; gives how many requests were looked at.

    Beyond the day's caps none goes out, and nobody is told so whose number it would tell of.
    """
    async with database.work(Scope.everything()) as work:
        await work.raw.execute("SELECT pg_advisory_xact_lock_shared($1)", TREE_LOCK)
        requests = await code_requests.take(work, _AT_ONCE)
        await code_tallies.forget(work)
        for request in requests:
            found = await confirmations.of_phone(work, sealer, request.phone_index, MOST_RECORDS)
            people = [one for one in found if await code_tallies.take(work, one.worker_id, asking.caps)]
            await _write_to(work, sealer, asking, (people, work.now + CODE_ASKED_FOR, TEMPLATE))
    return len(requests)


async def _write_to(work: Work, sealer: Sealer, asking: Asking, rest: tuple[Sequence[Person], datetime, str]) -> None:
    people, code_until, template = rest
    if not people:
        return
    given = [
        Given(one.worker_id, confirmations.link_of(sealer, one), f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}")
        for one in people
    ]
    await confirmations.give(work, sealer, given, Lives(work.now + LINK_LIFETIME, code_until, work.now + TRY_AGAIN))
    texts = [
        text_messages.New(one.worker_id, one.path, _text(one, what, (asking, template)))
        for one, what in zip(people, given, strict=True)
    ]
    await text_messages.put(work, sealer, texts, code_until)
    await renotices.note_sending(work, [one.worker_id for one in people], work.now + TRY_AGAIN)


def _text(person: Person, given: Given, how: tuple[Asking, str]) -> Text:
    """The name is masked: a phone is shared, and lies about."""
    hindi, english = person.names
    name = (hindi or english) if person.hindi else (english or hindi)
    link = f"{how[0].public_url}/confirm#{given.link}"
    variables = {"code": given.code, "link": link, "name": masked(name), "unit": person.unit[0 if person.hindi else 1]}
    return Text(phone=person.phone, template=how[1], variables=variables, hindi=person.hindi)
