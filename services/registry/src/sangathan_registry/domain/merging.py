"""What a kept record takes over from a merged one, and how that is taken back exactly.

Only what the kept record does not know is taken over. Undoing takes back just that, and only where nobody has changed
it since: a later correction is somebody's own knowledge and stays.
"""

from dataclasses import replace
from typing import Any, Final

from sangathan_registry.domain.particulars import Particulars

_TOGETHER: Final = (
    *(("name_hi",), ("name_en",), ("relation_type", "relation_name"), ("gender",), ("phone",)),
    *(("birth_year", "birth_date", "age_band"), ("address", "pin"), ("epic",)),
)


def adopted(kept: Particulars, merged: Particulars) -> dict[str, Any]:
    """The fields that `kept` takes over, with their values."""
    taken: dict[str, Any] = {}
    for fields in _TOGETHER:
        if all(getattr(kept, name) is None for name in fields):
            taken |= {name: value for name in fields if (value := getattr(merged, name)) is not None}
    if kept.birth_date is None and merged.birth_date is not None and kept.birth_year == merged.birth_year:
        taken["birth_date"] = merged.birth_date
    return taken


def with_adopted(kept: Particulars, fields: dict[str, Any]) -> Particulars:
    """`kept` with what it takes over."""
    return replace(kept, **fields)


def given_back(kept: Particulars, fields: dict[str, Any]) -> Particulars:
    """`kept` without what it had taken over and still has unchanged."""
    return replace(kept, **{name: None for name, value in fields.items() if getattr(kept, name) == value})
