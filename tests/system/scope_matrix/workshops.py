"""The probes of workshops' operations."""

from typing import Any, Final

from tests.system.scope_matrix.ground import HEADS, NOWHERE, Bearer, Place
from tests.system.scope_matrix.probes import Ask, Listed, Personal, Placed, Plain, Probe, at_unit, some
from tests.system.scope_matrix.records import CannotBeError, Records, own_first


def _plan(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(body={**records.rows(place), "dry_run": True})


def _workshop(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"workshop_id": records.workshop(place)})


def _invite(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"workshop_id": records.workshop(place)}, body={"office": HEADS.get(place.level, "booth-president")})


def _attend(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"workshop_id": records.workshop(place)}, body={"invitation_id": records.invitation(place)})


def _attend_elsewhere(records: Records, bearer: Bearer, place: Place) -> Ask:
    """At the workshop of a unit of one's own, with an invitation to the place's."""
    own = bearer.positions["inside"] if bearer.level == "nation" else bearer.own
    return Ask(ids={"workshop_id": records.workshop(own)}, body={"invitation_id": records.invitation(place)})


def _answer(records: Records, bearer: Bearer, whose: str) -> Ask:
    body: Any = {"answer": "accepted"}
    if whose == "missing":
        return Ask(ids={"invitation_id": NOWHERE}, body=body)
    if whose == "another's":
        beside = records.ground.bearers[2].positions["sibling"]
        return Ask(ids={"invitation_id": records.invitation(beside)}, body=body)
    if bearer.level == "nation":
        raise CannotBeError
    records.invitation(bearer.own, bearer.sign_in.office)
    return Ask(ids={"invitation_id": own_first(records.ground, bearer, "/v1/invitations")}, body=body)


def _own(records: Records, bearer: Bearer) -> Ask:
    if bearer.level != "nation":
        records.invitation(bearer.own, bearer.sign_in.office)
        own_first(records.ground, bearer, "/v1/invitations")
    return Ask()


PROBES: Final[tuple[Probe, ...]] = (
    Listed("GET /v1/workshop-plans", "a plan", lambda r, place: r.plan(place)),
    Placed("POST /v1/workshop-plans", "body unit_id", _plan),
    Placed(
        "GET /v1/workshop-plans/{plan_id}/coverage",
        "plan_id",
        lambda r, _b, place: Ask(ids={"plan_id": r.plan(place)}),
    ),
    Listed("GET /v1/workshops", "a workshop", lambda r, place: r.workshop(place)),
    Placed("GET /v1/workshops", "?plan_id", lambda r, _b, place: Ask(query={"plan_id": r.plan(place)}), reads=some),
    Placed("GET /v1/workshops", "?unit_id", at_unit()),
    Placed("GET /v1/workshops/{workshop_id}", "workshop_id", _workshop),
    Placed("GET /v1/workshops/{workshop_id}/invitations", "workshop_id", _workshop),
    Placed("POST /v1/workshops/{workshop_id}/invitations", "workshop_id", _invite),
    Placed("POST /v1/workshops/{workshop_id}/attendances", "workshop_id", _attend),
    Placed("POST /v1/workshops/{workshop_id}/attendances", "body invitation_id", _attend_elsewhere),
    Listed("GET /v1/invitations", "an invitation", lambda r, place: r.invitation(place), _own),
    Personal("POST /v1/invitations/{invitation_id}/answers", "invitation_id", _answer),
    Plain("GET /v1/my-workshops-audit-entries"),
    Placed(
        "GET /v1/workshops-audit-entries",
        "?subject_id",
        lambda r, _b, place: Ask(query={"subject_id": r.plan(place)}),
        reads=some,
    ),
)
