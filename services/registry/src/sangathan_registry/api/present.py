"""Shows a record as the caller's field classes allow: the one place where fields are masked."""

from typing import Any, Final

import asyncpg

from sangathan_chassis.sealing import Sealer
from sangathan_registry.api.schemas import WorkerOut
from sangathan_registry.domain.worker import Worker
from sangathan_registry.queries.phones import phone_of

CONTACT: Final = "contact"
SENSITIVE: Final = "sensitive"
_HIDDEN: Final = "********"


class Presenter:
    """Shows records to one caller."""

    def __init__(self, sealer: Sealer, field_classes: frozenset[str]) -> None:
        self._sealer = sealer
        self._contact = CONTACT in field_classes
        self._sensitive = SENSITIVE in field_classes
        self.variant = f"{'c' * self._contact}{'s' * self._sensitive}" or "o"

    def row(self, row: asyncpg.Record) -> WorkerOut:
        """A row of a list, a search or a look-up."""
        return WorkerOut(
            id=row["id"],
            unit_id=row["unit_id"],
            name_hi=row["name_hi"],
            name_en=row["name_en"],
            relation_type=row["relation_type"],
            relation_name=row["relation_name"],
            gender=row["gender"],
            birth_year=row["birth_year"] if self._sensitive else None,
            phone=self._phone(phone_of(self._sealer, row["phone"])),
            person_id=row["person_id"],
            captured_by=row["captured_by"],
            captured_at=row["captured_at"],
            source=row["source"],
            status=row["status"],
            version=row["version"],
            created_at=row["created_at"],
            changed_at=row["changed_at"],
            merged_into=row["merged_into"],
        )

    def worker(self, worker: Worker) -> WorkerOut:
        """One record."""
        who = worker.particulars
        return WorkerOut(
            id=worker.id,
            unit_id=worker.unit_id,
            name_hi=who.name_hi,
            name_en=who.name_en,
            relation_type=who.relation_type,
            relation_name=who.relation_name,
            gender=who.gender,
            birth_year=who.birth_year if self._sensitive else None,
            phone=self._phone(who.phone),
            person_id=worker.person_id,
            captured_by=worker.captured_by,
            captured_at=worker.captured_at,
            source=worker.source.value,
            status=worker.status.value,
            version=worker.version,
            created_at=worker.created_at,
            changed_at=worker.changed_at,
            merged_into=worker.merged_into,
        )

    def field(self, name: str, value: Any) -> Any:
        """One field's value, of now or of before."""
        if name == "birth_year":
            return value if self._sensitive else None
        return self._phone(value) if name == "phone" else value

    def _phone(self, phone: str | None) -> str | None:
        return phone if phone is None or self._contact else _HIDDEN + phone[-2:]
