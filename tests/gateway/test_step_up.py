"""Sensitive acts want more than a sign-in, and lately shown (RFC 9470); the services hear of nothing less."""

import time
from typing import Any, Final

import httpx
import pytest

from tests.gateway.conftest import Make
from tests.gateway.world import World

MOVE: Final = "/v1/units/00000000-0000-4000-8000-000000000001/moves"
ROUTES: Final = {
    "POST /v1/units/{unit_id}/moves": {"service": "identity", "action": "unit.move", "target": "record"},
    "POST /v1/authenticators": {"service": "identity", "action": "factor.change", "target": "self"},
}


@pytest.fixture
async def sensitive(make_world: Make) -> World:
    return await make_world(routes=ROUTES)


async def post(world: World, path: str, person: str = "state-holder", **claims: Any) -> httpx.Response:
    token = world.token(person, **claims)
    return await world.client.post(path, headers={"authorization": f"Bearer {token}"})


async def test_two_factors_shown_lately_pass(sensitive: World) -> None:
    assert (await post(sensitive, MOVE, acr="2", auth_time=int(time.time()) - 600)).status_code == 200


@pytest.mark.parametrize("acr", ["1", "pwd", "", "3", None])
async def test_anything_but_two_factors_is_asked_to_step_up(sensitive: World, acr: str | None) -> None:
    answer = await post(sensitive, MOVE, acr=acr, auth_time=int(time.time()))
    assert (answer.status_code, answer.json()["type"]) == (401, "urn:sangathan:problem:step-up-needed")
    assert 'error="insufficient_user_authentication"' in answer.headers["www-authenticate"]
    assert 'acr_values="2", max_age="900"' in answer.headers["www-authenticate"]
    assert sensitive.identity.seen == []


@pytest.mark.parametrize("auth_time", [1_700_000_000, 0, None])
async def test_two_factors_of_long_ago_are_asked_for_again(sensitive: World, auth_time: int | None) -> None:
    assert (await post(sensitive, MOVE, acr="2", auth_time=auth_time)).status_code == 401
    assert sensitive.identity.seen == []


async def test_a_token_that_passed_once_does_not_outlive_the_longest_age(
    sensitive: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = sensitive.token("state-holder", acr="2", auth_time=int(time.time()) - 850)
    headers = {"authorization": f"Bearer {token}"}
    before = await sensitive.client.post(MOVE, headers=headers)
    monkeypatch.setattr(sensitive.core, "now", lambda: time.time() + 120)
    after = await sensitive.client.post(MOVE, headers=headers)
    assert (before.status_code, after.status_code) == (200, 401)


async def test_who_may_not_do_it_at_all_is_not_asked_to_step_up(sensitive: World) -> None:
    assert (await post(sensitive, MOVE, "president", acr="1", auth_time=int(time.time()))).status_code == 403


async def test_ordinary_acts_ask_for_no_step_up(sensitive: World) -> None:
    assert (await sensitive.get("/v1/workers")).status_code == 200


async def test_changing_how_one_signs_in_wants_it_fresh(sensitive: World) -> None:
    lately = await post(sensitive, "/v1/authenticators", acr="1", auth_time=int(time.time()) - 300)
    long_ago = await post(sensitive, "/v1/authenticators", acr="2", auth_time=int(time.time()) - 900)
    assert (lately.status_code, long_ago.status_code) == (200, 401)
    assert 'acr_values="1", max_age="600"' in long_ago.headers["www-authenticate"]


async def test_the_refusal_is_titled_in_hindi_too(sensitive: World) -> None:
    headers = {"authorization": f"Bearer {sensitive.token('state-holder')}", "accept-language": "hi"}
    answer = await sensitive.client.post(MOVE, headers=headers)
    assert answer.json()["title"] == "एक बार फिर अपनी पहचान दें"
