"""Lists of existing workers for a place, and imports of them."""

import base64
from typing import Any

from tests.system.scope_matrix.ground import NOWHERE, Ground, Place


def list_for(place: Place, **changes: Any) -> dict[str, Any]:
    """A list of one worker who has no name."""
    mapping, basis = {"name": "name"}, "a test of the matrix"
    file = base64.b64encode(b"name,age\n5,50\n").decode()
    return {"unit_id": place.unit_id, "file": file, "mapping": mapping, "basis": basis, **changes}


def worker_import(ground: Ground, place: Place) -> str:
    """A list for the unit whose row is not accepted, worked off; for the missing place an id that nothing has."""
    if place.missing:
        return NOWHERE
    if ("import", place.path) not in ground.made:
        made = str(ground.create("/v1/worker-imports", list_for(place))["id"])
        nation, path = ground.makers["in."], f"/v1/worker-imports/{made}"
        ground.patiently(lambda: ground.send(nation, "GET", path), lambda reply: bool(reply.json().get("ended_at")))
        ground.made["import", place.path] = made
    return ground.made["import", place.path]
