"""The probes of notify's operations, and of the gateway's own."""

from typing import Final

from tests.system.scope_matrix.ground import NOWHERE, Bearer, Place
from tests.system.scope_matrix.probes import Ask, Listed, Personal, Placed, Plain, Probe, some
from tests.system.scope_matrix.records import Records, own_first


def _message(records: Records, bearer: Bearer, whose: str) -> Ask:
    if whose == "missing":
        return Ask(ids={"message_id": NOWHERE})
    bearers = records.ground.bearers
    owner = bearer if whose == "mine" else next(one for one in bearers if one.level != bearer.level)
    # Whoever signs in from a device that is not known yet is told so.
    records.ground.sign_in(owner.sign_in)
    return Ask(ids={"message_id": own_first(records.ground, owner, "/v1/inbox")})


def _speak(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(body=records.words(place))


PROBES: Final[tuple[Probe, ...]] = (
    Plain("GET /v1/inbox"),
    Personal("POST /v1/inbox/{message_id}/readings", "message_id", _message),
    Listed("GET /v1/broadcasts", "a broadcast", lambda r, place: r.broadcast(place), from_above=True),
    Placed("POST /v1/broadcasts", "body unit_id", _speak),
    Plain("GET /v1/my-notify-audit-entries"),
    Placed(
        "GET /v1/notify-audit-entries",
        "?subject_id",
        lambda r, _b, place: Ask(query={"subject_id": r.broadcast(place)}),
        reads=some,
    ),
    Plain("POST /v1/live-tickets"),
)
