"""Another system acts under a narrow grant until a date: what may be granted, the token it takes, and every ending."""

import base64
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from httpx import Response

from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness, Person
from tests.identity import world
from tests.identity.application import FORM, REDIRECT, Application
from tests.identity.asking import events, problem, rows, said

OFFICER = world.holder(world.STATE, "state-it-in-charge")
NATION = world.holder(world.NATION)
OTHER_STATE = world.holder("in.nx.")
UNTIL = "2022-02-20T00:00:00+05:30"
ACTIONS = ["unit.read", "worker.count"]


async def a_service(identity: Harness, person: Person = OFFICER, **changes: Any) -> Application:
    body = {"name_hi": "पोर्टल", "name_en": "Portal", "kind": "service", **changes}
    answer = await identity.ask("POST", "/v1/clients", action="client.make", person=person, json=body)
    assert answer.status_code == 201, answer.text
    return Application(identity, answer.json()["id"], answer.json()["secret"])


async def grant(service: Application, person: Person = OFFICER, **changes: Any) -> Response:
    body = {
        "client_id": service.id,
        "unit_id": str(world.unit_id(world.DISTRICT)),
        "actions": ACTIONS,
        "valid_to": UNTIL,
        **changes,
    }
    path = "/v1/client-grants"
    return await service.identity.ask("POST", path, action="client.grant", person=person, json=body)


async def granted(service: Application, person: Person = OFFICER, **changes: Any) -> str:
    answer = await grant(service, person, **changes)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def take(service: Application, **form: str | None) -> Response:
    return await service.token({"grant_type": "client_credentials", **form})


async def error(service: Application, **form: str | None) -> str:
    return str((await take(service, **form)).json()["error"])


async def end(identity: Harness, grant_id: str, person: Person = OFFICER) -> Response:
    path = f"/v1/client-grants/{grant_id}/endings"
    return await identity.ask("POST", path, action="client.grant", person=person)


async def listed(identity: Harness, person: Person = OFFICER, **params: str | int) -> dict[str, Any]:
    answer = await identity.ask("GET", "/v1/client-grants", action="client.read", person=person, params=params or None)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def act(identity: Harness, path: str, action: str, person: Person) -> Response:
    return await identity.ask("POST", path, action=action, person=person, json={"reason": "a test"})


def claims_of(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims


async def test_a_service_gets_a_token_that_stands_for_its_grant(identity: Harness) -> None:
    service = await a_service(identity)
    grant_id = await granted(service)
    told = (await take(service)).json()
    claims = claims_of(told["access_token"])
    assert (claims["sub"], claims["client_id"], claims["appts"]) == (service.id, service.id, [grant_id])
    assert (claims["scope"], told["scope"], told["expires_in"]) == ("unit.read worker.count",) * 2 + (600,)
    assert "refresh_token" not in told
    assert "id_token" not in told
    assert "acr" not in claims


async def test_a_token_may_be_narrower_than_the_grant_and_never_wider(identity: Harness) -> None:
    service = await a_service(identity)
    await granted(service)
    assert (await take(service, scope="worker.count")).json()["scope"] == "worker.count"
    assert await error(service, scope="worker.count worker.read") == "invalid_scope"


async def test_of_several_grants_one_is_named(identity: Harness) -> None:
    service = await a_service(identity)
    first = await granted(service)
    second = await granted(service, unit_id=str(world.unit_id("in.mp.d08.")))
    assert await error(service) == "invalid_request"
    for named in (first, second):
        token = (await take(service, grant_id=named)).json()["access_token"]
        assert claims_of(token)["appts"] == [named]
    assert await error(service, grant_id=str(uuid4())) == "unauthorized_client"


async def test_a_token_lives_no_longer_than_its_grant(identity: Harness, clock: FixedClock) -> None:
    service = await a_service(identity)
    await granted(service, valid_to=(clock.now() + timedelta(minutes=3)).isoformat())
    assert (await take(service)).json()["expires_in"] == 180
    clock.pass_time(timedelta(minutes=3))
    assert await error(service) == "unauthorized_client"


async def test_a_service_without_a_grant_and_a_stranger_get_nothing(identity: Harness) -> None:
    service = await a_service(identity)
    assert await error(service) == "unauthorized_client"
    assert await error(service, client_secret="sgk_guessed") == "invalid_client"
    assert (await take(service, client_secret="sgk_guessed")).headers["www-authenticate"].startswith("Basic")


async def test_the_credentials_may_stand_in_the_header(identity: Harness) -> None:
    service = await a_service(identity)
    await granted(service)
    basic = base64.b64encode(f"{service.id}:{service.secret}".encode()).decode()
    answer = await identity.ask(
        "POST",
        "/oauth2/token",
        action="client.token",
        content=b"grant_type=client_credentials",
        headers={**FORM, "authorization": f"Basic {basic}"},
    )
    assert answer.status_code == 200


async def test_an_application_that_signs_people_in_gets_no_rights_of_its_own(identity: Harness) -> None:
    app = await a_service(identity, kind="confidential", redirect_uris=[REDIRECT])
    assert problem(await grant(app)) == "client-gets-no-rights"
    assert await error(app) == "unauthorized_client"


async def test_a_service_signs_nobody_in(identity: Harness) -> None:
    service = await a_service(identity)
    assert (await service.page()).status_code == 400


async def test_what_a_machine_has_no_use_for_is_not_granted(identity: Harness) -> None:
    service = await a_service(identity)
    for beyond in ("worker.enrol", "worker.cross-check", "client.grant", "person.suspend", "unit.move", "x"):
        answer = await grant(service, actions=["unit.read", beyond])
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/actions"), beyond


async def test_a_grant_has_an_end_within_half_a_year(identity: Harness) -> None:
    service = await a_service(identity)
    for valid_to in ("2031-01-01T00:00:00Z", "2021-01-01T00:00:00Z"):
        answer = await grant(service, valid_to=valid_to)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/valid_to")


async def test_nothing_is_granted_outside_the_own_unit(identity: Harness) -> None:
    service = await a_service(identity)
    outside = await grant(service, unit_id=str(world.unit_id("in.nx.d01.")))
    nowhere = await grant(service, unit_id=str(uuid4()))
    assert outside.status_code == 404
    assert said(outside) == said(nowhere)


async def test_nothing_is_granted_to_a_system_of_a_unit_beside_or_above(identity: Harness) -> None:
    beside, above = await a_service(identity, OTHER_STATE), await a_service(identity, NATION)
    missing = Application(identity, str(uuid4()), None)
    assert said(await grant(beside)) == said(await grant(above)) == said(await grant(missing))
    assert (await grant(above)).status_code == 404


async def test_the_same_office_is_granted_once_at_a_unit(identity: Harness) -> None:
    service = await a_service(identity)
    await granted(service)
    assert problem(await grant(service)) == "grant-held-already"


async def test_a_grant_is_announced_as_lent_to_a_system(identity: Harness) -> None:
    service = await a_service(identity)
    grant_id = await granted(service)
    [made] = await events(identity, "identity.appointment.made.v1")
    told = made["appointment"]
    assert (told["appointment_id"], told["client_id"], told["person_id"]) == (grant_id, service.id, service.id)
    assert (told["delegated_from"], told["actions"]) == (str(OFFICER.appointment_id), ACTIONS)


async def test_a_grant_is_no_appointment_that_people_are_shown_or_devices_enrolled_for(identity: Harness) -> None:
    grant_id = await granted(await a_service(identity))
    shown = await identity.ask(
        "GET", "/v1/appointments", action="appointment.list", person=OFFICER, params={"limit": 200}
    )
    assert grant_id not in [one["id"] for one in shown.json()["items"]]
    for method, path, action, body in (
        ("GET", f"/v1/appointments/{grant_id}", "appointment.list", None),
        ("POST", f"/v1/appointments/{grant_id}/endings", "appointment.end", None),
        ("POST", "/v1/device-enrolments", "device.enrol", {"appointment_id": grant_id}),
    ):
        answer = await identity.ask(method, path, action=action, person=OFFICER, json=body)
        assert answer.status_code == 404, path


async def test_grants_are_listed_where_they_are_and_ended_ones_only_when_asked_for(identity: Harness) -> None:
    service = await a_service(identity)
    first = await granted(service)
    second = await granted(service, unit_id=str(world.unit_id("in.mp.d08.")))
    await end(identity, second)
    assert [one["id"] for one in (await listed(identity))["items"]] == [first]
    assert [one["id"] for one in (await listed(identity, over="true"))["items"]] == [first, second]
    assert (await listed(identity, OTHER_STATE))["items"] == []
    assert (await listed(identity, client_id=str(uuid4())))["items"] == []
    page = await listed(identity, over="true", limit=1)
    assert [one["id"] for one in (await listed(identity, over="true", limit=1, cursor=page["next"]))["items"]] == [
        second
    ]


async def test_a_system_of_a_unit_above_is_listed_without_its_name(identity: Harness) -> None:
    await granted(await a_service(identity, NATION), NATION)
    [seen] = (await listed(identity))["items"]
    assert (seen["client_name_en"], seen["path"]) == (None, world.DISTRICT)


async def test_whoever_grants_at_the_unit_or_above_takes_a_grant_back_once(identity: Harness) -> None:
    service = await a_service(identity, NATION)
    grant_id = await granted(service, NATION)
    assert said(await end(identity, grant_id, OTHER_STATE)) == said(await end(identity, str(uuid4()), OTHER_STATE))
    assert (await end(identity, grant_id, OFFICER)).json()["ended_at"] is not None
    assert problem(await end(identity, grant_id, OFFICER)) == "grant-over"
    assert await error(service) == "unauthorized_client"


@pytest.mark.parametrize("what", ["the grant", "the client", "the office", "the person", "the unit"])
async def test_a_grant_ends_with_whatever_it_stands_on(identity: Harness, what: str) -> None:
    service = await a_service(identity)
    where = world.NEXT_BOOTH
    grant_id = await granted(service, unit_id=str(world.unit_id(where)))
    token = (await take(service)).json()["access_token"]
    assert (await service.introspect(token))["grant_id"] == grant_id
    president = world.holder(world.STATE)
    ways = {
        "the grant": (f"/v1/client-grants/{grant_id}/endings", "client.grant", OFFICER),
        "the client": (f"/v1/clients/{service.id}/endings", "client.make", OFFICER),
        "the office": (f"/v1/appointments/{OFFICER.appointment_id}/endings", "appointment.end", president),
        "the person": (f"/v1/persons/{OFFICER.person_id}/suspensions", "person.suspend", president),
        "the unit": (f"/v1/units/{world.unit_id(where)}/closings", "unit.close", president),
    }
    answer = await act(identity, *ways[what])
    assert answer.is_success, answer.text
    ended = [event["appointment"] for event in await events(identity, "identity.appointment.ended.v1")]
    assert grant_id in [one["appointment_id"] for one in ended if one["client_id"] == service.id]
    if what != "the client":  # It may no longer ask.
        assert await service.introspect(token) == {"active": False}
        assert await error(service) == "unauthorized_client"


async def test_who_acts_by_delegation_grants_nothing_on(identity: Harness) -> None:
    charge = {
        "person_id": str(world.holder(world.BOOTH).person_id),
        "office": "state-it-in-charge",
        "unit_id": str(world.unit_id(world.STATE)),
        "valid_to": UNTIL,
        "acting": True,
        "absence_reason": "on leave",
    }
    president = world.holder(world.STATE)
    made = await identity.ask("POST", "/v1/appointments", action="appointment.make", person=president, json=charge)
    acting = Person(
        path=world.STATE,
        office="state-it-in-charge",
        unit_id=world.unit_id(world.STATE),
        person_id=world.holder(world.BOOTH).person_id,
        appointment_id=made.json()["id"],
    )
    assert problem(await grant(await a_service(identity), acting)) == "not-yours-to-delegate"


async def test_a_service_gives_one_token_back(identity: Harness) -> None:
    service = await a_service(identity)
    await granted(service)
    token, other = [(await take(service)).json()["access_token"] for _ in range(2)]
    stranger = await a_service(identity)
    await stranger.revoke(token)
    assert (await service.introspect(token))["active"]
    await service.revoke(token)
    assert await service.introspect(token) == {"active": False}
    assert (await service.introspect(other))["active"]
    [event] = await events(identity, "identity.session.ended.v1")
    assert event == {"session_id": claims_of(token)["sid"], "person_id": service.id}


async def test_a_token_is_introspected_by_its_own_service_alone(identity: Harness) -> None:
    service, stranger = await a_service(identity), await a_service(identity)
    grant_id = await granted(service)
    token = (await take(service)).json()["access_token"]
    told = await service.introspect(token)
    assert (told["sub"], told["scope"], told["grant_id"]) == (service.id, "unit.read worker.count", grant_id)
    assert await stranger.introspect(token) == {"active": False}
    assert (await service.user_info(token)).status_code == 401


async def test_the_gateway_is_told_whether_a_service_still_holds(identity: Harness) -> None:
    service = await a_service(identity)
    grant_id = await granted(service)
    token = (await take(service)).json()["access_token"]
    question = {"session_id": claims_of(token)["sid"], "person_id": service.id, "appointment_id": grant_id}

    async def holds() -> bool:
        answer = await identity.ask("POST", "/v1/introspections", action="token.introspect", json=question)
        return bool(answer.json()["active"])

    assert await holds()
    await service.revoke(token)
    assert not await holds()


async def test_two_secrets_are_good_until_the_former_is_ended_or_a_week_has_passed(
    identity: Harness, clock: FixedClock
) -> None:
    service = await a_service(identity)
    await granted(service)
    first = service.secret
    path = f"/v1/clients/{service.id}/secrets"
    second = (await act(identity, path, "client.make", OFFICER)).json()
    service.secret = second["secret"]
    assert second["former_secret_until"] is not None
    assert [(await take(service, client_secret=one)).status_code for one in (first, service.secret)] == [200, 200]
    ended = await act(identity, f"{path}/endings", "client.make", OFFICER)
    assert ended.json()["former_secret_until"] is None
    assert [(await take(service, client_secret=one)).status_code for one in (first, service.secret)] == [401, 200]
    assert problem(await act(identity, f"{path}/endings", "client.make", OFFICER)) == "no-former-secret"
    await act(identity, path, "client.make", OFFICER)
    assert (await take(service)).status_code == 200
    clock.pass_time(timedelta(days=7))
    assert await error(service) == "invalid_client"


async def test_a_dump_shows_neither_secret_nor_token(identity: Harness) -> None:
    service = await a_service(identity)
    await granted(service)
    token = (await take(service)).json()["access_token"]
    found = await rows(
        identity, "SELECT to_jsonb(t)::text FROM service_tokens t UNION ALL SELECT to_jsonb(c)::text FROM clients c"
    )
    assert not [row for row in found if token in row[0] or str(service.secret) in row[0]]


async def test_granting_taking_and_ending_are_on_the_trail(identity: Harness) -> None:
    service = await a_service(identity)
    grant_id = await granted(service)
    await take(service)
    await end(identity, grant_id)
    statement = (
        "SELECT action, person_id::text, subject_id::text, path FROM audit_entries"
        " WHERE action IN ('client.grant', 'client.token') ORDER BY id"
    )
    assert [tuple(row.values()) for row in await rows(identity, statement)] == [
        ("client.grant", str(OFFICER.person_id), grant_id, world.DISTRICT),
        ("client.token", service.id, service.id, world.DISTRICT),
        ("client.grant", str(OFFICER.person_id), grant_id, world.DISTRICT),
    ]
