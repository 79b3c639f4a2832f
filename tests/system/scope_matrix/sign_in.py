"""The probes of what people sign in with, and of phones that are enrolled ahead."""

from typing import Any, Final

from tests.system.scope_matrix.ground import NOWHERE, Bearer, Ground, Place
from tests.system.scope_matrix.probes import Ask, Listed, Personal, Placed, Plain, Probe
from tests.system.scope_matrix.records import CannotBeError, Records

_CHALLENGE: Final[dict[str, Any]] = {"challenge": NOWHERE, "code": "000000"}
_STRONG: Final = "kettle-monsoon-ladder-42"
_SPOKEN: Final = {"id": "AAAA", "rawId": "AAAA", "type": "public-key"}
_MADE: Final = {**_SPOKEN, "response": {"clientDataJSON": "AAAA", "attestationObject": "AAAA"}}
_SIGNED: Final = {**_SPOKEN, "response": {"clientDataJSON": "AAAA", "authenticatorData": "AAAA", "signature": "AAAA"}}
_KEY: Final = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}


def _by_password(body: Any = None) -> Any:
    """With a new sign-in by password alone, so that nobody's second factor is changed under the walk."""

    def build(ground: Ground, bearer: Bearer) -> Ask:
        return Ask(body=body, token=ground.sign_in(bearer.sign_in)[0])

    return build


def _unsigned(body: Any) -> Any:
    return lambda _ground, _bearer: Ask(body=body, token="")


def _own(body: Any) -> Any:
    return lambda _ground, _bearer: Ask(body=body)


def _over(ground: Ground, bearer: Bearer) -> Ask:
    """A sign-in that is over: a living one would end the one that the walk goes by."""
    token = ground.sign_in(bearer.sign_in)[0]
    ground.send(token, "POST", "/v1/sign-out")
    return Ask(token=token)


def _device(records: Records, bearer: Bearer, whose: str) -> Ask:
    """The device of a new sign-in."""
    ground = records.ground
    if whose == "missing":
        return Ask(ids={"device_id": NOWHERE})
    token = ground.sign_in(bearer.sign_in if whose == "mine" else ground.demo.truth.state_it_in_charge)[0]
    listed = ground.send(token, "GET", "/v1/devices").json()["items"]
    return Ask(ids={"device_id": next(one["id"] for one in listed if one["current"])})


def _passkey(_records: Records, _bearer: Bearer, whose: str) -> Ask:
    """Only nobody's: whoever had one would need it for all that follows; tests/identity tries the others."""
    if whose == "mine":
        raise CannotBeError
    return Ask(ids={"passkey_id": NOWHERE})


def _issue(records: Records, bearer: Bearer, place: Place) -> Ask:
    return Ask(body={"appointment_id": records.appointment(place, fresh=bearer.reaches(place))})


PROBES: Final[tuple[Probe, ...]] = (
    Plain("POST /v1/sessions/endings", _over, "a sign-in that is over"),
    Plain("GET /v1/devices"),
    Personal("POST /v1/devices/{device_id}/removals", "device_id", _device),
    Plain("GET /v1/sign-in-methods"),
    Plain("POST /v1/step-ups", _own({"recovery_code": "00000-00000"}), "a wrong recovery code"),
    Plain("POST /v1/password-changes", _own({"current_password": "x", "new_password": "password123"}), "a weak one"),
    Plain("POST /v1/password-resets", _unsigned({**_CHALLENGE, "new_password": _STRONG}), "a wrong code"),
    Plain("POST /v1/authenticators", _by_password(), "by password alone"),
    Plain("POST /v1/authenticators/confirmations", _by_password({"code": "000000"}), "a wrong code, by password alone"),
    Plain("POST /v1/authenticators/removals", _by_password(), "by password alone"),
    Plain("POST /v1/recovery-codes", _by_password(), "by password alone"),
    Plain("GET /v1/passkeys"),
    Plain("POST /v1/passkey-creations", _by_password(), "by password alone"),
    Plain("POST /v1/passkeys", _by_password({"name": "Phone", "credential": _MADE}), "a bent one, by password alone"),
    Personal("POST /v1/passkeys/{passkey_id}/removals", "passkey_id", _passkey),
    Plain("POST /v1/passkey-requests", _unsigned(None)),
    Plain("POST /v1/sign-ins-by-passkey", _unsigned({"credential": _SIGNED}), "a bent answer"),
    Plain("POST /v1/enrolled-devices", _unsigned({"code": "0" * 20, "public_key": _KEY}), "a wrong code"),
    Plain("POST /v1/sign-ins-by-device", _unsigned({"assertion": "x" * 30}), "a bent assertion"),
    Placed("POST /v1/device-enrolments", "body appointment_id", _issue),
    Listed("GET /v1/device-enrolments", "an enrolment", lambda r, place: r.enrolment(place)),
    Placed(
        "POST /v1/device-enrolments/{enrolment_id}/withdrawals",
        "enrolment_id",
        lambda r, b, place: Ask(ids={"enrolment_id": r.enrolment(place, fresh=b.reaches(place))}),
    ),
)
