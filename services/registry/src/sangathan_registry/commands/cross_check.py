"""Looks somebody up in the whole of the caller's state or nation, with a purpose that goes on the trail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.scope import Scope
from sangathan_registry.commands import open_photo
from sangathan_registry.domain.photos import PHOTO
from sangathan_registry.queries.find_by_card import find_by_card
from sangathan_registry.queries.find_worker import find_active_worker, find_active_workers
from sangathan_registry.queries.people_at_places import AtPlaces, people_at, places_named
from sangathan_registry.queries.search_workers import SearchWorkers, search_workers
from sangathan_registry.queries.units import get_place, narrowed
from sangathan_registry.store import audit

MOST_MATCHES = 50


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """By worker id, by a card's number, or by any of name key, phone index, words of a unit's name, and office; below
    a named unit."""

    purpose: str
    unit_id: UUID | None = None
    worker_id: UUID | None = None
    card: str | None = None
    name_key: str | None = None
    column: str = ""
    phone_index: bytes | None = None
    place: str | None = None
    office: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The matching records, at most 50 and one more, and by whose id a photo can be seen under which look-up."""

    rows: Sequence[asyncpg.Record]
    photos: Mapping[UUID, UUID]


async def handle(work: Work, caller: Caller, command: CrossCheck) -> Found:
    """Who was found; nobody on record gives none."""
    scope = await narrowed(work.raw, work.scope, command.unit_id)
    if command.worker_id is not None:
        found = await find_active_worker(work.raw, scope, command.worker_id)
    elif command.card is not None:
        found = await find_active_workers(work.raw, scope, await find_by_card(work.raw, scope, command.card))
    elif command.place is not None or command.office is not None:
        found = await _at_places(work, scope, command)
    else:
        found = await search_workers(
            work.raw,
            SearchWorkers(
                scope,
                MOST_MATCHES,
                name_key=command.name_key,
                column=command.column,
                phone_index=command.phone_index,
            ),
        )
    subjects = [audit.Subject(row["unit_id"], row["path"], row["id"]) for row in found[:MOST_MATCHES]]
    if not subjects:
        subjects = [await _asked_at(work, caller, command)]
    fields = sorted(caller.field_classes - {PHOTO})
    entries = await audit.note_all(work, caller, subjects, purpose=command.purpose, fields=fields)
    return Found(found, await open_photo.to_be_seen(work, caller, subjects, entries))


async def _at_places(work: Work, scope: Scope, command: CrossCheck) -> Sequence[asyncpg.Record]:
    places = [scope] if command.place is None else await places_named(work.raw, scope, command.place)
    query = AtPlaces(places, MOST_MATCHES, command.office, command.name_key, command.column, command.phone_index)
    return await people_at(work.raw, scope, query, work.now)


async def _asked_at(work: Work, caller: Caller, command: CrossCheck) -> audit.Subject:
    """Where a look-up that found nobody is noted."""
    unit_id = command.unit_id or caller.unit_id
    if unit_id is None:
        raise Refusal(NOT_FOUND)
    place = await get_place(work.raw, work.scope, unit_id)
    return audit.Subject(place.unit_id, place.path)
