"""A vistarak's phone is enrolled ahead and signs in by a key of its own, with no text message."""

import asyncio
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from httpx import Response
from joserfc import jws
from joserfc.jwk import ECKey, OctKey, OKPKey

from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness, Person
from tests.identity import world
from tests.identity.asking import events, problem, refresh, rows, said

VISTARAK = world.holder(world.MANDAL, "vistarak")
OFFICER = world.holder(world.MANDAL)
STATE = world.holder(world.STATE)
PROBLEM = "sign-in-refused"


class Phone:
    """A phone with a key of its own and a clock that may be off."""

    def __init__(self, identity: Harness, clock: FixedClock, kind: str = "OKP") -> None:
        self.identity = identity
        self.clock = clock
        self.key: OKPKey | ECKey = OKPKey.generate_key("Ed25519") if kind == "OKP" else ECKey.generate_key("P-256")
        self.device_id = ""
        self.off = timedelta(0)

    async def enrol(self, code: str, **more: Any) -> Response:
        body = {"code": code, "public_key": self.key.as_dict(private=False), "device": "Redmi 9A", **more}
        answer = await self.identity.ask("POST", "/v1/enrolled-devices", action="device.add", json=body)
        self.device_id = str(answer.json().get("device_id", ""))
        return answer

    def claims(self, **changes: Any) -> dict[str, Any]:
        now = int((self.clock.now() + self.off).timestamp())
        return {
            "iss": self.device_id,
            "sub": self.device_id,
            "aud": "sangathan",
            "iat": now,
            "exp": now + 60,
            "jti": uuid4().hex,
        } | changes

    def assertion(self, header: dict[str, Any] | None = None, **changes: Any) -> str:
        algorithm = "Ed25519" if isinstance(self.key, OKPKey) else "ES256"
        said = {"alg": algorithm, "typ": "device+jwt", "kid": self.device_id} | (header or {})
        return jws.serialize_compact(said, json.dumps(self.claims(**changes)), self.key, algorithms=[algorithm])

    async def sign_in(self, assertion: str | None = None) -> Response:
        body = {"assertion": assertion or self.assertion()}
        return await self.identity.ask("POST", "/v1/sign-ins-by-device", action="session.sign-in", json=body)


@pytest.fixture(autouse=True)
async def made_before_the_story_begins(identity: Harness) -> None:
    """The dataset was loaded today, while the clock of these tests stands at January 2022."""
    await rows(identity, "UPDATE appointments SET made_at = valid_from")


@pytest.fixture
def phone(identity: Harness, clock: FixedClock) -> Phone:
    return Phone(identity, clock)


@pytest.fixture
async def enrolled(identity: Harness, phone: Phone) -> Phone:
    await phone.enrol((await issue(identity)).json()["code"])
    return phone


async def issue(identity: Harness, officer: Person = OFFICER, whom: Person = VISTARAK, **more: Any) -> Response:
    body = {"appointment_id": str(whom.appointment_id), **more}
    return await identity.ask("POST", "/v1/device-enrolments", action="device.enrol", person=officer, json=body)


async def withdraw(identity: Harness, enrolment_id: str, officer: Person = OFFICER) -> Response:
    path = f"/v1/device-enrolments/{enrolment_id}/withdrawals"
    return await identity.ask("POST", path, action="device.enrol", person=officer)


@pytest.mark.parametrize("kind", ["OKP", "EC"])
async def test_an_enrolled_phone_signs_in_with_no_code_sent(identity: Harness, clock: FixedClock, kind: str) -> None:
    phone = Phone(identity, clock, kind)
    await phone.enrol((await issue(identity)).json()["code"])
    body = (await phone.sign_in()).json()
    assert (body["acr"], body["appointments"][0]["id"]) == ("1", str(VISTARAK.appointment_id))
    assert await rows(identity, "SELECT 1 FROM one_time_codes") == []


async def test_the_code_comes_as_text_and_as_qr_code_and_is_read_however_typed(identity: Harness, phone: Phone) -> None:
    issued = (await issue(identity)).json()
    assert (issued["qr_text"], issued["qr_svg"][:4]) == (f"sangathan-enrol:{issued['code']}", "<svg")
    assert (await phone.enrol(issued["code"].lower().replace("-", " ").replace("0", "o"))).status_code == 201


async def test_a_code_enrols_one_phone_however_many_show_it(identity: Harness, clock: FixedClock) -> None:
    code = (await issue(identity)).json()["code"]
    answers = await asyncio.gather(*(Phone(identity, clock).enrol(code) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 403, 403]


async def test_a_lapsed_a_withdrawn_a_used_and_an_unknown_code_read_the_same(
    identity: Harness, clock: FixedClock
) -> None:
    unknown = await Phone(identity, clock).enrol("00000-00000-00000-00000")
    used = (await issue(identity)).json()["code"]
    await Phone(identity, clock).enrol(used)
    withdrawn = (await issue(identity)).json()
    await withdraw(identity, withdrawn["id"])
    lapsed = (await issue(identity, valid_hours=1)).json()["code"]
    clock.pass_time(timedelta(hours=1))
    refused = [await Phone(identity, clock).enrol(code) for code in (used, withdrawn["code"], lapsed)]
    assert problem(unknown) == "enrolment-refused"
    assert [said(one) for one in refused] == [said(unknown)] * 3


@pytest.mark.parametrize("off", [timedelta(minutes=2), timedelta(minutes=-2)])
async def test_a_clock_two_minutes_off_does_no_harm(enrolled: Phone, off: timedelta) -> None:
    enrolled.off = off
    assert (await enrolled.sign_in()).status_code == 200


@pytest.mark.parametrize("off", [timedelta(minutes=3), timedelta(minutes=-4)])
async def test_a_clock_further_off_is_refused(enrolled: Phone, off: timedelta) -> None:
    enrolled.off = off
    assert problem(await enrolled.sign_in()) == PROBLEM


async def test_an_assertion_serves_once_even_in_parallel(enrolled: Phone) -> None:
    assertion = enrolled.assertion()
    answers = await asyncio.gather(*(enrolled.sign_in(assertion) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401]


async def test_an_assertion_stays_used_for_as_long_as_it_could_be_good(enrolled: Phone, clock: FixedClock) -> None:
    enrolled.off = timedelta(minutes=2)
    assertion = enrolled.assertion(exp=int((clock.now() + timedelta(minutes=7)).timestamp()))
    await enrolled.sign_in(assertion)
    clock.pass_time(timedelta(minutes=8, seconds=59))
    [row] = await rows(enrolled.identity, "SELECT expires_at FROM seen_assertions")
    assert row["expires_at"] >= clock.now()
    assert problem(await enrolled.sign_in(assertion)) == PROBLEM


def _now(phone: Phone) -> int:
    return int(phone.clock.now().timestamp())


def _unsigned(phone: Phone) -> str:
    _, body, _ = phone.assertion().split(".")
    none = urlsafe_b64encode(json.dumps({"alg": "none", "typ": "device+jwt", "kid": phone.device_id}).encode())
    return f"{none.rstrip(b'=').decode()}.{body}."


def _confused(phone: Phone) -> str:
    secret = OctKey.import_key(json.dumps(phone.key.as_dict(private=False)).ljust(32))
    header = {"alg": "HS256", "typ": "device+jwt", "kid": phone.device_id}
    return jws.serialize_compact(header, json.dumps(phone.claims()), secret, algorithms=["HS256"])


def _other(phone: Phone) -> str:
    thief = Phone(phone.identity, phone.clock)
    thief.device_id = phone.device_id
    return thief.assertion()


BENT: dict[str, Callable[[Phone], str]] = {
    "for somebody else": lambda one: one.assertion(aud="elsewhere"),
    "for us and somebody else": lambda one: one.assertion(aud=["sangathan", "elsewhere"]),
    "of another device": lambda one: one.assertion(sub=str(uuid4())),
    "lasting too long": lambda one: one.assertion(exp=_now(one) + 301),
    "without an end": lambda one: one.assertion(exp=None),
    "ending before it begins": lambda one: one.assertion(exp=_now(one) - 1),
    "without a name": lambda one: one.assertion(jti=None),
    "with a short name": lambda one: one.assertion(jti="1"),
    "of another type": lambda one: one.assertion({"typ": "at+jwt"}),
    "naming nobody's device": lambda one: one.assertion({"kid": str(uuid4())}),
    "naming no device": lambda one: one.assertion({"kid": "x"}),
    "unsigned": _unsigned,
    "signed with the public key as a secret": _confused,
    "signed by another key": _other,
    "no assertion at all": lambda _one: "x" * 30,
}


@pytest.mark.parametrize("bend", BENT.values(), ids=BENT.keys())
async def test_whatever_is_wrong_with_an_assertion_reads_the_same(
    enrolled: Phone, bend: Callable[[Phone], str]
) -> None:
    stranger = Phone(enrolled.identity, enrolled.clock)
    stranger.device_id = str(uuid4())
    refused, unknown = await enrolled.sign_in(bend(enrolled)), await stranger.sign_in()
    assert (problem(refused), said(refused)) == (PROBLEM, said(unknown))


async def test_an_unknown_device_costs_a_check_of_a_signature_too(
    enrolled: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    plain = jws.deserialize_compact

    def counted(*args: Any, **kwargs: Any) -> Any:
        checked.append("once")
        return plain(*args, **kwargs)

    monkeypatch.setattr("sangathan_identity.adapters.device_keys.jws.deserialize_compact", counted)
    await enrolled.sign_in(_other(enrolled))
    await enrolled.sign_in(enrolled.assertion({"kid": str(uuid4())}))
    assert len(checked) == 2


async def test_withdrawing_after_the_enrolment_shuts_the_phone_out(identity: Harness, phone: Phone) -> None:
    issued = (await issue(identity)).json()
    await phone.enrol(issued["code"])
    session = (await phone.sign_in()).json()
    assert (await withdraw(identity, issued["id"])).status_code == 204
    assert problem(await phone.sign_in()) == PROBLEM
    assert (await refresh(identity, session["refresh_token"])).status_code == 401
    assert [one["session_id"] for one in await events(identity, "identity.session.ended.v1")] == [session["session_id"]]
    assert problem(await withdraw(identity, issued["id"])) == "enrolment-withdrawn"


async def test_its_person_forgets_an_enrolled_phone_too(enrolled: Phone) -> None:
    path = f"/v1/devices/{enrolled.device_id}/removals"
    me = world.themselves(VISTARAK)
    assert (await enrolled.identity.ask("POST", path, action="device.end", person=me)).status_code == 204
    assert problem(await enrolled.sign_in()) == PROBLEM


async def test_the_person_is_told_of_the_code_and_of_the_phone(enrolled: Phone) -> None:
    told = await events(enrolled.identity, "identity.credential.changed.v1")
    assert [(one["what"], one["person_id"]) for one in told] == [
        ("device-enrolment-issued", str(VISTARAK.person_id)),
        ("device-enrolled", str(VISTARAK.person_id)),
    ]


async def test_a_code_is_not_given_out_for_oneself(identity: Harness) -> None:
    assert problem(await issue(identity, OFFICER, OFFICER)) == "not-yourself"


async def test_a_code_is_not_given_out_for_an_office_that_is_not_the_officers_to_give(identity: Harness) -> None:
    it_in_charge = world.holder(world.STATE, "state-it-in-charge")
    assert problem(await issue(identity, it_in_charge, OFFICER)) == "office-not-yours-to-give"


async def test_somebody_elsewhere_reads_like_nobody(identity: Harness) -> None:
    elsewhere = await issue(identity, OFFICER, world.holder("in.mp.d070.v3.m1.b1."))
    nobody = await issue(identity, OFFICER, Person())
    assert (problem(elsewhere), said(elsewhere)) == ("not-found", said(nobody))


async def appoint(identity: Harness, office: str, path: str) -> None:
    body = {"person_id": str(VISTARAK.person_id), "office": office, "unit_id": str(world.unit_id(path))}
    await identity.ask(
        "POST", "/v1/appointments", action="appointment.make", person=world.holder(world.NATION), json=body
    )


async def test_nobody_reaches_a_higher_office_through_the_lower_one_of_the_same_person(identity: Harness) -> None:
    await appoint(identity, "district-president", world.DISTRICT)
    assert problem(await issue(identity)) == "holds-office-elsewhere"


async def test_a_code_dies_when_its_person_rises_before_it_is_used(
    identity: Harness, phone: Phone, clock: FixedClock
) -> None:
    code = (await issue(identity)).json()["code"]
    clock.pass_time(timedelta(minutes=1))
    await appoint(identity, "district-president", world.DISTRICT)
    assert problem(await phone.enrol(code)) == "enrolment-refused"


async def test_a_code_dies_with_its_appointment_and_with_a_suspension(identity: Harness, clock: FixedClock) -> None:
    first, second = [(await issue(identity)).json()["code"] for _ in range(2)]
    await rows(identity, "UPDATE persons SET suspended_at = now() WHERE id = $1", VISTARAK.person_id)
    assert problem(await Phone(identity, clock).enrol(first)) == "enrolment-refused"
    await rows(identity, "UPDATE persons SET suspended_at = NULL")
    path = f"/v1/appointments/{VISTARAK.appointment_id}/endings"
    await identity.ask("POST", path, action="appointment.end", person=OFFICER)
    assert problem(await Phone(identity, clock).enrol(second)) == "enrolment-refused"


async def test_five_codes_are_open_for_an_appointment_and_no_more(identity: Harness) -> None:
    answers = [await issue(identity) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [201] * 5 + [409]


async def test_codes_are_listed_within_the_unit_without_their_text(identity: Harness) -> None:
    issued = (await issue(identity)).json()

    async def listed(officer: Person) -> list[dict[str, Any]]:
        answer = await identity.ask("GET", "/v1/device-enrolments", action="device.enrol", person=officer)
        return list(answer.json()["items"])

    assert [(one["id"], one["office"]) for one in await listed(STATE)] == [(issued["id"], "vistarak")]
    assert await listed(world.holder("in.mp.d08.")) == []
    assert issued["code"] not in str(await listed(OFFICER))


async def test_a_code_elsewhere_is_withdrawn_by_nobody(identity: Harness, phone: Phone) -> None:
    issued = (await issue(identity)).json()
    assert problem(await withdraw(identity, issued["id"], world.holder("in.mp.d08."))) == "not-found"
    assert (await phone.enrol(issued["code"])).status_code == 201


@pytest.mark.parametrize(
    "key",
    [
        OKPKey.generate_key("Ed25519").as_dict(private=True),
        OKPKey.generate_key("X25519").as_dict(private=False),
        ECKey.generate_key("P-384").as_dict(private=False),
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {},
    ],
    ids=["private", "for agreement", "P-384", "symmetric", "off the curve", "empty"],
)
async def test_another_kind_of_key_is_refused_and_uses_no_code_up(
    identity: Harness, phone: Phone, key: dict[str, Any]
) -> None:
    code = (await issue(identity)).json()["code"]
    answer = await phone.enrol(code, public_key=key)
    assert problem(answer) == "invalid-input"
    assert answer.json()["errors"][0]["pointer"].startswith("/public_key")
    assert (await phone.enrol(code)).status_code == 201


async def test_a_key_is_taken_as_browsers_export_it(identity: Harness, phone: Phone) -> None:
    exported = phone.key.as_dict(private=False) | {"ext": True, "key_ops": ["verify"]}
    await phone.enrol((await issue(identity)).json()["code"], public_key=exported)
    assert (await phone.sign_in()).status_code == 200


async def test_an_unknown_field_is_refused(identity: Harness, phone: Phone) -> None:
    code = (await issue(identity)).json()["code"]
    assert problem(await phone.enrol(code, person_id=str(STATE.person_id))) == "invalid-input"
    assert problem(await issue(identity, person_id=str(STATE.person_id))) == "invalid-input"


async def test_a_dump_shows_no_code(identity: Harness) -> None:
    code = (await issue(identity)).json()["code"]
    for table in ("device_enrolments", "idempotency_keys", "outbox", "audit_entries"):
        lines = await rows(identity, f"SELECT {table}::text AS line FROM {table}")  # noqa: S608
        assert code not in str([row["line"] for row in lines])


async def test_a_suspended_person_does_not_come_in(enrolled: Phone) -> None:
    await rows(enrolled.identity, "UPDATE persons SET suspended_at = now() WHERE id = $1", VISTARAK.person_id)
    assert problem(await enrolled.sign_in()) == PROBLEM
