"""A drive as a part of the load: its vistarak brings records on its form from assigned booths, some of them bad."""

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sangathan_chassis.ids import uuid7
from sangathan_demo.truth import Truth
from tests.faults.devices import Device
from tests.faults.ledger import Ledger

RECORDS = 25
BAD_EVERY = 5
GOOD = frozenset({"accepted", "already-there"})
_PHONES = itertools.count(916_019_500_001)


@dataclass(frozen=True, slots=True)
class DriveLoad:
    """A drive that has begun, and where its vistarak is sent."""

    drive_id: str
    form_version_id: str
    booths: tuple[str, ...]

    @classmethod
    async def begun(cls, state: Device, truth: Truth) -> "DriveLoad":
        """A form with one question, and a drive on it over the whole state."""
        unit, now = truth.level("state").unit.unit_id, datetime.now(UTC)
        form = await state.post("/v1/forms", unit_id=unit, title=_words("अभियान"), definition=_definition())
        await state.post(f"/v1/forms/{form['id']}/publications")
        drive = await state.post(
            "/v1/drives",
            unit_id=unit,
            name=_words("अभियान"),
            form_id=form["form_id"],
            starts_at=(now - timedelta(days=2)).isoformat(),
            ends_at=(now + timedelta(days=2)).isoformat(),
            grace_until=(now + timedelta(days=9)).isoformat(),
        )
        return cls(drive["id"], form["id"], tuple(one.unit_id for one in truth.vistarak.booths))

    def batch(self, ledger: Ledger) -> dict[str, Any]:
        """A batch that no device has sent before; what of it is to be accepted is in the ledger as sent."""
        records = [self._record(number) for number in range(RECORDS)]
        ledger.sent |= {UUID(one["id"]) for one in records if not is_bad(one)}
        return {
            "batch_id": str(uuid7()),
            "device_id": str(uuid7()),
            "drive_id": self.drive_id,
            "collected": dict.fromkeys(self.booths[:1], RECORDS),
            "records": records,
        }

    def _record(self, number: int) -> dict[str, Any]:
        captured = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
        consent = {"purpose": "membership", "notice_version": "1", "language": "hi", "how": "written"}
        return {
            "id": str(uuid7()),
            "unit_id": self.booths[number % len(self.booths)],
            "name_en": "Abhiyan Namuna",
            "birth_year": 1980,
            "phone": f"+{next(_PHONES)}",
            "captured_at": captured,
            "consent": {**consent, "given_at": captured},
            "form_version_id": self.form_version_id,
            "answers": {"education": "none of these" if number % BAD_EVERY == 0 else "school"},
        }


def is_bad(record: dict[str, Any]) -> bool:
    """Whether the form refuses its answers."""
    return bool(record["answers"]["education"] != "school")


def _definition() -> dict[str, Any]:
    choices = [{"id": "school", "label": _words("विद्यालय")}]
    question = {"id": "education", "label": _words("शिक्षा"), "type": "choice", "choices": choices}
    return {"sections": [{"label": _words("परिचय"), "questions": [question | {"primary_at": ["booth"]}]}]}


def _words(hindi: str) -> dict[str, str]:
    return {"hi": hindi, "en": "Drive"}
