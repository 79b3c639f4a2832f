"""What a vistarak writes down at a door: plainly made-up people, with the consent they gave there."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sangathan_chassis.ids import uuid7
from sangathan_demo.people import FIRST_PHONE
from sangathan_demo.truth import UnitTruth

# Beyond every seeded number, below the impostor's.
_FIRST_CAPTURED_PHONE: Final = FIRST_PHONE + 8_000_000


def captured(booth: UnitTruth, number: int, **more: Any) -> dict[str, Any]:
    """The record of the `number`-th person at a booth, some hours ago, under a fresh id; `more` goes over it."""
    at = (datetime.now(UTC) - timedelta(hours=6, minutes=-number)).isoformat()
    return {
        "id": str(uuid7()),
        "unit_id": booth.unit_id,
        "name_hi": "अभिलेख नमूना",
        "name_en": "Abhilekh Namuna",
        "relation_type": "father",
        "relation_name": "पूर्वज नमूना",
        "gender": "female" if number % 2 else "male",
        "birth_year": 1980 + number % 20,
        "phone": f"+{_FIRST_CAPTURED_PHONE + number}",
        "captured_at": at,
        "consent": {
            "purpose": "membership",
            "notice_version": "1",
            "language": "hi",
            "how": "written",
            "given_at": at,
        },
        **more,
    }
