"""The tables of the OpenID provider: applications, the codes they exchange, and the tokens they hold."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


def _moment(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_type=sa.DateTime(timezone=True), nullable=nullable)


class ClientRow(SQLModel, table=True):
    """An application that people sign in to with Sangathan, or another system; ``unit_id`` is whose it is."""

    __tablename__ = "clients"
    id: UUID = Field(primary_key=True)
    kind: str
    name_hi: str
    name_en: str
    redirect_uris: list[str] = Field(sa_type=sa.ARRAY(sa.Text))
    secret_hash: bytes | None = None
    unit_id: UUID = Field(foreign_key="units.id")
    made_by: UUID = Field(foreign_key="persons.id")
    made_at: datetime = _moment()
    ended_at: datetime | None = _moment(nullable=True)
    version: int
    former_secret_hash: bytes | None = None
    former_secret_until: datetime | None = _moment(nullable=True)


class AuthorizationCodeRow(SQLModel, table=True):
    """What a person agreed to, by the hash of the code that an application exchanges once for tokens."""

    __tablename__ = "authorization_codes"
    code_hash: bytes = Field(primary_key=True)
    client_id: UUID = Field(foreign_key="clients.id")
    session_id: UUID = Field(foreign_key="sessions.id")
    redirect_uri: str
    scope: str
    nonce: str | None = None
    code_challenge: str
    expires_at: datetime = _moment()
    used_at: datetime | None = _moment(nullable=True)


class ClientTokenRow(SQLModel, table=True):
    """A token of an application by its hash: an access token, or a refresh token with its successor once used."""

    __tablename__ = "client_tokens"
    token_hash: bytes = Field(primary_key=True)
    kind: str
    client_id: UUID = Field(foreign_key="clients.id")
    session_id: UUID = Field(foreign_key="sessions.id")
    scope: str
    issued_at: datetime = _moment()
    expires_at: datetime = _moment()
    used_at: datetime | None = _moment(nullable=True)
    successor_sealed: bytes | None = None


class ServiceTokenRow(SQLModel, table=True):
    """An access token of another system by its hash; ``grant_id`` is the appointment that it stands for."""

    __tablename__ = "service_tokens"
    id: UUID = Field(primary_key=True)
    token_hash: bytes
    client_id: UUID = Field(foreign_key="clients.id")
    grant_id: UUID = Field(foreign_key="appointments.id")
    scope: str
    issued_at: datetime = _moment()
    expires_at: datetime = _moment()
    ended_at: datetime | None = _moment(nullable=True)
