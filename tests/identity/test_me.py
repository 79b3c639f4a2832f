"""What somebody may see and end of their own."""

from dataclasses import replace
from uuid import UUID

import pytest

from sangathan_testkit.harness import Harness, Person
from tests.identity import world
from tests.identity.asking import events, refresh, sign_in

PERSON = world.themselves(world.holder(world.BOOTH))
OTHER = world.themselves(world.holder(world.NEXT_BOOTH))


async def in_session(identity: Harness, person: Person) -> tuple[Person, str]:
    """The person with the session that a new sign-in opens, and its refresh token."""
    body = (await sign_in(identity, person)).json()
    return replace(person, session_id=UUID(body["session_id"])), body["refresh_token"]


async def test_me_shows_the_own_person(identity: Harness) -> None:
    me = (await identity.ask("GET", "/v1/me", action="me.read", person=PERSON)).json()
    assert (me["name_hi"], me["phone"]) == (f"नमूना {world.BOOTH}", world.phone(PERSON))


async def test_me_shows_the_offices_with_names_in_both_scripts(identity: Harness) -> None:
    me = (await identity.ask("GET", "/v1/me", action="me.read", person=PERSON)).json()
    [office] = me["appointments"]
    assert (office["office_name_hi"], office["unit_name_en"]) == ("बूथ अध्यक्ष", f"Unit {world.BOOTH}")


async def test_a_person_who_is_not_on_record_is_nobody(identity: Harness) -> None:
    assert (await identity.ask("GET", "/v1/me", action="me.read", person=Person())).status_code == 404


async def test_sessions_are_listed_the_newest_first(identity: Harness) -> None:
    first, _ = await in_session(identity, PERSON)
    second, _ = await in_session(identity, PERSON)
    listed = (await identity.ask("GET", "/v1/sessions", action="session.list", person=second)).json()["items"]
    assert [one["id"] for one in listed] == [str(second.session_id), str(first.session_id)]


async def test_the_session_that_asks_is_marked(identity: Harness) -> None:
    await in_session(identity, PERSON)
    mine, _ = await in_session(identity, PERSON)
    listed = (await identity.ask("GET", "/v1/sessions", action="session.list", person=mine)).json()["items"]
    assert [one["id"] for one in listed if one["current"]] == [str(mine.session_id)]


async def test_sessions_come_in_pages(identity: Harness) -> None:
    for _ in range(3):
        await in_session(identity, PERSON)
    seen: list[str] = []
    params: dict[str, str | int] = {"limit": 2}
    while True:
        page = (await identity.ask("GET", "/v1/sessions", action="session.list", person=PERSON, params=params)).json()
        seen += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        params = {"limit": 2, "cursor": page["next"]}
    assert len(set(seen)) == len(seen) == 3


async def test_another_persons_sessions_are_not_listed(identity: Harness) -> None:
    await in_session(identity, OTHER)
    listed = await identity.ask("GET", "/v1/sessions", action="session.list", person=PERSON)
    assert listed.json()["items"] == []


async def test_signing_out_ends_the_session(identity: Harness) -> None:
    mine, token = await in_session(identity, PERSON)
    answer = await identity.ask("POST", "/v1/sign-out", action="session.end", person=mine)
    assert answer.status_code == 204
    assert (await refresh(identity, token)).status_code == 401


async def test_the_end_of_a_session_is_announced(identity: Harness) -> None:
    mine, _ = await in_session(identity, PERSON)
    await identity.ask("POST", "/v1/sign-out", action="session.end", person=mine)
    assert await events(identity, "identity.session.ended.v1") == [
        {"session_id": str(mine.session_id), "person_id": str(mine.person_id)}
    ]


async def test_another_of_the_own_sessions_can_be_ended(identity: Harness) -> None:
    lost, token = await in_session(identity, PERSON)
    mine, _ = await in_session(identity, PERSON)
    path = f"/v1/sessions/{lost.session_id}/endings"
    assert (await identity.ask("POST", path, action="session.end", person=mine)).status_code == 204
    assert (await refresh(identity, token)).status_code == 401


async def test_another_persons_session_cannot_be_ended(identity: Harness) -> None:
    theirs, token = await in_session(identity, OTHER)
    path = f"/v1/sessions/{theirs.session_id}/endings"
    assert (await identity.ask("POST", path, action="session.end", person=PERSON)).status_code == 404
    assert (await refresh(identity, token)).status_code == 200


async def introspect(identity: Harness, person: Person, **more: str) -> bool:
    body = {"session_id": str(person.session_id), "person_id": str(person.person_id), **more}
    answer = await identity.ask("POST", "/v1/introspections", action="token.introspect", json=body)
    return bool(answer.json()["active"])


async def test_a_live_session_holds(identity: Harness) -> None:
    mine, _ = await in_session(identity, PERSON)
    assert await introspect(identity, mine)


async def test_a_session_of_somebody_else_does_not_hold(identity: Harness) -> None:
    theirs, _ = await in_session(identity, OTHER)
    assert not await introspect(identity, replace(theirs, person_id=PERSON.person_id))


async def test_an_ended_session_does_not_hold(identity: Harness) -> None:
    mine, _ = await in_session(identity, PERSON)
    await identity.ask("POST", "/v1/sign-out", action="session.end", person=mine)
    assert not await introspect(identity, mine)


@pytest.mark.parametrize("whose", [PERSON, OTHER])
async def test_an_appointment_holds_for_its_person_alone(identity: Harness, whose: Person) -> None:
    mine, _ = await in_session(identity, PERSON)
    holds = await introspect(identity, mine, appointment_id=str(whose.appointment_id))
    assert holds is (whose is PERSON)


async def test_nobody_but_the_gateway_introspects(identity: Harness) -> None:
    mine, _ = await in_session(identity, PERSON)
    body = {"session_id": str(mine.session_id), "person_id": str(mine.person_id)}
    answer = await identity.ask("POST", "/v1/introspections", action="token.introspect", person=mine, json=body)
    assert answer.status_code == 401
