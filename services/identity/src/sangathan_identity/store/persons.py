"""Reads and writes people who can sign in; their phone number is sealed on the way in."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from sangathan_chassis.database import Work
from sangathan_chassis.resealing import SealedColumn, in_place
from sangathan_chassis.sealing import Sealer
from sangathan_identity.domain.ids import PersonId
from sangathan_identity.domain.persons import Person
from sangathan_identity.domain.units import Names
from sangathan_identity.store.tables import PersonRow

PHONE_PLACE = "persons.phone"
SEALED: Final = SealedColumn("persons", "phone_sealed", in_place(PHONE_PLACE))


async def find_by_phone(work: Work, phone_index: bytes) -> Person | None:
    """The person who signs in with this number."""
    return await _find(work, select(PersonRow).where(PersonRow.phone_index == phone_index))


async def find_person(work: Work, person_id: UUID, *, lock: bool = False) -> Person | None:
    """The person; locked when something of theirs is about to change."""
    statement = select(PersonRow).where(PersonRow.id == person_id)
    return await _find(work, statement.with_for_update() if lock else statement)


async def find_by_phones(work: Work, phones: Sequence[str], sealer: Sealer) -> dict[str, Person]:
    """The persons who sign in with these numbers, by number, locked."""
    by_index = {sealer.index(phone, place=PHONE_PLACE): phone for phone in phones}
    statement = (
        select(PersonRow)
        .where(col(PersonRow.phone_index).in_(by_index))
        .order_by(col(PersonRow.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {by_index[row.phone_index]: _person(row) for row in await work.session.exec(statement)}


async def insert_persons(work: Work, new: Sequence[tuple[Person, str]], sealer: Sealer) -> None:
    """Adds persons in one statement, each with their number sealed."""
    await work.raw.execute(
        "INSERT INTO persons (id, name_hi, name_en, phone_sealed, phone_index, version, created_at)"
        " SELECT t.*, 1, $6 FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[], $5::bytea[]) AS t",
        [person.id for person, _ in new],
        [person.names.hi for person, _ in new],
        [person.names.en for person, _ in new],
        [sealer.seal(phone, place=PHONE_PLACE) for _, phone in new],
        [sealer.index(phone, place=PHONE_PLACE) for _, phone in new],
        work.now,
    )


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
    return None if row is None else _person(row)


def _person(row: PersonRow) -> Person:
    return Person(PersonId(row.id), Names(row.name_hi, row.name_en), row.password_hash, row.version, row.suspended_at)
