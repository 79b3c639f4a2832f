"""Signing in with phone and password."""

import json

import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from sangathan_testkit.harness import Harness
from tests.identity import world
from tests.identity.asking import problem, rows, said, sign_in

BOOTH_PRESIDENT = world.holder(world.BOOTH)


async def test_a_sign_in_names_the_offices_held(identity: Harness) -> None:
    answer = await sign_in(identity, BOOTH_PRESIDENT)
    assert answer.json()["appointments"] == [
        {
            "id": str(BOOTH_PRESIDENT.appointment_id),
            "office": "booth-president",
            "unit_id": str(BOOTH_PRESIDENT.unit_id),
            "path": world.BOOTH,
            "unit_name_hi": f"इकाई {world.BOOTH}",
            "unit_name_en": f"Unit {world.BOOTH}",
        }
    ]


async def test_an_access_token_verifies_with_the_published_keys(identity: Harness) -> None:
    token = (await sign_in(identity, BOOTH_PRESIDENT)).json()["access_token"]
    published = await identity.ask("GET", "/v1/jwks", action="key.read")
    keys = KeySet.import_key_set(published.json())
    signed = jws.deserialize_compact(token, keys, algorithms=["Ed25519"])
    assert json.loads(signed.payload)["sub"] == str(BOOTH_PRESIDENT.person_id)


async def test_an_access_token_carries_appointments_and_no_paths(identity: Harness) -> None:
    token = (await sign_in(identity, BOOTH_PRESIDENT)).json()["access_token"]
    signed = jws.extract_compact(token.encode())
    claims = json.loads(signed.payload)
    assert claims["appts"] == [str(BOOTH_PRESIDENT.appointment_id)]
    assert world.BOOTH not in signed.payload.decode()


async def test_the_token_is_an_at_jwt_of_ten_minutes(identity: Harness) -> None:
    signed = jws.extract_compact((await sign_in(identity, BOOTH_PRESIDENT)).json()["access_token"].encode())
    claims = json.loads(signed.payload)
    assert (signed.headers()["typ"], claims["exp"] - claims["iat"]) == ("at+jwt", 600)


async def test_the_published_keys_hold_no_private_part(identity: Harness) -> None:
    published = await identity.ask("GET", "/v1/jwks", action="key.read")
    public = (["alg", "crv", "kid", "kty", "use", "x"], ["alg", "e", "kid", "kty", "n", "use"])
    assert published.json()["keys"]
    assert [key for key in published.json()["keys"] if sorted(key) not in public] == []


async def test_hindi_digits_sign_in_too(identity: Harness) -> None:
    hindi = world.phone(BOOTH_PRESIDENT).translate(str.maketrans("0123456789", "०१२३४५६७८९"))
    body = {"phone": hindi, "password": world.PASSWORD}
    answer = await identity.ask("POST", "/v1/sign-in", action="session.sign-in", json=body)
    assert answer.status_code == 200


async def test_a_wrong_password_and_an_unknown_number_read_the_same(identity: Harness) -> None:
    wrong = await sign_in(identity, BOOTH_PRESIDENT, "galat")
    body = {"phone": "+916009999999", "password": world.PASSWORD}
    unknown = await identity.ask("POST", "/v1/sign-in", action="session.sign-in", json=body)
    assert said(wrong) == said(unknown)
    assert problem(wrong) == "sign-in-refused"


async def test_a_refused_sign_in_says_how_to_authenticate(identity: Harness) -> None:
    assert "www-authenticate" in (await sign_in(identity, BOOTH_PRESIDENT, "galat")).headers


async def test_a_person_without_a_password_cannot_sign_in_with_one(identity: Harness) -> None:
    await rows(identity, "UPDATE persons SET password_hash = NULL WHERE id = $1", BOOTH_PRESIDENT.person_id)
    assert (await sign_in(identity, BOOTH_PRESIDENT, "nobody's password")).status_code == 401


@pytest.mark.parametrize(("password", "outcome"), [(world.PASSWORD, "done"), ("galat", "refused")])
async def test_every_sign_in_is_on_the_trail(identity: Harness, password: str, outcome: str) -> None:
    await sign_in(identity, BOOTH_PRESIDENT, password)
    trail = await rows(identity, "SELECT action AS act, outcome, person_id FROM audit_entries")
    assert [tuple(row.values()) for row in trail] == [("session.sign-in", outcome, BOOTH_PRESIDENT.person_id)]


async def test_a_number_nobody_has_is_on_the_trail_only_by_its_index(identity: Harness) -> None:
    body = {"phone": "+916009999999", "password": "galat"}
    await identity.ask("POST", "/v1/sign-in", action="session.sign-in", json=body)
    [row] = await rows(identity, "SELECT audit_entries::text AS line FROM audit_entries")
    assert "6009999999" not in row["line"]


async def test_an_office_that_is_over_is_not_named(identity: Harness) -> None:
    await rows(
        identity,
        "UPDATE appointments SET valid_to = '2022-01-20T09:00:00Z' WHERE id = $1",
        BOOTH_PRESIDENT.appointment_id,
    )
    assert (await sign_in(identity, BOOTH_PRESIDENT)).json()["appointments"] == []
