"""Reads and writes codes by which devices are enrolled, and the assertions that enrolled devices have shown."""

import hashlib
from datetime import datetime
from typing import Final
from uuid import UUID

from sangathan_chassis.database import Work
from sangathan_chassis.sealing import Sealer
from sangathan_identity.domain.enrolments import Enrolment, Shown
from sangathan_identity.domain.secrets_for_people import as_meant

_CODE_PLACE: Final = "device_enrolments.code"
_COLUMNS: Final = (
    "e.id, e.appointment_id, e.person_id, e.created_at, e.expires_at, e.used_at, e.device_id, e.withdrawn_at"
)


def code_hash(code: str, sealer: Sealer) -> bytes:
    """The keyed hash under which a code is kept, however it was typed."""
    return sealer.index(as_meant(code), place=_CODE_PLACE)


async def insert_enrolment(work: Work, enrolment: Enrolment, hashed: bytes, issued_by: UUID) -> None:
    """Keeps a code by its keyed hash."""
    await work.raw.execute(
        "INSERT INTO device_enrolments (id, code_hash, appointment_id, person_id, issued_by, created_at, expires_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        enrolment.id,
        hashed,
        enrolment.appointment_id,
        enrolment.person_id,
        issued_by,
        enrolment.created_at,
        enrolment.expires_at,
    )


async def count_open(work: Work, appointment_id: UUID) -> int:
    """How many codes of an appointment can still be used."""
    return int(
        await work.raw.fetchval(
            "SELECT count(*) FROM device_enrolments WHERE appointment_id = $1 AND used_at IS NULL"
            " AND withdrawn_at IS NULL AND expires_at > $2",
            appointment_id,
            work.now,
        )
    )


async def find_by_code(work: Work, code: str, sealer: Sealer) -> Enrolment | None:
    """The enrolment with this code, locked: of two devices that show it one is enrolled."""
    row = await work.raw.fetchrow(
        f"SELECT {_COLUMNS} FROM device_enrolments e WHERE e.code_hash = $1 FOR UPDATE",  # noqa: S608 - a constant.
        code_hash(code, sealer),
    )
    return Enrolment(**row) if row else None


async def find_in_scope(work: Work, enrolment_id: UUID) -> tuple[Enrolment, str] | None:
    """The enrolment, locked, with its appointment's office, when that lies in the caller's range."""
    row = await work.raw.fetchrow(
        f"SELECT {_COLUMNS}, a.office FROM device_enrolments e JOIN appointments a ON a.id = e.appointment_id"  # noqa: S608
        " WHERE e.id = $1 AND a.path >= $2 AND a.path < $3 FOR UPDATE OF e",
        enrolment_id,
        work.scope.lo,
        work.scope.hi,
    )
    if row is None:
        return None
    found = dict(row)
    office = found.pop("office")
    return Enrolment(**found), office


async def holds_what_it_was_for(work: Work, enrolment: Enrolment) -> bool:
    """Whether the appointment still gives rights or is to, and no office was added since the code was given out.

    Who gave the code out could reach every office that was held then; one added later was perhaps not theirs to reach.
    """
    return bool(
        await work.raw.fetchval(
            "SELECT bool_or(id = $2) AND bool_and(made_at <= $3) FROM appointments WHERE person_id = $1"
            " AND ended_at IS NULL AND (valid_to IS NULL OR valid_to > $4)",
            enrolment.person_id,
            enrolment.appointment_id,
            enrolment.created_at,
            work.now,
        )
    )


async def use_enrolment(work: Work, enrolment_id: UUID, device_id: UUID) -> None:
    """Notes which device was enrolled with it."""
    await work.raw.execute(
        "UPDATE device_enrolments SET used_at = $3, device_id = $2 WHERE id = $1", enrolment_id, device_id, work.now
    )


async def withdraw(work: Work, enrolment_id: UUID) -> None:
    """Notes that it opens nothing any more."""
    await work.raw.execute("UPDATE device_enrolments SET withdrawn_at = $2 WHERE id = $1", enrolment_id, work.now)


async def show_once(work: Work, device_id: UUID, shown: Shown) -> bool:
    """Whether this assertion has not been shown before; from now on it has."""
    fresh: datetime | None = await work.raw.fetchval(
        "INSERT INTO seen_assertions (hash, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING expires_at",
        hashlib.sha256(f"{device_id}:{shown.jti}".encode()).digest(),
        shown.until,
    )
    return fresh is not None
