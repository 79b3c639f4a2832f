"""The jobs that ask people whether they agreed: unasked at a set pace and at decent hours, and when they want a code.

What is sent is committed with the hashes of its link and code, and goes out from there; nothing is said to a provider
within the transaction.
"""

import asyncio
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
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
    Hours,
    Pace,
    State,
    Unreached,
)
from sangathan_registry.store import code_requests, confirmations, text_messages
from sangathan_registry.store.confirmations import Given, Lives, Person
from sangathan_registry.store.text_messages import Text

TEMPLATE: Final = "consent-confirmation"
_ASK_LOCK = 7_305_141
_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Asking:
    """How fast and when people are asked of themselves (0 a minute: never), and where a link leads."""

    per_minute: int
    hours: Hours
    public_url: str


async def keep_asking_people(database: Database, sealer: Sealer, asking: Asking, every_s: float) -> None:
    """Rests, then asks whom it may; whatever fails is tried again by whoever keeps background jobs running."""
    while True:
        await asyncio.sleep(every_s)
        await answer_requests(database, sealer, asking)
        await ask_some(database, sealer, asking)


async def ask_some(database: Database, sealer: Sealer, asking: Asking) -> int:
    """Asks as many as the pace allows now; gives how many, or 0 while another process does or the tree moves."""
    if not asking.per_minute:
        return 0
    async with database.work(Scope.everything()) as work:
        if not asking.hours.open_at(work.now) or not await _mine(work):
            return 0
        pace = Pace(asking.per_minute, await confirmations.paid_until(work), work.now)
        people = await confirmations.due(work, sealer, min(pace.most, _AT_ONCE)) if pace.most else []
        if people:
            await confirmations.pay(work, pace.spent(len(people)))
        given_up = [one for one in people if one.sends >= MOST_SENDS or not one.phone]
        for one in given_up:
            reason = Unreached.NOT_TAKEN if one.phone else Unreached.NO_PHONE
            await confirmations.settle(work, one.worker_id, State.UNREACHED, reason)
        asked = [one for one in people if one not in given_up]
        await _write_to(work, sealer, asking, (asked, work.now + CODE_WITH_LINK))
    return len(people)


async def answer_requests(database: Database, sealer: Sealer, asking: Asking) -> int:
    """Sends codes to the numbers that asked for one and are on record; gives how many requests were looked at."""
    async with database.work(Scope.everything()) as work:
        await work.raw.execute("SELECT pg_advisory_xact_lock_shared($1)", TREE_LOCK)
        requests = await code_requests.take(work, _AT_ONCE)
        for request in requests:
            people = await confirmations.of_phone(work, sealer, request.phone_index, MOST_RECORDS)
            await _write_to(work, sealer, asking, (people, work.now + CODE_ASKED_FOR))
    return len(requests)


async def _mine(work: Work) -> bool:
    return bool(
        await work.raw.fetchval(
            "SELECT pg_try_advisory_xact_lock($1) AND pg_try_advisory_xact_lock_shared($2)", _ASK_LOCK, TREE_LOCK
        )
    )


async def _write_to(work: Work, sealer: Sealer, asking: Asking, rest: tuple[Sequence[Person], datetime]) -> None:
    people, code_until = rest
    if not people:
        return
    given = [
        Given(one.worker_id, confirmations.link_of(sealer, one), f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}")
        for one in people
    ]
    await confirmations.give(work, sealer, given, Lives(work.now + LINK_LIFETIME, code_until, work.now + TRY_AGAIN))
    texts = [
        text_messages.New(one.worker_id, one.path, _text(one, what, asking))
        for one, what in zip(people, given, strict=True)
    ]
    await text_messages.put(work, sealer, texts, code_until)


def _text(person: Person, given: Given, asking: Asking) -> Text:
    """The name is masked: a phone is shared, and lies about."""
    hindi, english = person.names
    name = (hindi or english) if person.hindi else (english or hindi)
    link = f"{asking.public_url}/confirm#{given.link}"
    variables = {"code": given.code, "link": link, "name": masked(name), "unit": person.unit[0 if person.hindi else 1]}
    return Text(phone=person.phone, template=TEMPLATE, variables=variables, hindi=person.hindi)
