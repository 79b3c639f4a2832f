"""The probes of exports, which belong to whoever asked for them."""

from typing import Final

from tests.system.scope_matrix.ground import NOWHERE, Bearer, Place
from tests.system.scope_matrix.probes import Ask, Personal, Placed, Plain, Probe
from tests.system.scope_matrix.records import CannotBeError, Records


def _ask(_records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(body={"unit_id": place.unit_id, "format": "csv", "purpose": "a test of the matrix"})


def _export(records: Records, bearer: Bearer, whose: str) -> Ask:
    """One's own of the own unit; another's is the state's president's, and for that one the district's."""
    if whose == "missing":
        return Ask(ids={"export_id": NOWHERE})
    other = "district" if bearer.level == "state" else "state"
    owner = bearer if whose == "mine" else next(one for one in records.ground.bearers if one.level == other)
    return Ask(ids={"export_id": _made(records, owner)})


def _made(records: Records, owner: Bearer) -> str:
    ground, key = records.ground, ("export", owner.level)
    if key not in ground.made:
        # Withdrawn records are few, so that nobody waits for a whole state.
        body = {"unit_id": owner.own.unit_id, "format": "csv", "purpose": "a test of the matrix", "status": "withdrawn"}
        asked = ground.send(owner.token, "POST", "/v1/exports", json=body)
        if not asked.is_success:
            raise CannotBeError
        path = asked.headers["location"]
        ready = ground.patiently(
            lambda: ground.send(owner.token, "GET", path), lambda reply: reply.json()["state"] == "ready"
        )
        ground.made[key] = str(ready.json()["id"])
    return ground.made[key]


PROBES: Final[tuple[Probe, ...]] = (
    Placed("POST /v1/exports", "body unit_id", _ask),
    Plain("GET /v1/exports"),
    Personal("GET /v1/exports/{export_id}", "export_id", _export),
    Personal("GET /v1/exports/{export_id}/file", "export_id", _export),
)
