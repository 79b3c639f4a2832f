"""Reads and writes one-time codes: found by the challenge that only who asked was given, counted by phone and place."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.sealing import Sealer
from sangathan_identity.domain.codes import CODE_LIFETIME, WINDOW, Asked, SentCode

_CODE_PLACE: Final = "one_time_codes.code"
_ASKED_FROM_PLACE: Final = "one_time_codes.place"
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code for one number, asked for from one place (a device, or an address)."""

    code: str
    challenge: str
    purpose: str
    phone_index: bytes
    place_index: bytes
    known_device: bool


@dataclass(frozen=True, slots=True)
class KeptCode:
    """A code that was asked for; ``code_hash`` cannot be guessed at without the key."""

    id: UUID
    phone_index: bytes
    code_hash: bytes
    state: SentCode


def code_hash(code_id: UUID, code: str, sealer: Sealer) -> bytes:
    """The keyed hash under which a code is kept: a dump of the table opens no code of six digits."""
    return sealer.index(f"{code_id}:{code}", place=_CODE_PLACE)


def place_index(place: str, sealer: Sealer) -> bytes:
    """A device or an address as it is counted: nobody's address is kept."""
    return sealer.index(place, place=_ASKED_FROM_PLACE)


async def asked_lately(work: Work, phone_index: bytes, place: bytes) -> list[Asked]:
    """When codes were asked for with this number; whoever asks at once with it, or from the same place, waits."""
    locks = sorted(int.from_bytes(index[:8], "big", signed=True) for index in (phone_index, place))
    await work.raw.execute("SELECT pg_advisory_xact_lock(l) FROM unnest($1::bigint[]) AS l", locks)
    rows = await work.raw.fetch(
        "SELECT created_at, place_index = $3 AS here, known_device FROM one_time_codes"
        " WHERE phone_index = $1 AND created_at > $2",
        phone_index,
        work.now - WINDOW,
        place,
    )
    return [Asked(row["created_at"], bool(row["here"]), row["known_device"]) for row in rows]


async def asked_from(work: Work, place: bytes, most: int) -> list[datetime]:
    """When codes were asked for from this place, to whatever number; the newest so many."""
    rows = await work.raw.fetch(
        "SELECT created_at FROM one_time_codes WHERE place_index = $1 AND created_at > $2"
        " ORDER BY created_at DESC LIMIT $3",
        place,
        work.now - WINDOW,
        most,
    )
    return [row["created_at"] for row in rows]


async def insert_code(work: Work, new: NewCode, sealer: Sealer) -> None:
    """Keeps a code, whether or not anybody has the number: both cost the same. It replaces the one before."""
    code_id = uuid7()
    await work.raw.execute(
        "UPDATE one_time_codes SET expires_at = $4 WHERE phone_index = $1 AND place_index = $2 AND purpose = $3"
        " AND expires_at > $4 AND used_at IS NULL",
        new.phone_index,
        new.place_index,
        new.purpose,
        work.now,
    )
    await work.raw.execute(
        "INSERT INTO one_time_codes (id, phone_index, code_hash, created_at, expires_at, tries, challenge_hash,"
        " purpose, place_index, known_device) VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8, $9)",
        code_id,
        new.phone_index,
        code_hash(code_id, new.code, sealer),
        work.now,
        work.now + CODE_LIFETIME,
        hashlib.sha256(new.challenge.encode()).digest(),
        new.purpose,
        new.place_index,
        new.known_device,
    )


async def asked_code(work: Work, challenge: str, purpose: str) -> KeptCode | None:
    """The code behind this challenge, locked: parallel guesses count one after the other."""
    row = await work.raw.fetchrow(
        "SELECT id, phone_index, code_hash, expires_at, tries, used_at FROM one_time_codes"
        " WHERE challenge_hash = $1 AND purpose = $2 FOR UPDATE",
        hashlib.sha256(challenge.encode()).digest(),
        purpose,
    )
    if row is None:
        return None
    state = SentCode(row["expires_at"], row["tries"], row["used_at"])
    return KeptCode(row["id"], row["phone_index"], row["code_hash"], state)


async def note_try(work: Work, code: KeptCode, *, right: bool) -> None:
    """Counts a guess; a right one uses the code up."""
    await work.raw.execute(
        "UPDATE one_time_codes SET tries = tries + 1, used_at = $2 WHERE id = $1",
        code.id,
        work.now if right else None,
    )


async def spent_today(work: Work) -> int:
    """What codes have cost in the last day, in paise."""
    return int(
        await work.raw.fetchval("SELECT coalesce(sum(paise), 0) FROM code_spend WHERE hour > $1", work.now - _DAY)
    )


async def note_spending(work: Work, paise: int) -> None:
    """Adds what a code costs, and nothing for a number that nobody has: both write."""
    await work.raw.execute(
        "INSERT INTO code_spend (hour, paise) VALUES (date_trunc('hour', $1::timestamptz, 'UTC'), $2)"
        " ON CONFLICT (hour) DO UPDATE SET paise = code_spend.paise + $2",
        work.now,
        paise,
    )
