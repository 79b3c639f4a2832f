"""The OpenID provider's places: applications show their own credentials there, and their tokens open nothing else."""

import json
import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey, RSAKey

from tests.gateway.conftest import Make
from tests.gateway.upstream import answer
from tests.gateway.world import World, the_id

TOKEN_ROUTE = {
    "POST /oauth2/token": {
        "service": "identity",
        "action": "client.token",
        "target": "public",
        "passes_authorization": True,
    }
}


async def test_an_applications_own_credentials_arrive_where_the_policy_says_so(make_world: Make) -> None:
    world = await make_world(routes=TOKEN_ROUTE)
    await world.client.post("/oauth2/token", headers={"authorization": "Basic YTpi"}, content=b"grant_type=x")
    assert world.identity.seen[0].headers["authorization"] == "Basic YTpi"


async def test_credentials_that_one_route_passes_stay_out_of_the_next_on_the_same_connection(make_world: Make) -> None:
    route = {**TOKEN_ROUTE["POST /oauth2/token"], "action": "openid.userinfo"}
    world = await make_world(routes={"GET /oauth2/userinfo": route})
    for path in ("/oauth2/userinfo", "/oauth2/userinfo", "/oauth2/userinfo", "/v1/workers", "/v1/workers"):
        await world.client.get(path, headers=world.headers())
    lines = [seen.headers.get("authorization", "").count("Bearer") for seen in world.identity.seen]
    assert lines == [1, 1, 1]
    assert [seen for seen in world.registry.seen if "authorization" in seen.headers] == []


async def test_the_policy_of_a_services_page_takes_the_place_of_the_gateways(make_world: Make) -> None:
    world = await make_world(routes=TOKEN_ROUTE)
    world.identity.on("/oauth2/token", answer("200 OK", b"", "content-security-policy: default-src 'none'; x"))
    headers = (await world.client.post("/oauth2/token")).headers
    assert headers.get_list("content-security-policy") == ["default-src 'none'; x"]
    assert headers["x-frame-options"] == "DENY"


def published(world: World, *keys: OKPKey | RSAKey) -> None:
    """The gateway knows these keys, as identity publishes them."""
    world.parts.keys.take(json.dumps({"keys": [key.as_dict(private=False) for key in keys]}).encode())


async def status(world: World, token: str) -> int:
    return (await world.client.get("/v1/me", headers={"authorization": f"Bearer {token}"})).status_code


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    who = {"iss": "sangathan", "aud": "sangathan", "sub": the_id("president"), "sid": the_id("s")}
    return {**who, "iat": now, "exp": now + 300, **changes}


@pytest.mark.parametrize("kind", ["JWT", "at+jwt"])
async def test_an_id_token_opens_nothing_though_its_key_is_published(world: World, kind: str) -> None:
    rsa = RSAKey.generate_key(2048, {"kid": "rsa-1"})
    published(world, world.key, rsa)
    token = jwt.encode({"alg": "RS256", "typ": kind, "kid": "rsa-1"}, claims(), rsa, algorithms=["RS256"])
    assert await status(world, token) == 401
    assert await status(world, world.token()) == 200


@pytest.mark.parametrize("token", ["sga_" + "a" * 43, "sgo_" + "a" * 43, "sgr_" + "a" * 43, "sgk_" + "a" * 43])
async def test_tokens_and_secrets_of_other_kinds_open_nothing(world: World, token: str) -> None:
    assert await status(world, token) == 401


@pytest.mark.parametrize("header", [{"jku": "https://evil.example/keys"}, {"x5u": "https://evil.example/c"}], ids=str)
async def test_a_token_that_says_where_its_key_is_gets_nobody_to_look_there(
    world: World, header: dict[str, Any]
) -> None:
    stranger = OKPKey.generate_key("Ed25519", {"kid": str(world.key.kid)})
    assert await status(world, world.token(key=stranger, header=header)) == 401


async def test_a_token_that_brings_its_own_key_is_refused(world: World) -> None:
    stranger = OKPKey.generate_key("Ed25519", {"kid": str(world.key.kid)})
    header = {"jwk": stranger.as_dict(private=False)}
    assert await status(world, world.token(key=stranger, header=header)) == 401


@pytest.mark.parametrize("offset", [-120, 120])
async def test_a_clock_that_is_two_minutes_off_opens_nothing(world: World, offset: int) -> None:
    now = int(time.time())
    times: dict[str, Any] = {"iat": now + offset, "exp": now + offset + (60 if offset < 0 else 600)}
    assert await status(world, world.token(**times)) == 401


async def test_a_key_that_is_published_no_more_opens_nothing_to_a_token_not_seen_before(world: World) -> None:
    fresh = OKPKey.generate_key("Ed25519", {"kid": "key-2"})
    published(world, fresh)
    document = json.dumps({"keys": [fresh.as_dict(private=False)]}).encode()
    world.identity.on("/v1/jwks", answer("200 OK", document))
    assert (await status(world, world.token(key=fresh)), await status(world, world.token())) == (200, 401)
