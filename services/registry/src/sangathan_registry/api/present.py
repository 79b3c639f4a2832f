"""Shows a record as the caller's field classes allow: the one place where fields are masked."""

from typing import Any, Final

import asyncpg
import msgspec

from sangathan_chassis.sealing import Sealer
from sangathan_registry.api.schemas import WholeWorkerOut, WorkerOut
from sangathan_registry.domain.revisions import FIELDS
from sangathan_registry.domain.worker import Worker
from sangathan_registry.queries.phones import sealed_of

CONTACT: Final = "contact"
SENSITIVE: Final = "sensitive"
_HIDDEN: Final = "********"
_OF_CONTACT: Final = frozenset({"address", "pin"})
_OF_SENSITIVE: Final = frozenset({"birth_year", "birth_date", "age_band", "epic"})
_WHOLE: Final = ("birth_date", "age_band", "address", "pin", "epic")


class Presenter:
    """Shows records to one caller."""

    def __init__(self, sealer: Sealer, field_classes: frozenset[str]) -> None:
        self._sealer = sealer
        self._contact = CONTACT in field_classes
        self._sensitive = SENSITIVE in field_classes
        self.variant = f"{'c' * self._contact}{'s' * self._sensitive}" or "o"

    def row(self, row: asyncpg.Record) -> WorkerOut:
        """A row of a list, a search or a look-up."""
        fields = sealed_of(self._sealer, row)
        return self._row(row, fields.relation_name, fields.phone)

    def whole(self, row: asyncpg.Record) -> WholeWorkerOut:
        """A row that is shown by itself, with the number of its card."""
        fields = sealed_of(self._sealer, row)
        shown = msgspec.structs.asdict(self._row(row, fields.relation_name, fields.phone))
        more = {name: self.field(name, getattr(fields, name)) for name in _WHOLE}
        return WholeWorkerOut(**shown, **more, member_number=row["member_number"])

    def worker(self, worker: Worker, member_number: str | None = None) -> WholeWorkerOut:
        """One record, whole."""
        who = worker.particulars
        return WholeWorkerOut(
            id=worker.id,
            unit_id=worker.unit_id,
            **{name: self.field(name, getattr(who, name)) for name in FIELDS},
            person_id=worker.person_id,
            captured_by=worker.captured_by,
            captured_at=worker.captured_at,
            source=worker.source.value,
            status=worker.status.value,
            version=worker.version,
            created_at=worker.created_at,
            changed_at=worker.changed_at,
            merged_into=worker.merged_into,
            member_number=member_number,
        )

    def field(self, name: str, value: Any) -> Any:
        """One field's value, of now or of before."""
        if name in _OF_CONTACT:
            return value if self._contact else None
        if name in _OF_SENSITIVE:
            return value if self._sensitive else None
        return self._phone(value) if name == "phone" else value

    def _phone(self, phone: str | None) -> str | None:
        return phone if phone is None or self._contact else _HIDDEN + phone[-2:]

    def _row(self, row: asyncpg.Record, relation_name: str | None, phone: str | None) -> WorkerOut:
        return WorkerOut(
            id=row["id"],
            unit_id=row["unit_id"],
            name_hi=row["name_hi"],
            name_en=row["name_en"],
            relation_type=row["relation_type"],
            relation_name=relation_name,
            gender=row["gender"],
            birth_year=row["birth_year"] if self._sensitive else None,
            phone=self._phone(phone),
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
