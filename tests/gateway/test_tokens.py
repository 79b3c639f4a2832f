"""Which access tokens open the door: every claim and the header are checked, whatever the signature says."""

import json
import time
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import OctKey, OKPKey

from tests.gateway.upstream import answer
from tests.gateway.world import World, the_id

GOOD = 200


async def status(world: World, token: str) -> int:
    return (await world.client.get("/v1/me", headers={"authorization": f"Bearer {token}"})).status_code


async def test_a_good_token_opens(world: World) -> None:
    assert await status(world, world.token()) == GOOD


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody"},
        {"iss": None},
        {"aud": "live"},
        {"aud": ["live", "notify"]},
        {"aud": None},
        {"exp": None},
        {"exp": "tomorrow"},
        {"sub": None},
        {"sid": None},
        {"sub": 7},
        {"header": {"typ": "JWT"}},
        {"header": {"typ": "id+jwt"}},
    ],
    ids=str,
)
async def test_a_wrong_claim_closes_in_spite_of_a_good_signature(world: World, changes: dict[str, Any]) -> None:
    assert await status(world, world.token(**changes)) == 401


async def test_an_audience_among_several_opens(world: World) -> None:
    assert await status(world, world.token(aud=["other", "sangathan"])) == GOOD


@pytest.mark.parametrize(
    ("claim", "offset", "expected"),
    [("exp", -50, GOOD), ("exp", -70, 401), ("nbf", 50, GOOD), ("nbf", 70, 401), ("iat", 50, GOOD), ("iat", 70, 401)],
)
async def test_clocks_may_be_a_minute_off_and_no_more(world: World, claim: str, offset: int, expected: int) -> None:
    now = int(time.time())
    times: dict[str, Any] = {"iat": now - 300, "exp": now + 300} | {claim: now + offset}
    assert await status(world, world.token(**times)) == expected


async def test_a_token_that_would_live_for_days_is_refused(world: World) -> None:
    assert await status(world, world.token(exp=int(time.time()) + 90_000)) == 401


async def test_a_token_without_a_signature_is_refused(world: World) -> None:
    head, body, _ = world.token().split(".")
    none = jws.serialize_compact({"alg": "HS256"}, b"", OctKey.import_key(b"k" * 32), algorithms=["HS256"])
    assert {await status(world, t) for t in (f"{head}.{body}.", f"{head}.{body}", none, "abc", "..")} == {401}


async def test_the_public_key_used_as_a_shared_secret_is_refused(world: World) -> None:
    secret = OctKey.import_key(str(world.key.as_dict(private=False)["x"]))
    header = {"alg": "HS256", "typ": "at+jwt", "kid": world.key.kid}
    body = world.token().split(".")[1]
    forged = jws.serialize_compact(header, body, secret, algorithms=["HS256"])
    assert await status(world, forged) == 401


async def test_a_stranger_who_claims_the_known_key_is_refused(world: World) -> None:
    stranger = OKPKey.generate_key("Ed25519", {"kid": str(world.key.kid)})
    assert await status(world, world.token(key=stranger)) == 401


async def test_a_changed_body_is_refused_though_the_token_is_remembered(world: World) -> None:
    token = world.token()
    assert await status(world, token) == GOOD
    head, _, signature = token.split(".")
    other = world.token("state-holder").split(".")[1]
    assert await status(world, f"{head}.{other}.{signature}") == 401


async def test_a_remembered_token_ends_when_it_expires(world: World) -> None:
    token = world.token(iat=int(time.time()) - 300, exp=int(time.time()) - 58)
    assert await status(world, token) == GOOD
    later = time.time() + 10
    world.core.now = lambda: later
    world.parts.verifier._now = lambda: later
    assert await status(world, token) == 401


async def test_an_unknown_key_is_asked_for_at_identity(world: World) -> None:
    fresh = OKPKey.generate_key("Ed25519", {"kid": "key-2"})
    document = json.dumps({"keys": [fresh.as_dict(private=False)]}).encode()
    world.identity.on("/v1/jwks", answer("200 OK", document))
    assert await status(world, world.token(key=fresh)) == GOOD


async def test_a_flood_of_unknown_keys_asks_identity_once_a_second(world: World) -> None:
    for number in range(20):
        stranger = OKPKey.generate_key("Ed25519", {"kid": f"no-{number}"})
        assert await status(world, world.token(key=stranger)) == 401
    assert len([seen for seen in world.identity.seen if seen.target == "/v1/jwks"]) <= 2


async def test_a_token_is_verified_once_and_then_remembered(world: World) -> None:
    token = world.token()
    await status(world, token)
    world.parts.keys._keys = {}
    assert await status(world, token) == GOOD


async def test_the_memory_of_tokens_is_bounded(world: World) -> None:
    world.parts.cache._size = 3
    for number in range(5):
        await status(world, world.token(sid=the_id(str(number))))
    assert len(world.parts.cache) == 3


@pytest.mark.parametrize(
    ("authorization", "error"),
    [
        (None, None),
        ("Basic dXNlcjpwYXNz", None),
        ("Bearer", 'error="invalid_token"'),
        ("Bearer a.b.c", 'error="invalid_token"'),
        ("Bearer " + "a" * 5000, 'error="invalid_token"'),
    ],
)
async def test_a_refusal_says_what_is_wrong_as_rfc_6750_has_it(
    world: World, authorization: str | None, error: str | None
) -> None:
    headers = {"authorization": authorization} if authorization else {}
    answered = await world.client.get("/v1/me", headers=headers)
    challenge = answered.headers["www-authenticate"]
    assert answered.status_code == 401
    assert challenge.startswith('Bearer realm="sangathan"')
    assert (error in challenge) if error else ("error" not in challenge)


async def test_two_authorization_headers_are_refused(world: World) -> None:
    token = world.token()
    headers = [("authorization", f"Bearer {token}"), ("authorization", f"Bearer {token}")]
    assert (await world.client.get("/v1/me", headers=headers)).status_code == 400
