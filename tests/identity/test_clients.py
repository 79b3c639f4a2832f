"""Applications are registered by a state's offices, within their own units, and their secrets are shown once."""

from typing import Any
from uuid import uuid4

import pytest
from httpx import Response

from sangathan_testkit.harness import Harness, Person
from tests.identity import world
from tests.identity.application import REDIRECT, registered
from tests.identity.asking import problem, rows, said

STATE = world.holder(world.STATE)
OTHER_STATE = world.holder("in.nx.")


async def register(identity: Harness, person: Person = STATE, **changes: Any) -> Response:
    body = {"name_hi": "ऐप", "name_en": "App", "kind": "confidential", "redirect_uris": [REDIRECT]} | changes
    return await identity.ask("POST", "/v1/clients", action="client.make", person=person, json=body)


async def listed(identity: Harness, person: Person, **params: str | int) -> dict[str, Any]:
    answer = await identity.ask("GET", "/v1/clients", action="client.read", person=person, params=params or None)
    body: dict[str, Any] = answer.json()
    return body


async def act(identity: Harness, client_id: object, what: str, person: Person = STATE) -> Response:
    return await identity.ask("POST", f"/v1/clients/{client_id}/{what}", action="client.make", person=person)


async def test_a_secret_is_shown_once(identity: Harness) -> None:
    made = (await register(identity)).json()
    assert made["secret"].startswith("sgk_")
    assert "secret" not in (await listed(identity, STATE))["items"][0]


async def test_a_public_application_has_no_secret(identity: Harness) -> None:
    made = (await register(identity, kind="public")).json()
    assert made["secret"] is None
    assert problem(await act(identity, made["id"], "secrets")) == "client-keeps-no-secret"


async def test_an_application_belongs_to_the_unit_of_who_registered_it(identity: Harness) -> None:
    made = (await register(identity)).json()
    assert (made["unit_id"], made["made_by"]) == (str(world.unit_id(world.STATE)), str(STATE.person_id))


async def test_applications_are_listed_within_the_unit(identity: Harness) -> None:
    own = (await register(identity)).json()["id"]
    other = (await register(identity, OTHER_STATE)).json()["id"]
    assert [one["id"] for one in (await listed(identity, STATE))["items"]] == [own]
    assert {one["id"] for one in (await listed(identity, world.holder(world.NATION)))["items"]} == {own, other}


async def test_applications_come_in_pages(identity: Harness) -> None:
    made = [(await register(identity)).json()["id"] for _ in range(3)]
    first = await listed(identity, STATE, limit=2)
    second = await listed(identity, STATE, limit=2, cursor=first["next"])
    assert [one["id"] for page in (first, second) for one in page["items"]] == made
    assert second["next"] is None


@pytest.mark.parametrize("what", ["endings", "secrets", "secrets/endings"])
async def test_an_application_of_another_state_reads_like_none(identity: Harness, what: str) -> None:
    other = (await register(identity, OTHER_STATE)).json()["id"]
    assert said(await act(identity, other, what)) == said(await act(identity, uuid4(), what))


async def test_a_renewed_secret_and_the_one_before_are_both_good_until_that_is_ended(identity: Harness) -> None:
    app = await registered(identity)
    old = app.secret
    app.secret = (await act(identity, app.id, "secrets")).json()["secret"]
    assert (await app.exchange(await app.code())).status_code == 200
    app.secret = old
    assert (await app.exchange(await app.code())).status_code == 200
    await act(identity, app.id, "secrets/endings")
    assert (await app.exchange(await app.code())).json()["error"] == "invalid_client"


async def test_an_application_is_shut_out_once(identity: Harness) -> None:
    made = (await register(identity)).json()["id"]
    assert (await act(identity, made, "endings")).json()["ended_at"] is not None
    assert problem(await act(identity, made, "endings")) == "client-over"
    assert problem(await act(identity, made, "secrets")) == "client-over"


async def test_registering_and_shutting_out_are_on_the_trail(identity: Harness) -> None:
    made = (await register(identity)).json()["id"]
    await act(identity, made, "endings")
    found = await rows(identity, "SELECT action, subject_id::text, path FROM audit_entries ORDER BY id")
    assert [tuple(row.values()) for row in found] == [("client.make", made, world.STATE)] * 2


@pytest.mark.parametrize(
    "uri",
    [
        "http://app.example/callback",
        "https://app.example/callback#part",
        "https://*.example/callback",
        "https://user@app.example/callback",
        "https:///callback",
        "https://app.example/a b",
        "https://app.example/;script-src",
        "javascript:alert(1)",
        "data:text/html,x",
        "app:/callback",
        "/callback",
        "",
    ],
)
async def test_an_address_that_could_be_bent_is_not_registered(identity: Harness, uri: str) -> None:
    assert (await register(identity, redirect_uris=[uri])).status_code == 422


@pytest.mark.parametrize(
    "uri", [REDIRECT, "http://127.0.0.1:8765/callback", "http://[::1]/cb", "in.example.app:/callback"]
)
async def test_an_address_of_a_server_a_program_and_an_app_is_registered(identity: Harness, uri: str) -> None:
    assert (await register(identity, redirect_uris=[uri])).status_code == 201


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uris": []},
        {"redirect_uris": [REDIRECT, REDIRECT]},
        {"kind": "service"},
        {"kind": "robot"},
        {"secret": "mine"},
    ],
    ids=str,
)
async def test_a_body_that_makes_no_sense_is_refused(identity: Harness, changes: dict[str, Any]) -> None:
    assert (await register(identity, **changes)).status_code == 422
