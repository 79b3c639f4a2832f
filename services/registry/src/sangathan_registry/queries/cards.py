"""Cards of a worker, what a stranger may learn of a genuine card, and what the public status list is made of."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sangathan_chassis.connection import Connection
from sangathan_chassis.scope import Scope
from sangathan_registry.domain.card import IssuedCard
from sangathan_registry.store.cards import read_card

_OF_WORKER = """
SELECT id, worker_id, path, number, status_index, issued_by, issued_at, expires_at, ended_at, end_reason FROM cards
WHERE worker_id = $1 AND path >= $2 AND path < $3 ORDER BY issued_at DESC, id DESC LIMIT 100
"""
_NUMBER = "SELECT number FROM cards WHERE worker_id = $1 AND ended_at IS NULL AND path >= $2 AND path < $3"
_KNOWN = "SELECT EXISTS (SELECT FROM workers WHERE id = $1 AND path >= $2 AND path < $3)"
_BEARER = """
SELECT c.ended_at, w.name_hi, w.name_en, w.person_id, u.name_hi AS unit_hi, u.name_en AS unit_en
FROM cards c JOIN workers w ON w.id = c.worker_id AND w.status = 'active' JOIN unit_replica u ON u.unit_id = w.unit_id
WHERE c.status_index = $1 AND c.number = $2
"""
_OFFICES = """
SELECT a.office, u.name_hi, u.name_en FROM appointment_replica a JOIN unit_replica u USING (unit_id)
WHERE a.person_id = $1 AND a.delegated_from IS NULL AND a.ended_at IS NULL
    AND a.valid_from <= $2 AND (a.valid_to IS NULL OR a.valid_to > $2)
ORDER BY u.path, a.office, a.appointment_id LIMIT 20
"""
_LIST = "SELECT version, changed_at, (SELECT last_value FROM card_indexes) AS last FROM card_list"


@dataclass(frozen=True, slots=True)
class Held:
    """An office held today, by its name in the catalogue, and the names of its unit."""

    office: str
    unit_hi: str
    unit_en: str


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who carries a card: names, the unit on whose record they are, and the offices they hold today."""

    name_hi: str | None
    name_en: str | None
    unit_hi: str
    unit_en: str
    offices: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class ListState:
    """The status list's version, since when, and the highest place that a card was given."""

    version: int
    changed_at: datetime
    last: int


async def cards_of_worker(connection: Connection, scope: Scope, worker_id: UUID) -> list[IssuedCard] | None:
    """The worker's cards, newest first, a hundred at most; None when there is no such worker inside the scope."""
    if not await connection.fetchval(_KNOWN, worker_id, scope.lo, scope.hi):
        return None
    return [read_card(row) for row in await connection.fetch(_OF_WORKER, worker_id, scope.lo, scope.hi)]


async def find_member_number(connection: Connection, scope: Scope, worker_id: UUID) -> str | None:
    """The membership number on the worker's card that is good."""
    number: str | None = await connection.fetchval(_NUMBER, worker_id, scope.lo, scope.hi)
    return number


async def find_bearer(connection: Connection, index: int, number: str, now: datetime) -> Bearer | None:
    """Who carries the card, if it is good; call it within `beyond_scope`, and show what the public page may show."""
    row = await connection.fetchrow(_BEARER, index, number)
    if row is None or row["ended_at"] is not None:
        return None
    held = await connection.fetch(_OFFICES, row["person_id"], now) if row["person_id"] else []
    offices = tuple(Held(one["office"], one["name_hi"], one["name_en"]) for one in held)
    return Bearer(row["name_hi"], row["name_en"], row["unit_hi"], row["unit_en"], offices)


async def list_state(connection: Connection) -> ListState:
    """What the list says now, in brief."""
    row = await connection.fetchrow(_LIST)
    if row is None:
        raise LookupError
    return ListState(row["version"], row["changed_at"], row["last"])


async def ended_indexes(connection: Connection) -> list[int]:
    """The places of all cards that have ended."""
    return [row["status_index"] for row in await connection.fetch("SELECT status_index FROM card_ends")]
