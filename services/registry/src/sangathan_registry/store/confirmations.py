"""The statements that keep how far the asking of each record's person has come; each keeps the units' numbers too."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from sangathan_chassis.database import Work
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.confirmations import How, State, Unreached
from sangathan_registry.store.confirmation_counts import DELTAS
from sangathan_registry.store.sealed_particulars import open_row

_CODE: Final = "confirmations.code"
_LINK: Final = "confirmations.link"
_CHANGED: Final = "RETURNING new.path, old.state AS before, new.state AS after"
_OPEN: Final = f"""
WITH changed AS (
    INSERT INTO confirmations (worker_id, path, state, reason, asked_at, next_at)
    SELECT w.id, w.path, CASE WHEN w.phone_index IS NULL THEN 'unreached' ELSE 'waiting' END,
        CASE WHEN w.phone_index IS NULL THEN '{Unreached.NO_PHONE}' END, $2, $2
    FROM workers w JOIN consents c ON c.worker_id = w.id AND c.purpose = 'membership'
    WHERE w.id = ANY($1::uuid[]) AND w.status = 'active' AND c.confirmed_at IS NULL AND c.withdrawn_at IS NULL
    ON CONFLICT (worker_id) DO NOTHING RETURNING path, NULL::text AS before, state AS after
) {DELTAS}
"""  # noqa: S608 - constants.
_LEFT: Final = f"""
WITH gone AS (DELETE FROM text_messages WHERE worker_id = $1), changed AS (
    UPDATE confirmations SET was = state, state = 'ended', link_hash = NULL, code_hash = NULL
    WHERE worker_id = $1 AND state NOT IN ('ended', 'denied') {_CHANGED}
) {DELTAS}
"""  # noqa: S608
_CAME_BACK: Final = f"""
WITH changed AS (
    UPDATE confirmations SET state = was, was = NULL WHERE worker_id = $1 AND state = 'ended' {_CHANGED}
) {DELTAS}
"""  # noqa: S608
# Another number is another chance: nothing that went to the one before opens anything any more.
_OTHER_PHONE: Final = f"""
WITH gone AS (DELETE FROM text_messages WHERE worker_id = $1), changed AS (
    UPDATE confirmations SET state = CASE WHEN $2 THEN 'waiting' ELSE 'unreached' END,
        reason = CASE WHEN NOT $2 THEN '{Unreached.NO_PHONE}' END, sends = 0, next_at = $3, link_hash = NULL,
        code_hash = NULL
    WHERE worker_id = $1 AND state IN ('waiting', 'sent', 'unreached') {_CHANGED}
) {DELTAS}
"""  # noqa: S608
# As with another number, of who had confirmed by it.
_CONFIRMED_BY_ANOTHER: Final = _OTHER_PHONE.replace("state IN ('waiting', 'sent', 'unreached')", "state = 'confirmed'")
_SETTLE: Final = f"""
WITH changed AS (
    UPDATE confirmations SET state = $2, reason = $3, sent_at = CASE WHEN $2 = 'sent' THEN $4 ELSE sent_at END
    WHERE worker_id = $1 AND state IN ('waiting', 'sent', 'unreached') {_CHANGED}
) {DELTAS}
"""  # noqa: S608
_CONFIRMED: Final = f"""
WITH changed AS (
    UPDATE confirmations SET state = 'confirmed', reason = NULL, code_hash = NULL
    WHERE worker_id = $1 AND state IN ('waiting', 'sent', 'unreached') {_CHANGED}
) {DELTAS}
"""  # noqa: S608
_DENIED: Final = f"""
WITH gone AS (DELETE FROM text_messages WHERE worker_id = $1), changed AS (
    UPDATE confirmations SET state = 'denied', reason = NULL, code_hash = NULL
    WHERE worker_id = $1 AND state <> 'ended' {_CHANGED}
) {DELTAS}
"""  # noqa: S608
_PUT_BACK: Final = f"""
WITH changed AS (
    UPDATE confirmations SET state = CASE WHEN $2 THEN 'waiting' ELSE 'unreached' END,
        reason = CASE WHEN NOT $2 THEN '{Unreached.NO_PHONE}' END, sends = 0, next_at = $3,
        link_hash = CASE WHEN $2 THEN link_hash END
    WHERE worker_id = $1 AND state = 'denied' {_CHANGED}
) {DELTAS}
"""  # noqa: S608
_SAID: Final = """
UPDATE consents SET confirmed_at = $2, confirmed_how = $3
WHERE worker_id = $1 AND withdrawn_at IS NULL AND confirmed_at IS NULL AND ($4::text[] IS NULL OR purpose = ANY($4))
RETURNING purpose
"""
_UNSAID: Final = """
UPDATE consents SET confirmed_at = NULL, confirmed_how = NULL
WHERE worker_id = $1 AND confirmed_at >= $2 AND ($3::text IS NULL OR confirmed_how = $3) RETURNING purpose
"""
_ASKED: Final = """
SELECT c.worker_id, c.path, c.sends, w.id, w.phone, w.relation_name, w.sealed, w.name_hi, w.name_en, a.language,
    u.name_hi AS unit_hi, u.name_en AS unit_en
FROM confirmations c JOIN workers w ON w.id = c.worker_id JOIN unit_replica u ON u.unit_id = w.unit_id
LEFT JOIN consents a ON a.worker_id = c.worker_id AND a.purpose = 'membership'
WHERE w.status = 'active' AND {} FOR UPDATE OF c
"""
_DUE: Final = _ASKED.format("c.state = 'waiting' AND c.next_at <= $1").replace(
    "FOR UPDATE", "ORDER BY c.next_at, c.worker_id LIMIT $2 FOR UPDATE"
)
_OF_PHONE: Final = _ASKED.format("w.phone_index = $1 AND c.state <> 'ended'").replace(
    "FOR UPDATE", "ORDER BY c.worker_id DESC LIMIT $2 FOR UPDATE"
)
_GIVE: Final = """
UPDATE confirmations c SET link_hash = s.link, link_until = $4, code_hash = s.code, code_until = $5, code_tries = 0,
    sends = sends + 1, next_at = $6
FROM unnest($1::uuid[], $2::bytea[], $3::bytea[]) AS s (worker_id, link, code) WHERE c.worker_id = s.worker_id
"""
_GUESSED: Final = """
SELECT c.worker_id, c.path, c.state, c.code_hash, c.code_until, c.code_tries, w.unit_id, w.person_id
FROM confirmations c JOIN workers w ON w.id = c.worker_id
WHERE w.status = 'active' AND {} ORDER BY c.worker_id DESC LIMIT 10 FOR UPDATE OF c
"""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is about to be written to."""

    worker_id: UUID
    path: str
    sends: int
    phone: str
    names: tuple[str | None, str | None]
    hindi: bool
    unit: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Given:
    """What a message gives: a link and a code, of which hashes are kept."""

    worker_id: UUID
    link: str
    code: str


@dataclass(frozen=True, slots=True)
class Lives:
    """Until when the link and the code are good, and when the asking is tried again if nobody takes the message."""

    link: datetime
    code: datetime
    next_at: datetime


def code_hash(sealer: Sealer, worker_id: UUID, code: str) -> bytes:
    """The keyed hash under which a code is kept: a dump of the table opens no code of six digits."""
    return sealer.index(f"{worker_id}:{code}", place=_CODE)


def link_of(sealer: Sealer, person: "Person") -> str:
    """The link of a record and its number: the same in every message, so that an older one still leads there."""
    index = sealer.index(f"{person.worker_id}:{person.phone}", place=_LINK)
    return "sgk_" + urlsafe_b64encode(index).decode().rstrip("=")


def link_hash(link: str) -> bytes:
    """The hash of a link, which nobody can guess."""
    return hashlib.sha256(link.encode()).digest()


async def open_for(work: Work, worker_ids: Sequence[UUID]) -> None:
    """Lets the persons of these records be asked, as far as they are on record and have neither been nor confirmed."""
    if worker_ids:
        await work.raw.execute(_OPEN, list(worker_ids), work.now)


async def follow(work: Work, worker_id: UUID, *, on_record: bool) -> None:
    """The record has left, or come back; what was on its way to its person is dropped with the record."""
    await work.raw.execute(_CAME_BACK if on_record else _LEFT, worker_id)


async def follow_phone(work: Work, worker_id: UUID, *, has_one: bool) -> None:
    """The record has another number, or none."""
    await work.raw.execute(_OTHER_PHONE, worker_id, has_one, work.now)


async def due(work: Work, sealer: Sealer, most: int) -> list[Person]:
    """Persons to be asked now, locked."""
    return [_person(sealer, row) for row in await work.raw.fetch(_DUE, work.now, most)]


async def of_phone(work: Work, sealer: Sealer, phone_index: bytes, most: int) -> list[Person]:
    """The persons on record under a number, locked, the newest records first."""
    ids = await work.raw.fetch(
        "SELECT id FROM workers WHERE phone_index = $1 AND status = 'active' ORDER BY id DESC LIMIT $2",
        phone_index,
        most,
    )
    await open_for(work, [row["id"] for row in ids])
    return [_person(sealer, row) for row in await work.raw.fetch(_OF_PHONE, phone_index, most)]


async def give(work: Work, sealer: Sealer, given: Sequence[Given], lives: Lives) -> None:
    """Keeps the hashes of what messages give; what an earlier message gave is good no more."""
    await work.raw.execute(
        _GIVE,
        [one.worker_id for one in given],
        [link_hash(one.link) for one in given],
        [code_hash(sealer, one.worker_id, one.code) for one in given],
        lives.link,
        lives.code,
        lives.next_at,
    )


async def settle(work: Work, worker_id: UUID, state: State, reason: Unreached | None = None) -> None:
    """What became of a message; who has answered meanwhile has answered."""
    await work.raw.execute(_SETTLE, worker_id, state, reason, work.now)


async def by_link(work: Work, link: str) -> list[asyncpg.Record]:
    """The asking that a link belongs to, locked, while the link is good."""
    where = "c.link_hash = $1 AND c.link_until > $2"
    return list(await work.raw.fetch(_GUESSED.format(where), link_hash(link), work.now))


async def by_phone(work: Work, phone_index: bytes) -> list[asyncpg.Record]:
    """The askings of the records under a number, locked."""
    return list(await work.raw.fetch(_GUESSED.format("w.phone_index = $1 AND c.code_hash IS NOT NULL"), phone_index))


async def note_tries(work: Work, worker_ids: Sequence[UUID]) -> None:
    """Counts a wrong guess."""
    await work.raw.execute(
        "UPDATE confirmations SET code_tries = code_tries + 1 WHERE worker_id = ANY($1)", list(worker_ids)
    )


async def confirm(work: Work, worker_id: UUID, how: How, purposes: Sequence[str] | None) -> list[str]:
    """Keeps on each artefact that its person has confirmed it; gives the purposes that were not confirmed before."""
    rows = await work.raw.fetch(_SAID, worker_id, work.now, how, None if purposes is None else list(purposes))
    said = [row["purpose"] for row in rows]
    if "membership" in said:
        await work.raw.execute(_CONFIRMED, worker_id)
    return sorted(said)


async def unconfirm(work: Work, worker_id: UUID, since: datetime, *, has_phone: bool, how: How | None = None) -> None:
    """What was confirmed since then, in any way or in one, was so by somebody else; its own person is asked again."""
    rows = await work.raw.fetch(_UNSAID, worker_id, since, how)
    if "membership" in {row["purpose"] for row in rows}:
        await work.raw.execute(_CONFIRMED_BY_ANOTHER, worker_id, has_phone, work.now)


async def deny(work: Work, worker_id: UUID) -> None:
    """Its person says that it is not about them; the link leads no further than to that."""
    await work.raw.execute(_DENIED, worker_id)


async def put_back(work: Work, worker_id: UUID, *, has_phone: bool) -> None:
    """It was decided to be somebody's after all, who has still to confirm it, or has no number to be asked on."""
    await work.raw.execute(_PUT_BACK, worker_id, has_phone, work.now)


async def paid_until(work: Work) -> datetime:
    """Until when the pace of first messages is used up."""
    found: datetime | None = await work.raw.fetchval("SELECT paid_until FROM message_pace FOR UPDATE")
    return found or datetime.fromtimestamp(0, work.now.tzinfo)


async def pay(work: Work, until: datetime) -> None:
    """The pace is used up until then."""
    await work.raw.execute(
        "INSERT INTO message_pace (paid_until) VALUES ($1) ON CONFLICT (only_row) DO UPDATE SET paid_until = $1", until
    )


def _person(sealer: Sealer, row: asyncpg.Record) -> Person:
    return Person(
        row["worker_id"],
        row["path"],
        row["sends"],
        open_row(sealer, row).phone or "",
        (row["name_hi"], row["name_en"]),
        row["language"] != "en",
        (row["unit_hi"], row["unit_en"]),
    )
