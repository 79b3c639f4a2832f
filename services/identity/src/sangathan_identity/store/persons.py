"""Reads and writes people who can sign in; their phone number is sealed on the way in."""

from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from sangathan_chassis.database import Work
from sangathan_chassis.sealing import Sealer
from sangathan_identity.domain.ids import PersonId
from sangathan_identity.domain.persons import Person
from sangathan_identity.domain.units import Names
from sangathan_identity.store.tables import PersonRow

PHONE_PLACE = "persons.phone"


async def find_by_phone(work: Work, phone_index: bytes) -> Person | None:
    """The person who signs in with this number."""
    return await _find(work, select(PersonRow).where(PersonRow.phone_index == phone_index))


async def find_person(work: Work, person_id: UUID, *, lock: bool = False) -> Person | None:
    """The person; locked when something of theirs is about to change."""
    statement = select(PersonRow).where(PersonRow.id == person_id)
    return await _find(work, statement.with_for_update() if lock else statement)


async def insert_person(work: Work, person: Person, phone: str, sealer: Sealer) -> None:
    """Adds the person with their number sealed."""
    work.session.add(
        PersonRow(
            id=person.id,
            name_hi=person.names.hi,
            name_en=person.names.en,
            phone_sealed=sealer.seal(phone, place=PHONE_PLACE),
            phone_index=sealer.index(phone, place=PHONE_PLACE),
            password_hash=person.password_hash,
            version=person.version,
            suspended_at=person.suspended_at,
            created_at=work.now,
        )
    )
    await work.session.flush()


async def save_suspension(work: Work, person: Person) -> None:
    """Writes whether the person is suspended, under their new version."""
    await work.session.exec(
        sa.update(PersonRow)
        .where(col(PersonRow.id) == person.id)
        .values(suspended_at=person.suspended_at, version=person.version)
    )


async def phone_of(work: Work, person_id: UUID, sealer: Sealer) -> str:
    """The person's number in E.164; empty for nobody."""
    sealed = await work.raw.fetchval("SELECT phone_sealed FROM persons WHERE id = $1", person_id)
    return sealer.open(sealed, place=PHONE_PLACE) if sealed else ""


async def save_password(work: Work, person_id: UUID, password_hash: str) -> None:
    """Writes the hash of a new password."""
    await work.raw.execute(
        "UPDATE persons SET password_hash = $2, password_changed_at = $3 WHERE id = $1",
        person_id,
        password_hash,
        work.now,
    )


async def phone_index(work: Work, person_id: UUID) -> bytes:
    """The blind index of the person's number; empty for nobody."""
    return bytes(await work.raw.fetchval("SELECT phone_index FROM persons WHERE id = $1", person_id) or b"")


async def _find(work: Work, statement: SelectOfScalar[PersonRow]) -> Person | None:
    found = await work.session.exec(statement.execution_options(populate_existing=True))
    row = found.one_or_none()
    if row is None:
        return None
    return Person(PersonId(row.id), Names(row.name_hi, row.name_en), row.password_hash, row.version, row.suspended_at)
