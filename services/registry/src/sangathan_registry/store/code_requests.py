"""Who asked for a code, by keyed hashes: number and place, counted alike whether or not anybody has the number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.confirmations import WINDOW

_ASKED_FROM: Final = "code_requests.place"
_KEPT: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Request:
    """A request that waits to be looked at."""

    id: UUID
    phone_index: bytes
    hindi: bool


def place_index(sealer: Sealer, address: str) -> bytes:
    """An address as it is counted: nobody's address is kept."""
    return sealer.index(address, place=_ASKED_FROM)


async def asked(work: Work, phone_index: bytes, place: bytes, most: int) -> tuple[list[datetime], list[datetime]]:
    """When codes were asked for with this number, and from this place; whoever asks at once with either waits."""
    locks = sorted(int.from_bytes(index[:8], "big", signed=True) for index in (phone_index, place))
    await work.raw.execute("SELECT pg_advisory_xact_lock(l) FROM unnest($1::bigint[]) AS l", locks)
    since = work.now - WINDOW
    phone = await work.raw.fetch("SELECT at FROM code_requests WHERE phone_index = $1 AND at > $2", phone_index, since)
    here = await work.raw.fetch(
        "SELECT at FROM code_requests WHERE place_index = $1 AND at > $2 ORDER BY at DESC LIMIT $3", place, since, most
    )
    return [row["at"] for row in phone], [row["at"] for row in here]


async def put(work: Work, phone_index: bytes, place: bytes, *, hindi: bool) -> None:
    """Keeps a request; a job looks whom it concerns, so that asking takes equally long whoever is on record."""
    await work.raw.execute(
        "INSERT INTO code_requests (id, phone_index, place_index, at, hindi) VALUES ($1, $2, $3, $4, $5)",
        *(uuid7(), phone_index, place, work.now, hindi),
    )


async def take(work: Work, most: int) -> Sequence[Request]:
    """Takes requests that nobody has looked at, and drops those that are no longer counted."""
    await work.raw.execute("DELETE FROM code_requests WHERE taken AND at < $1", work.now - _KEPT)
    rows = await work.raw.fetch(
        "UPDATE code_requests SET taken = true WHERE id IN (SELECT id FROM code_requests WHERE NOT taken"
        " ORDER BY at LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING id, phone_index, hindi",
        most,
    )
    return [Request(row["id"], row["phone_index"], row["hindi"]) for row in rows]
