"""Which unit is meant by what somebody writes behind `--unit`: its id, its path, or its code from their own unit on."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sangathan_cli.faults import CliFault, ExitCode
from sangathan_cli.signed_in import Desk

NAMES_A_UNIT: Final = "its id, its path, or its code from the own unit on"


def unit_id_of(desk: Desk, wanted: str) -> str:
    """The unit's id, of the own unit for an empty text; raises CliFault when there is none such in sight.

    A path is walked down from the own unit, which is the first of those one sees.
    """
    if _is_id(wanted):
        return wanted
    own = desk.get("/v1/units?limit=1").json()["items"][0]
    path = wanted if wanted.endswith(".") else f"{wanted}."
    above = own["path"].rstrip(".").rpartition(".")[0]
    for goal in (path, own["path"] + path, f"{above}.{path}"):
        if not wanted or goal == own["path"]:
            return str(own["id"])
        here: dict[str, Any] | None = own
        while here is not None and goal.startswith(here["path"]):
            if here["path"] == goal:
                return str(here["id"])
            here = _towards(desk, here, goal)
    msg = f"There is no unit {wanted!r} at or below {own['path']} Give {NAMES_A_UNIT}."
    raise CliFault(msg, ExitCode.USAGE)


def _is_id(wanted: str) -> bool:
    try:
        UUID(wanted)
    except ValueError:
        return False
    return True


def _towards(desk: Desk, here: Mapping[str, Any], goal: str) -> dict[str, Any] | None:
    """The unit right below that leads to the goal."""
    query = f"/v1/units?parent_id={here['id']}&limit=200"
    page = desk.get(query).json()
    while True:
        for one in page["items"]:
            if goal.startswith(one["path"]):
                found: dict[str, Any] = one
                return found
        if not page["next"]:
            return None
        page = desk.get(f"{query}&cursor={page['next']}").json()
