"""The own devices, and ending sign-ins by the lot."""

from dataclasses import replace
from uuid import UUID

from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness
from tests.identity import world
from tests.identity.asking import events, refresh, sign_in
from tests.identity.test_authenticator import a_phone

PERSON = world.themselves(world.holder(world.BOOTH))
OTHER = world.themselves(world.holder(world.NEXT_BOOTH))


async def listed(identity: Harness, person: object = PERSON) -> list[dict[str, object]]:
    answer = await identity.ask("GET", "/v1/devices", action="device.list", person=person)  # type: ignore[arg-type]
    return list(answer.json()["items"])


async def test_devices_are_listed_with_the_one_that_asks(identity: Harness) -> None:
    await sign_in(identity, PERSON)
    session = (await sign_in(identity, PERSON)).json()["session_id"]
    devices = await listed(identity, replace(PERSON, session_id=UUID(session)))
    assert [(one["name"], one["enrolled"], one["current"]) for one in devices] == [
        ("Redmi 9A", False, True),
        ("Redmi 9A", False, False),
    ]


async def test_a_device_that_is_forgotten_loses_its_sign_ins_and_its_way_in(identity: Harness) -> None:
    lost = (await sign_in(identity, PERSON)).json()
    [device] = await listed(identity)
    path = f"/v1/devices/{device['id']}/removals"
    assert (await identity.ask("POST", path, action="device.end", person=PERSON)).status_code == 204
    assert (await refresh(identity, lost["refresh_token"])).status_code == 401
    assert [one["session_id"] for one in await events(identity, "identity.session.ended.v1")] == [lost["session_id"]]
    again = await sign_in(identity, PERSON, device_token=lost["device_token"])
    assert again.json()["device_token"] is not None
    assert len(await events(identity, "identity.device.added.v1")) == 1


async def test_another_persons_device_is_neither_seen_nor_forgotten(identity: Harness) -> None:
    await sign_in(identity, OTHER)
    assert await listed(identity) == []
    [theirs] = await listed(identity, OTHER)
    path = f"/v1/devices/{theirs['id']}/removals"
    assert (await identity.ask("POST", path, action="device.end", person=PERSON)).status_code == 404
    assert len(await listed(identity, OTHER)) == 1


async def test_all_other_sign_ins_end_and_the_one_that_asks_goes_on(identity: Harness, clock: FixedClock) -> None:
    lost = [(await sign_in(identity, PERSON)).json() for _ in range(2)]
    theirs = (await sign_in(identity, OTHER)).json()
    mine = await a_phone(identity, clock)
    answer = await mine.ask("POST", "/v1/sessions/endings", "session.end")
    assert answer.json() == {"ended": 2}
    over = [(await refresh(identity, one["refresh_token"])).status_code for one in lost]
    alive = [(await refresh(identity, token)).status_code for token in (mine.refresh_token, theirs["refresh_token"])]
    assert (over, alive) == ([401, 401], [200, 200])
    assert {one["session_id"] for one in await events(identity, "identity.session.ended.v1")} == {
        one["session_id"] for one in lost
    }
