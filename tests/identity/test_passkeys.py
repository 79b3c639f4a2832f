"""Passkeys: added by who is signed in, signing in without a phone number, ended when they seem copied."""

import asyncio
import copy
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response

from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness
from tests.identity import world
from tests.identity.asking import events, problem, rows, said
from tests.identity.soft_authenticator import SoftAuthenticator, b64
from tests.identity.test_authenticator import Phone, a_phone

PERSON = world.holder(world.BOOTH)


@pytest.fixture
async def phone(identity: Harness, clock: FixedClock) -> Phone:
    return await a_phone(identity, clock)


async def creation(phone: Phone) -> dict[str, Any]:
    return dict((await phone.change("/v1/passkey-creations")).json()["public_key"])


async def add(phone: Phone, credential: Any, **more: Any) -> Response:
    return await phone.change("/v1/passkeys", {"name": "Redmi 9A", "credential": credential, **more})


async def added(phone: Phone, authenticator: SoftAuthenticator) -> str:
    return str((await add(phone, authenticator.create(await creation(phone)))).json()["id"])


async def request(identity: Harness) -> dict[str, Any]:
    answer = await identity.ask("POST", "/v1/passkey-requests", action="session.sign-in")
    return dict(answer.json()["public_key"])


async def sign_in(identity: Harness, credential: Any) -> Response:
    body = {"credential": credential, "device": "Redmi 9A"}
    return await identity.ask("POST", "/v1/sign-ins-by-passkey", action="session.sign-in", json=body)


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
async def test_a_passkey_signs_in_by_itself_as_two_factors(phone: Phone, algorithm: str) -> None:
    authenticator = SoftAuthenticator(algorithm)
    await added(phone, authenticator)
    answer = await sign_in(phone.identity, authenticator.get(await request(phone.identity)))
    body = answer.json()
    assert (body["acr"], body["appointments"][0]["id"]) == ("2", str(PERSON.appointment_id))


async def test_a_passkey_is_made_discoverable_and_with_the_user_verified(phone: Phone) -> None:
    options = await creation(phone)
    wanted = options["authenticatorSelection"]
    assert (wanted["residentKey"], wanted["userVerification"], options["attestation"]) == (
        "required",
        "required",
        "none",
    )
    assert options["user"]["id"] == b64(PERSON.person_id.bytes)


async def test_the_request_names_nobodys_credentials(phone: Phone) -> None:
    await added(phone, SoftAuthenticator())
    assert not (await request(phone.identity)).get("allowCredentials")


async def test_an_authenticator_is_told_what_it_holds_already(phone: Phone) -> None:
    authenticator = SoftAuthenticator()
    await added(phone, authenticator)
    phone.clock.pass_time(timedelta(seconds=30))
    await phone.step_up(passkey=authenticator.get(await request(phone.identity)))
    assert [one["id"] for one in (await creation(phone))["excludeCredentials"]] == [b64(authenticator.credential_id)]


async def test_a_new_passkey_is_told_to_its_person(phone: Phone) -> None:
    await added(phone, SoftAuthenticator())
    assert [event["what"] for event in await events(phone.identity, "identity.credential.changed.v1")] == [
        "passkey-added"
    ]


BENT: dict[str, Callable[[SoftAuthenticator, dict[str, Any]], Any]] = {
    "another origin": lambda one, options: one.get(options, origin="http://evil.example"),
    "another domain": lambda one, options: one.get(options, rp_id="evil.example"),
    "user not verified": lambda one, options: one.get(options, verified=False),
    "a question never asked": lambda one, options: one.get({**options, "challenge": b64(b"x" * 32)}),
    "an unknown credential": lambda _one, options: SoftAuthenticator().get(options),
    "another key under this id": lambda one, options: SoftAuthenticator(credential_id=one.credential_id).get(options),
    "no base64": lambda one, options: _bent(one.get(options), "signature", "A"),
    "no client data": lambda one, options: _bent(one.get(options), "clientDataJSON", b64(b"[]")),
    "no authenticator data": lambda one, options: _bent(one.get(options), "authenticatorData", b64(b"short")),
}


def _bent(credential: dict[str, Any], name: str, value: str) -> dict[str, Any]:
    bent = copy.deepcopy(credential)
    bent["response"][name] = value
    return bent


@pytest.mark.parametrize("bend", BENT.values(), ids=BENT.keys())
async def test_whatever_is_wrong_reads_the_same(
    phone: Phone, bend: Callable[[SoftAuthenticator, dict[str, Any]], Any]
) -> None:
    authenticator = SoftAuthenticator()
    await added(phone, authenticator)
    bent = await sign_in(phone.identity, bend(authenticator, await request(phone.identity)))
    unknown = await sign_in(phone.identity, SoftAuthenticator().get(await request(phone.identity)))
    assert (problem(bent), said(bent)) == ("sign-in-refused", said(unknown))


async def test_an_answer_serves_once(phone: Phone) -> None:
    authenticator = SoftAuthenticator(counts=False)
    await added(phone, authenticator)
    credential = authenticator.get(await request(phone.identity))
    answers = await asyncio.gather(*(sign_in(phone.identity, credential) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401]


async def test_an_answer_later_than_five_minutes_is_refused(phone: Phone) -> None:
    authenticator = SoftAuthenticator()
    await added(phone, authenticator)
    options = await request(phone.identity)
    phone.clock.pass_time(timedelta(minutes=5))
    assert (await sign_in(phone.identity, authenticator.get(options))).status_code == 401


async def test_a_passkey_whose_counter_falls_back_is_ended_and_its_person_told(phone: Phone) -> None:
    authenticator = SoftAuthenticator()
    await added(phone, authenticator)
    await sign_in(phone.identity, authenticator.get(await request(phone.identity)))
    authenticator.count = 0
    copied = await sign_in(phone.identity, authenticator.get(await request(phone.identity)))
    authenticator.count = 9
    after = await sign_in(phone.identity, authenticator.get(await request(phone.identity)))
    assert (copied.status_code, after.status_code) == (401, 401)
    assert [event["what"] for event in await events(phone.identity, "identity.credential.changed.v1")] == [
        "passkey-added",
        "passkey-copied",
    ]


async def test_a_passkey_that_does_not_count_goes_on(phone: Phone) -> None:
    authenticator = SoftAuthenticator(counts=False)
    await added(phone, authenticator)
    for _ in range(2):
        assert (await sign_in(phone.identity, authenticator.get(await request(phone.identity)))).status_code == 200


async def test_a_suspended_person_does_not_come_in(phone: Phone) -> None:
    authenticator = SoftAuthenticator()
    await added(phone, authenticator)
    await rows(phone.identity, "UPDATE persons SET suspended_at = now() WHERE id = $1", PERSON.person_id)
    answer = await sign_in(phone.identity, authenticator.get(await request(phone.identity)))
    assert problem(answer) == "sign-in-refused"


async def test_a_passkey_steps_up_its_own_persons_sign_in_and_no_other(phone: Phone, clock: FixedClock) -> None:
    authenticator = SoftAuthenticator()
    await added(phone, authenticator)
    other = await a_phone(phone.identity, clock, world.holder(world.NEXT_BOOTH))
    stepped = await phone.step_up(passkey=authenticator.get(await request(phone.identity)))
    refused = await other.step_up(passkey=authenticator.get(await request(phone.identity)))
    assert (stepped.json()["acr"], problem(refused)) == ("2", "step-up-refused")


@pytest.mark.parametrize("bent", [{"origin": "http://evil.example"}, {"rp_id": "evil.example"}, {"verified": False}])
async def test_a_credential_made_elsewhere_is_not_added(phone: Phone, bent: dict[str, Any]) -> None:
    credential = SoftAuthenticator().create(await creation(phone), **bent)
    assert problem(await add(phone, credential)) == "passkey-refused"


async def test_the_options_of_somebody_else_add_nothing(phone: Phone, clock: FixedClock) -> None:
    other = await a_phone(phone.identity, clock, world.holder(world.NEXT_BOOTH))
    credential = SoftAuthenticator().create(await creation(other))
    assert problem(await add(phone, credential)) == "passkey-refused"


async def test_a_credential_is_added_once(phone: Phone, clock: FixedClock) -> None:
    authenticator = SoftAuthenticator()
    await added(phone, authenticator)
    other = await a_phone(phone.identity, clock, world.holder(world.NEXT_BOOTH))
    assert problem(await add(other, authenticator.create(await creation(other)))) == "passkey-refused"


async def test_an_unknown_field_is_refused(phone: Phone) -> None:
    credential = SoftAuthenticator().create(await creation(phone))
    assert problem(await add(phone, credential, person_id=str(PERSON.person_id))) == "invalid-input"


async def test_a_passkey_that_is_removed_signs_in_no_more(phone: Phone) -> None:
    authenticator = SoftAuthenticator()
    passkey_id = await added(phone, authenticator)
    path = f"/v1/passkeys/{passkey_id}/removals"
    assert problem(await phone.change(path)) == "step-up-needed"
    await phone.step_up(passkey=authenticator.get(await request(phone.identity)))
    assert (await phone.change(path)).status_code == 204
    assert (await sign_in(phone.identity, authenticator.get(await request(phone.identity)))).status_code == 401


async def test_another_persons_passkey_is_neither_listed_nor_removed(phone: Phone, clock: FixedClock) -> None:
    passkey_id = await added(phone, SoftAuthenticator())
    other = await a_phone(phone.identity, clock, world.holder(world.NEXT_BOOTH))
    assert (await other.ask("GET", "/v1/passkeys", "factor.read")).json()["items"] == []
    assert (await other.change(f"/v1/passkeys/{passkey_id}/removals")).status_code == 404
    [listed] = (await phone.ask("GET", "/v1/passkeys", "factor.read")).json()["items"]
    assert (listed["id"], listed["name"]) == (passkey_id, "Redmi 9A")
