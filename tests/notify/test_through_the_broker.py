"""Two real services and the real broker: an invitation travels to an inbox, a broadcast to whoever listens."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import msgspec
import nats
import pytest
from nats.aio.client import Client

from sangathan_contracts.envelope import subject_of
from sangathan_contracts.notify import BroadcastSent
from sangathan_embedded import EmbeddedServers, apply_topology
from sangathan_notify.main import SERVICE as NOTIFY
from sangathan_notify.settings import NotifySettings
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.databases import DatabaseUrls, FreshDatabase
from sangathan_testkit.fixtures import SettingsFor
from sangathan_testkit.harness import running
from sangathan_workshops.main import SERVICE as WORKSHOPS
from sangathan_workshops.settings import WorkshopsSettings
from tests.notify.stage import GUEST, Stage, appointment_made, president, words
from tests.workshops import stage as workshops_stage


async def connect(servers: EmbeddedServers, user: str) -> Client:
    password = servers.secrets.nats_password(user)
    return await nats.connect(servers.nats_url, user=user, password=password, inbox_prefix=f"_INBOX_{user}")


@pytest.fixture
async def broker(servers: EmbeddedServers) -> None:
    """The topology, with nothing left of other tests."""
    await apply_topology(servers.nats_url, servers.secrets.nats_password("operator"))
    operator = await connect(servers, "operator")
    for stream in ("EV_IDENTITY", "EV_WORKSHOPS", "EV_NOTIFY"):
        await operator.jsm().purge_stream(stream)
    await operator.close()


@pytest.fixture
async def notify(broker: None, urls: DatabaseUrls, settings_for: SettingsFor) -> AsyncIterator[Stage]:  # noqa: ARG001
    settings = settings_for(NotifySettings, "notify", urls, nats=True)
    async with running(NOTIFY, settings, urls, FixedClock()) as harness:
        yield Stage(harness)


@pytest.fixture
async def workshops(
    broker: None,  # noqa: ARG001
    fresh_database: FreshDatabase,
    settings_for: SettingsFor,
) -> AsyncIterator[workshops_stage.Stage]:
    urls = await fresh_database("workshops")
    await workshops_stage.plant(urls)
    settings = settings_for(WorkshopsSettings, "workshops", urls, nats=True)
    async with running(WORKSHOPS, settings, urls, FixedClock()) as harness:
        yield workshops_stage.Stage(harness)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await condition():
            await asyncio.sleep(0.05)


async def test_invitation_and_attendance_reach_the_inbox(notify: Stage, workshops: workshops_stage.Stage) -> None:
    workshop = (await workshops.gwalior())["id"]
    await workshops.invite(workshop)
    (own,) = await workshops.own("in.mp.d07.")
    await workshops.check_in(workshop, own["id"])
    invitee = workshops_stage.alone("in.mp.d07.")

    async def both_have_come() -> bool:
        return len(await notify.inbox(invitee)) == 2

    await until(both_have_come)
    thanks, invitation = await notify.inbox(invitee)
    assert (thanks["kind"], invitation["kind"]) == ("attendance-recorded", "invitation-issued")
    assert invitation["refs"] == {"invitation_id": own["id"], "workshop_id": workshop}


async def test_an_appointment_is_told(notify: Stage, servers: EmbeddedServers) -> None:
    event = appointment_made()
    identity = await connect(servers, "identity")
    event_id = str(uuid4())
    headers = {
        "Nats-Msg-Id": event_id,
        "ce-id": event_id,
        "ce-type": event.type,
        "ce-source": "sangathan/identity",
        "ce-time": "2022-01-20T09:00:00+00:00",
    }
    subject = subject_of(event.type, "in.mp.d07.")
    await identity.jetstream().publish(subject, msgspec.json.encode(event), headers=headers)
    await identity.close()

    async def it_has_come() -> bool:
        return len(await notify.inbox(GUEST)) == 1

    await until(it_has_come)
    known = await notify.service.database.pool.fetchval(
        "SELECT count(*) FROM appointment_replica WHERE appointment_id = $1", event.appointment.appointment_id
    )
    assert known == 1


async def test_a_broadcast_is_heard_where_the_live_edges_listen(notify: Stage, servers: EmbeddedServers) -> None:
    live = await connect(servers, "live")
    ear = await live.subscribe("cast.>")
    await live.flush()
    answer = await notify.speak(president("in.mp."), words("in.mp.d07."))
    message = await ear.next_msg(timeout=20)
    await live.close()
    assert message.subject == "cast.in.mp.d07"
    assert msgspec.json.decode(message.data, type=BroadcastSent).seq == answer.json()["seq"]
