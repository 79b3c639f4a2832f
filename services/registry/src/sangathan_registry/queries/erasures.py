"""Erasures with what each service reported, newest first: within a scope, or a person's own."""

from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.scope import Scope
from sangathan_registry.store.erasures import OF_PERSON

_LIST = """
SELECT e.id, e.worker_id, e.unit_id, e.asked_at, e.asked_by, e.by_the_person, e.purge_at, e.undone_at, e.purged_at,
    encode(e.proof, 'hex') AS proof, e.removed::text AS removed, coalesce((
        SELECT json_agg(json_build_object('service', r.service, 'reported_at', r.reported_at, 'removed', r.removed,
            'hash', encode(r.hash, 'hex')) ORDER BY r.service)
        FROM erasure_reports r WHERE r.erasure_id = e.id), '[]')::text AS reports
FROM erasures e WHERE {} ORDER BY e.id DESC LIMIT {}
"""
_WITHIN = _LIST.format(
    "e.path >= $1 AND e.path < $2 AND ($3::uuid IS NULL OR e.worker_id = $3) AND ($4::uuid IS NULL OR e.id < $4)", "$5"
)
_ONE = _LIST.format("e.id = $1 AND e.path >= $2 AND e.path < $3", "1")
_OF_PERSON = _LIST.format(OF_PERSON, "50")


async def list_erasures(
    connection: Connection, scope: Scope, *, worker_id: UUID | None, before: UUID | None, limit: int
) -> list[asyncpg.Record]:
    """Up to ``limit`` erasures and one more."""
    return list(await connection.fetch(_WITHIN, scope.lo, scope.hi, worker_id, before, limit + 1))


async def get_erasure(connection: Connection, scope: Scope, erasure_id: UUID) -> asyncpg.Record:
    """The erasure; raises a not-found refusal outside the scope."""
    row = await connection.fetchrow(_ONE, erasure_id, scope.lo, scope.hi)
    if row is None:
        raise Refusal(NOT_FOUND)
    return row


async def own_erasures(connection: Connection, person_id: UUID) -> list[asyncpg.Record]:
    """A person's own, as long as it is known whose they are; call it within `beyond_scope`."""
    return list(await connection.fetch(_OF_PERSON, person_id))
