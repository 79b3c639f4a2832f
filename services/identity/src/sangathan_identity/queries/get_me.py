"""Who the caller is: the person and the active appointments with the names of office and unit."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sangathan_chassis.connection import Connection
from sangathan_chassis.refusal import NOT_FOUND, Refusal
from sangathan_chassis.scope import Scope, scope_statement
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.offices import CATALOGUE
from sangathan_identity.store.persons import PHONE_PLACE


class MyAppointment(msgspec.Struct, frozen=True):
    """An office held now."""

    id: UUID
    office: str
    office_name_hi: str
    office_name_en: str
    unit_id: UUID
    unit_name_hi: str
    unit_name_en: str
    level: str
    path: str
    valid_from: datetime
    valid_to: datetime | None


class Me(msgspec.Struct, frozen=True):
    """The caller, as they may see themselves."""

    id: UUID
    name_hi: str
    name_en: str
    phone: str
    appointments: Sequence[MyAppointment]


async def get_me(connection: Connection, person_id: UUID, now: datetime, sealer: Sealer) -> Me:
    """The caller's own record; row-level security shows no other person's appointments here."""
    person = await connection.fetchrow("SELECT name_hi, name_en, phone_sealed FROM persons WHERE id = $1", person_id)
    if person is None:
        raise Refusal(NOT_FOUND)
    rows = await connection.fetch(
        "SELECT id, office, unit_id, path, valid_from, valid_to FROM appointments WHERE person_id = $1"
        " AND ended_at IS NULL AND valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2)"
        " ORDER BY length(path), path, id",
        person_id,
        now,
    )
    appointments = []
    for row in rows:
        # A caller without a range sees no unit; the office itself says which one they may see.
        await connection.execute(scope_statement(Scope.subtree(row["path"], person_id)))
        unit = await connection.fetchrow(
            "SELECT name_hi, name_en, level FROM units WHERE id = $1 AND closed_at IS NULL", row["unit_id"]
        )
        office = CATALOGUE.find(row["office"])
        if unit is None or office is None:
            continue
        appointments.append(
            MyAppointment(
                row["id"],
                office.slug,
                office.name_hi,
                office.name_en,
                row["unit_id"],
                unit["name_hi"],
                unit["name_en"],
                unit["level"],
                row["path"],
                row["valid_from"],
                row["valid_to"],
            )
        )
    phone = sealer.open(person["phone_sealed"], place=PHONE_PLACE)
    return Me(person_id, person["name_hi"], person["name_en"], phone, appointments)
