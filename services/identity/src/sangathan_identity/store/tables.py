"""The tables as SQLModel describes them; the migrations create them, a test holds the two together."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


def _moment(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_type=sa.DateTime(timezone=True), nullable=nullable)


_HELD_BY = "CASE WHEN client_id IS NULL THEN person_id END"


class LevelRow(SQLModel, table=True):
    """A rung of the ladder; rank 1 is the highest."""

    __tablename__ = "levels"
    code: str = Field(primary_key=True)
    rank: int
    name_hi: str
    name_en: str


class UnitRow(SQLModel, table=True):
    """A unit; row-level security shows only those in the scope."""

    __tablename__ = "units"
    id: UUID = Field(primary_key=True)
    parent_id: UUID | None = Field(default=None, foreign_key="units.id")
    level: str
    code: str
    path: str
    name_hi: str
    name_en: str
    version: int
    valid_from: datetime = _moment()
    closed_at: datetime | None = _moment(nullable=True)
    successor_id: UUID | None = Field(default=None, foreign_key="units.id")


class UnitVersionRow(SQLModel, table=True):
    """A unit as it was for a time; ``act`` says what made it so, ``path`` is where the unit stands today."""

    __tablename__ = "unit_versions"
    unit_id: UUID = Field(primary_key=True, foreign_key="units.id")
    version: int = Field(primary_key=True)
    act: str
    parent_id: UUID | None = None
    level: str
    code: str
    name_hi: str
    name_en: str
    closed_at: datetime | None = _moment(nullable=True)
    related_id: UUID | None = None
    valid_from: datetime = _moment()
    valid_to: datetime | None = _moment(nullable=True)
    done_by: UUID | None = None
    appointment_id: UUID | None = None
    request_id: str
    path: str


class TreeStateRow(SQLModel, table=True):
    """The one row whose version rises with each change of the tree; who changes the tree locks it first."""

    __tablename__ = "tree_state"
    only_row: bool = Field(default=True, primary_key=True)
    version: int = Field(sa_type=sa.BigInteger)


class PersonRow(SQLModel, table=True):
    """Somebody who can sign in; the phone number is sealed and found by its blind index."""

    __tablename__ = "persons"
    id: UUID = Field(primary_key=True)
    name_hi: str
    name_en: str
    phone_sealed: bytes
    phone_index: bytes
    password_hash: str | None = None
    version: int = 1
    suspended_at: datetime | None = _moment(nullable=True)
    created_at: datetime = _moment()
    password_changed_at: datetime | None = _moment(nullable=True)


class AppointmentRow(SQLModel, table=True):
    """An appointment; ``path`` is the unit's, and a move of the unit carries it along.

    ``actions`` are what a delegation lends, ``acting`` marks a charge, ``absence_reason`` says why although there is a
    holder. Of a grant to another system ``client_id`` and ``person_id`` are both the system's.
    """

    __tablename__ = "appointments"
    id: UUID = Field(primary_key=True)
    person_id: UUID
    office: str
    unit_id: UUID = Field(foreign_key="units.id")
    path: str
    valid_from: datetime = _moment()
    valid_to: datetime | None = _moment(nullable=True)
    appointed_by: UUID | None = Field(default=None, foreign_key="persons.id")
    delegated_from: UUID | None = Field(default=None, foreign_key="appointments.id")
    version: int = 1
    ended_at: datetime | None = _moment(nullable=True)
    made_at: datetime = _moment()
    actions: list[str] = Field(default_factory=list, sa_type=sa.ARRAY(sa.Text))
    acting: bool = False
    absence_reason: str | None = None
    client_id: UUID | None = Field(default=None, foreign_key="clients.id")
    held_by: UUID | None = Field(
        default=None, sa_column=sa.Column(sa.Uuid, sa.ForeignKey("persons.id"), sa.Computed(_HELD_BY, persisted=True))
    )


class SessionRow(SQLModel, table=True):
    """A sign-in on a device, and the family of its refresh tokens."""

    __tablename__ = "sessions"
    id: UUID = Field(primary_key=True)
    person_id: UUID = Field(foreign_key="persons.id")
    device: str
    acr: str
    amr: str
    created_at: datetime = _moment()
    last_used_at: datetime = _moment()
    ended_at: datetime | None = _moment(nullable=True)
    end_reason: str | None = None
    authenticated_at: datetime | None = _moment(nullable=True)
    device_id: UUID | None = None


class RefreshTokenRow(SQLModel, table=True):
    """A refresh token by its hash; once used, its successor is kept sealed for the grace."""

    __tablename__ = "refresh_tokens"
    token_hash: bytes = Field(primary_key=True)
    session_id: UUID = Field(foreign_key="sessions.id")
    issued_at: datetime = _moment()
    expires_at: datetime = _moment()
    used_at: datetime | None = _moment(nullable=True)
    successor_sealed: bytes | None = None


class OneTimeCodeRow(SQLModel, table=True):
    """A one-time code by its keyed hash; asked for, whether or not anybody has the number."""

    __tablename__ = "one_time_codes"
    id: UUID = Field(primary_key=True)
    phone_index: bytes
    code_hash: bytes
    created_at: datetime = _moment()
    expires_at: datetime = _moment()
    tries: int = 0
    used_at: datetime | None = _moment(nullable=True)
    challenge_hash: bytes | None = None
    purpose: str | None = None
    place_index: bytes | None = None
    known_device: bool = False


class DeviceRow(SQLModel, table=True):
    """A device that a person signed in on: known again by a secret, or, enrolled ahead, by a key of its own (JWK)."""

    __tablename__ = "devices"
    id: UUID = Field(primary_key=True)
    person_id: UUID = Field(foreign_key="persons.id")
    name: str
    secret_hash: bytes | None = None
    public_key: str | None = None
    created_at: datetime = _moment()
    last_used_at: datetime = _moment()
    ended_at: datetime | None = _moment(nullable=True)


class DeviceEnrolmentRow(SQLModel, table=True):
    """A code by which one device is enrolled for the holder of one appointment."""

    __tablename__ = "device_enrolments"
    id: UUID = Field(primary_key=True)
    code_hash: bytes
    appointment_id: UUID = Field(foreign_key="appointments.id")
    person_id: UUID = Field(foreign_key="persons.id")
    issued_by: UUID = Field(foreign_key="persons.id")
    created_at: datetime = _moment()
    expires_at: datetime = _moment()
    used_at: datetime | None = _moment(nullable=True)
    device_id: UUID | None = Field(default=None, foreign_key="devices.id")
    withdrawn_at: datetime | None = _moment(nullable=True)


class TotpSecretRow(SQLModel, table=True):
    """An authenticator's secret, sealed; ``last_step`` is the newest time step that has been used."""

    __tablename__ = "totp_secrets"
    person_id: UUID = Field(primary_key=True, foreign_key="persons.id")
    secret_sealed: bytes
    last_step: int = Field(sa_type=sa.BigInteger)
    created_at: datetime = _moment()
    confirmed_at: datetime | None = _moment(nullable=True)


class RecoveryCodeRow(SQLModel, table=True):
    """One of ten codes for the day on which the authenticator is lost."""

    __tablename__ = "recovery_codes"
    person_id: UUID = Field(primary_key=True, foreign_key="persons.id")
    code_hash: bytes = Field(primary_key=True)
    created_at: datetime = _moment()
    used_at: datetime | None = _moment(nullable=True)


class PasskeyRow(SQLModel, table=True):
    """A WebAuthn credential: its public key (COSE) and how often its authenticator says it has signed."""

    __tablename__ = "passkeys"
    id: UUID = Field(primary_key=True)
    credential_id: bytes
    person_id: UUID = Field(foreign_key="persons.id")
    public_key: bytes
    sign_count: int = Field(sa_type=sa.BigInteger)
    name: str
    created_at: datetime = _moment()
    last_used_at: datetime | None = _moment(nullable=True)
    ended_at: datetime | None = _moment(nullable=True)
    end_reason: str | None = None


class ChallengeRow(SQLModel, table=True):
    """A question that a key answers once; the row goes with the answer."""

    __tablename__ = "challenges"
    hash: bytes = Field(primary_key=True)
    purpose: str
    person_id: UUID | None = None
    expires_at: datetime = _moment()


class SeenAssertionRow(SQLModel, table=True):
    """A device's own assertion that was shown: it serves once."""

    __tablename__ = "seen_assertions"
    hash: bytes = Field(primary_key=True)
    expires_at: datetime = _moment()


class ThrottleRow(SQLModel, table=True):
    """How often guesses failed for one phone from one place, and when the next is heard."""

    __tablename__ = "throttles"
    key: bytes = Field(primary_key=True)
    failures: int
    last_at: datetime = _moment()
    open_at: datetime = _moment()


class CodeSpendRow(SQLModel, table=True):
    """What codes have cost within an hour."""

    __tablename__ = "code_spend"
    hour: datetime = Field(default=None, primary_key=True, sa_type=sa.DateTime(timezone=True))
    paise: int = Field(sa_type=sa.BigInteger)


class SigningKeyRow(SQLModel, table=True):
    """A key that signs tokens; the private part is sealed until it is retired, the public part is a JWK."""

    __tablename__ = "signing_keys"
    kid: str = Field(primary_key=True)
    public_key: str
    private_sealed: bytes
    created_at: datetime = _moment()
    retired_at: datetime | None = _moment(nullable=True)
    algorithm: str
    signs_from: datetime | None = _moment(nullable=True)
