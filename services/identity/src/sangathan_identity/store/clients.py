"""Reads and writes the applications that sign people in with Sangathan, and other systems."""

import hashlib
import secrets
from uuid import UUID

import asyncpg

from sangathan_chassis.connection import Connection
from sangathan_chassis.database import Work
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_identity.domain.clients import Client, ClientKind
from sangathan_identity.domain.units import Names

_COLUMNS = (
    "id, kind, name_hi, name_en, redirect_uris, secret_hash, unit_id, made_by, made_at, ended_at, version,"
    " former_secret_hash, former_secret_until"
)


def new_secret() -> str:
    """A secret of 256 random bits, marked as ours for scanners of leaked secrets."""
    return "sgk_" + secrets.token_urlsafe(32)


def secret_hash(secret: str) -> bytes:
    """A secret has 256 random bits, so a plain hash is as good as a slow one."""
    return hashlib.sha256(secret.encode()).digest()


async def find_client(connection: Connection, client_id: UUID) -> Client | None:
    """The application, ended or not."""
    row = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM clients WHERE id = $1",  # noqa: S608 - a constant of this module.
        client_id,
    )
    return client_of(row) if row else None


async def get_client(work: Work, client_id: UUID) -> Client:
    """The application, locked; raises not-found outside the scope exactly as for none at all."""
    row = await work.raw.fetchrow(
        f"SELECT {_COLUMNS} FROM clients WHERE id = $1"  # noqa: S608 - a constant of this module.
        " AND unit_id IN (SELECT id FROM units WHERE path >= $2 AND path < $3) FOR UPDATE",
        client_id,
        work.scope.lo,
        work.scope.hi,
    )
    if row is None:
        raise Refusal(NOT_FOUND)
    return client_of(row)


async def insert_client(work: Work, client: Client) -> None:
    """Adds the application."""
    await work.raw.execute(
        f"INSERT INTO clients ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",  # noqa: S608
        client.id,
        client.kind,
        client.names.hi,
        client.names.en,
        list(client.redirect_uris),
        client.secret_hash,
        client.unit_id,
        client.made_by,
        client.made_at,
        client.ended_at,
        client.version,
        client.former_secret_hash,
        client.former_secret_until,
    )


async def save_client(work: Work, client: Client) -> None:
    """Writes an application's end or its secrets."""
    await work.raw.execute(
        "UPDATE clients SET secret_hash = $2, ended_at = $3, version = $4, former_secret_hash = $5,"
        " former_secret_until = $6 WHERE id = $1",
        client.id,
        client.secret_hash,
        client.ended_at,
        client.version,
        client.former_secret_hash,
        client.former_secret_until,
    )


def client_of(row: asyncpg.Record) -> Client:
    """The application in a row."""
    return Client(
        id=row["id"],
        kind=ClientKind(row["kind"]),
        names=Names(row["name_hi"], row["name_en"]),
        redirect_uris=tuple(row["redirect_uris"]),
        secret_hash=row["secret_hash"],
        unit_id=row["unit_id"],
        made_by=row["made_by"],
        made_at=row["made_at"],
        ended_at=row["ended_at"],
        version=row["version"],
        former_secret_hash=row["former_secret_hash"],
        former_secret_until=row["former_secret_until"],
    )
