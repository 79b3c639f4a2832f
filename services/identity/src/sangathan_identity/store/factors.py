"""Reads and writes second factors: the authenticator's secret, sealed, and recovery codes, hashed under a key."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_chassis.resealing import SealedColumn, in_place
from sangathan_chassis.sealing import Sealer
from sangathan_identity.domain.secrets_for_people import as_meant

SECRET_PLACE: Final = "totp_secrets.secret"  # noqa: S105 - a place's name.
SEALED: Final = SealedColumn("totp_secrets", "secret_sealed", in_place(SECRET_PLACE), {"person_id": "uuid"})
_RECOVERY_PLACE: Final = "recovery_codes.code"


@dataclass(frozen=True, slots=True)
class Authenticator:
    """An authenticator's secret in Base32, the newest step that was used, and since when it counts."""

    secret: str
    last_step: int
    confirmed_at: datetime | None


async def find_authenticator(work: Work, person_id: UUID, sealer: Sealer) -> Authenticator | None:
    """The person's authenticator, locked: of parallel uses of one code only one is right."""
    row = await work.raw.fetchrow(
        "SELECT secret_sealed, last_step, confirmed_at FROM totp_secrets WHERE person_id = $1 FOR UPDATE", person_id
    )
    if row is None:
        return None
    secret = sealer.open(row["secret_sealed"], place=SECRET_PLACE)
    return Authenticator(secret, row["last_step"], row["confirmed_at"])


async def begin_authenticator(work: Work, person_id: UUID, secret: str, sealer: Sealer) -> bool:
    """Keeps a secret that does not count yet; False when one counts already."""
    kept = await work.raw.fetchval(
        "INSERT INTO totp_secrets (person_id, secret_sealed, last_step, created_at) VALUES ($1, $2, 0, $3)"
        " ON CONFLICT (person_id) DO UPDATE SET secret_sealed = $2, last_step = 0, created_at = $3"
        " WHERE totp_secrets.confirmed_at IS NULL RETURNING 1",
        person_id,
        sealer.seal(secret, place=SECRET_PLACE),
        work.now,
    )
    return kept is not None


async def use_step(work: Work, person_id: UUID, step: int) -> None:
    """Notes the step whose code was used; the first use confirms the authenticator."""
    await work.raw.execute(
        "UPDATE totp_secrets SET last_step = $2, confirmed_at = coalesce(confirmed_at, $3) WHERE person_id = $1",
        person_id,
        step,
        work.now,
    )


async def remove_authenticator(work: Work, person_id: UUID) -> bool:
    """Removes the authenticator that counts, with its recovery codes; False when there is none."""
    gone = await work.raw.fetchval(
        "DELETE FROM totp_secrets WHERE person_id = $1 AND confirmed_at IS NOT NULL RETURNING 1", person_id
    )
    await work.raw.execute("DELETE FROM recovery_codes WHERE person_id = $1", person_id)
    return gone is not None


async def replace_recovery_codes(work: Work, person_id: UUID, codes: Iterable[str], sealer: Sealer) -> None:
    """Keeps these codes by their keyed hashes; the ones before serve no more."""
    await work.raw.execute("DELETE FROM recovery_codes WHERE person_id = $1", person_id)
    await work.raw.executemany(
        "INSERT INTO recovery_codes (person_id, code_hash, created_at) VALUES ($1, $2, $3)",
        [(person_id, _hash(person_id, code, sealer), work.now) for code in codes],
    )


async def use_recovery_code(work: Work, person_id: UUID, code: str, sealer: Sealer) -> bool:
    """Uses the code up; False when it is none, or was used."""
    used = await work.raw.fetchval(
        "UPDATE recovery_codes SET used_at = $3 WHERE person_id = $1 AND code_hash = $2 AND used_at IS NULL"
        " RETURNING 1",
        person_id,
        _hash(person_id, code, sealer),
        work.now,
    )
    return used is not None


async def has_second_factor(work: Work, person_id: UUID) -> bool:
    """Whether an authenticator or a passkey counts for this person."""
    return bool(
        await work.raw.fetchval(
            "SELECT EXISTS (SELECT FROM totp_secrets WHERE person_id = $1 AND confirmed_at IS NOT NULL)"
            " OR EXISTS (SELECT FROM passkeys WHERE person_id = $1 AND ended_at IS NULL)",
            person_id,
        )
    )


def _hash(person_id: UUID, code: str, sealer: Sealer) -> bytes:
    return sealer.index(f"{person_id}:{as_meant(code)}", place=_RECOVERY_PLACE)
