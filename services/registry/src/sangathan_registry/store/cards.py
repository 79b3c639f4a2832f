"""The statements that keep membership cards, and the list of those that have ended.

The list is what strangers read, so it has no path and no wall: it holds numbers of places, and says of nobody who they
are. Whoever changes it locks its one row last and until the commit, so that versions and contents go together.
"""

from collections.abc import Iterable
from uuid import UUID

import asyncpg
import msgspec

from sangathan_chassis.database import Work
from sangathan_chassis.sealing import Sealer
from sangathan_registry.domain.card import EndReason, IssuedCard, Printed
from sangathan_registry.store import sealed as seals

_COLUMNS = (
    "id, worker_id, path, number, status_index, issued_by, issued_at, expires_at, ended_at, ended_by, end_reason, kid"
)
_WITHIN = "path >= $2 AND path < $3"
_OF_WORKER = f"SELECT {_COLUMNS} FROM cards WHERE worker_id = $1 AND {_WITHIN} ORDER BY issued_at, id FOR UPDATE"  # noqa: S608
_ONE = f"SELECT {_COLUMNS}, sealed FROM cards WHERE id = $1 AND {_WITHIN}"  # noqa: S608 - constants.
_INSERT = """
INSERT INTO cards (id, worker_id, path, number, status_index, sealed, kid, issued_by, issued_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_END = f"UPDATE cards SET ended_at = $4, ended_by = $5, end_reason = $6 WHERE id = $1 AND {_WITHIN}"  # noqa: S608
_RESTORE = f"UPDATE cards SET ended_at = NULL, ended_by = NULL, end_reason = NULL WHERE id = $1 AND {_WITHIN}"  # noqa: S608
_MOVE = f"UPDATE cards SET worker_id = $4, path = $5 WHERE id = $1 AND {_WITHIN}"  # noqa: S608
_FORGET = f"UPDATE cards SET number = NULL, sealed = NULL WHERE worker_id = $1 AND {_WITHIN}"  # noqa: S608
_NEW_VERSION = "UPDATE card_list SET version = version + 1, changed_at = $1"


async def next_index(work: Work) -> int:
    """The next place in the status list."""
    return int(await work.raw.fetchval("SELECT nextval('card_indexes')"))


async def next_serial(work: Work) -> int:
    """The next membership number, without its check digits."""
    return int(await work.raw.fetchval("SELECT nextval('member_numbers')"))


async def insert(work: Work, sealer: Sealer, card: IssuedCard, printed: Printed, *, kid: str) -> None:
    """Keeps a new card, with what is printed on it sealed."""
    content = seals.seal_card(sealer, msgspec.json.encode(printed).decode())
    values = (card.number, card.status_index, content, kid, card.issued_by, card.issued_at, card.expires_at)
    await work.raw.execute(_INSERT, card.id, card.worker_id, card.path, *values)


async def cards_of(work: Work, worker_id: UUID) -> list[IssuedCard]:
    """The worker's cards, oldest first, locked until this work ends."""
    return [read_card(row) for row in await work.raw.fetch(_OF_WORKER, worker_id, work.scope.lo, work.scope.hi)]


async def live_card(work: Work, worker_id: UUID) -> IssuedCard | None:
    """The worker's one card that has not ended."""
    return next((card for card in await cards_of(work, worker_id) if card.live), None)


async def find(work: Work, sealer: Sealer, card_id: UUID) -> tuple[IssuedCard, Printed | None] | None:
    """The card with what is printed on it, if that is still kept; None when there is none inside the scope."""
    row = await work.raw.fetchrow(_ONE, card_id, work.scope.lo, work.scope.hi)
    if row is None:
        return None
    content = row["sealed"]
    printed = msgspec.json.decode(seals.open_card(sealer, content), type=Printed) if content else None
    return read_card(row), printed


async def end(work: Work, card: IssuedCard, reason: EndReason, by: UUID) -> None:
    """The card is no longer good."""
    await work.raw.execute(_END, card.id, work.scope.lo, work.scope.hi, work.now, by, reason.value)
    await _mark(work, [card.status_index])


async def restore(work: Work, card: IssuedCard) -> None:
    """The card is good again, as if it had never ended."""
    await work.raw.execute(_RESTORE, card.id, work.scope.lo, work.scope.hi)
    await work.raw.execute("DELETE FROM card_ends WHERE status_index = $1", card.status_index)
    await work.raw.execute(_NEW_VERSION, work.now)


async def move(work: Work, card: IssuedCard, to: UUID, path: str) -> None:
    """The card is another record's."""
    await work.raw.execute(_MOVE, card.id, work.scope.lo, work.scope.hi, to, path)


async def forget(work: Work, worker_id: UUID) -> None:
    """Number, names and code of a withdrawn worker's cards are gone; that they have ended remains."""
    await work.raw.execute(_FORGET, worker_id, work.scope.lo, work.scope.hi)


async def _mark(work: Work, indexes: Iterable[int]) -> None:
    await work.raw.execute("INSERT INTO card_ends SELECT unnest($1::bigint[]) ON CONFLICT DO NOTHING", list(indexes))
    await work.raw.execute(_NEW_VERSION, work.now)


def read_card(row: asyncpg.Record) -> IssuedCard:
    """The card in a row."""
    return IssuedCard(
        id=row["id"],
        worker_id=row["worker_id"],
        path=row["path"],
        number=row["number"],
        status_index=row["status_index"],
        issued_by=row["issued_by"],
        issued_at=row["issued_at"],
        expires_at=row["expires_at"],
        ended_at=row["ended_at"],
        end_reason=EndReason(row["end_reason"]) if row["end_reason"] else None,
    )
