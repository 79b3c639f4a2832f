"""The probes of the OpenID provider, whose operations stand at the root, and of the applications registered with it."""

from typing import Final

from tests.system.scope_matrix.ground import NOWHERE, Bearer, Ground, Place
from tests.system.scope_matrix.probes import Ask, Listed, Placed, Plain, Probe, at_unit
from tests.system.scope_matrix.records import NAMES, Records


def _nobody(_ground: Ground, _bearer: Bearer) -> Ask:
    return Ask(token="")


def _bare_form(_ground: Ground, _bearer: Bearer) -> Ask:
    """From an application that nobody has registered."""
    return Ask(token="", form={"client_id": NOWHERE, "client_secret": "x", "token": "x", "grant_type": "refresh_token"})


def _bent_sign_in(_ground: Ground, _bearer: Bearer) -> Ask:
    return Ask(token="", form={"sealed": "x", "do": "sign-in"})


def _register(_ground: Ground, _bearer: Bearer) -> Ask:
    return Ask(body={"kind": "public", **NAMES, "redirect_uris": ["https://application.example/back"]})


def _client(records: Records, bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"client_id": records.client(place, fresh=bearer.reaches(place))})


def _grant_there(records: Records, bearer: Bearer, place: Place) -> Ask:
    """To a system within reach, at a unit that may stand anywhere."""
    system = records.system_above(bearer.own, fresh=bearer.reaches(place))
    return Ask(body=records.granting(system, place.unit_id))


def _grant_to_it(records: Records, bearer: Bearer, place: Place) -> Ask:
    """At the own unit, to a system that may belong anywhere."""
    system = records.system(place, fresh=bearer.reaches(place))
    return Ask(body=records.granting(system, bearer.own.unit_id))


def _grant(records: Records, bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"grant_id": records.grant(place, fresh=bearer.reaches(place))})


PROBES: Final[tuple[Probe, ...]] = (
    Plain("GET /.well-known/oauth-authorization-server", _nobody),
    Plain("GET /.well-known/openid-configuration", _nobody),
    Plain("GET /oauth2/authorize", _nobody, "without an application"),
    Plain("POST /oauth2/authorize", _bent_sign_in, "a bent form"),
    Plain("POST /oauth2/introspect", _bare_form, "an unknown application"),
    Plain("POST /oauth2/revoke", _bare_form, "an unknown application"),
    Plain("POST /oauth2/token", _bare_form, "an unknown application"),
    Plain("GET /oauth2/userinfo", points="the console's own token"),
    Plain("POST /oauth2/userinfo", points="the console's own token"),
    Listed("GET /v1/clients", "an application", lambda r, place: r.client(place)),
    Plain("POST /v1/clients", _register),
    Placed("POST /v1/clients/{client_id}/endings", "client_id", _client),
    Placed("POST /v1/clients/{client_id}/secrets", "client_id", _client),
    Placed("POST /v1/clients/{client_id}/secrets/endings", "client_id", _client),
    Placed("GET /v1/client-grants", "?unit_id", at_unit()),
    Placed("POST /v1/client-grants", "body unit_id", _grant_there),
    Placed("POST /v1/client-grants", "body client_id", _grant_to_it),
    Placed("POST /v1/client-grants/{grant_id}/endings", "grant_id", _grant),
)
