"""The checker sees each classic mistake: the sound part passes, and the same part with the mistake in it does not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from nats.aio.msg import Msg

from sangathan_chassis import consumer as consumer_module
from sangathan_chassis.assertion import KeyFile
from sangathan_chassis.audit import witness
from sangathan_chassis.connection import Connection
from sangathan_chassis.consumer import Consumer, _Worker, envelope_of
from sangathan_chassis.database import Database, Work
from sangathan_chassis.outbox import Relay
from sangathan_chassis.sealing import Sealer
from sangathan_chassis.telemetry import Telemetry
from sangathan_contracts import identity
from sangathan_contracts.envelope import Envelope
from sangathan_contracts.workshops import InvitationIssued
from sangathan_embedded import EmbeddedServers
from sangathan_notify.subscribers.workshops import on_invitation_issued
from sangathan_registry.main import SERVICE as REGISTRY
from sangathan_registry.settings import RegistrySettings
from sangathan_registry.store import counts
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.databases import DatabaseUrls, FreshDatabase
from sangathan_testkit.fixtures import SettingsFor
from sangathan_testkit.harness import running
from sangathan_testkit.links import link_settings, linked
from sangathan_workshops.main import SERVICE as WORKSHOPS
from sangathan_workshops.settings import WorkshopsSettings
from tests.faults import checker
from tests.faults.ledger import Ledger
from tests.faults.places import Places
from tests.registry import world
from tests.workshops import stage as workshops_stage

pytestmark = pytest.mark.usefixtures("empty_broker")


class AcknowledgesFirst(_Worker):
    """The mistake: the broker forgets the event before its effect has committed."""

    async def _finish(self, message: Msg) -> str:
        await message.ack()
        try:
            await self._apply(envelope_of(message))
        except Died:
            return "done"
        return "done"


class KeepsNoInbox(_Worker):
    """The mistake: every delivery is taken for the first."""

    async def _first_time(self, work: Work, envelope: Envelope) -> bool:  # noqa: ARG002 - that is the mistake.
        return True


class DeletesFirst(Relay):
    """The mistake: a row goes before JetStream has acknowledged its event."""

    async def _publish_some(self, connection: Connection) -> int:
        rows = await connection.fetch("DELETE FROM outbox RETURNING *")
        outcomes = await asyncio.gather(*(self._publish(row) for row in rows), return_exceptions=True)
        return len(outcomes)


class Died(Exception):  # noqa: N818 - what happened to the process.
    """Stands for the end of the process: whatever was not committed is gone."""


@pytest.fixture
async def invited(fresh_database: FreshDatabase, settings_for: SettingsFor, servers: EmbeddedServers) -> Places:
    """Invitations whose events wait in the outbox of workshops, and an empty notify."""
    workshops, notify = await fresh_database("workshops"), await fresh_database("notify")
    await workshops_stage.plant(workshops)
    async with running(WORKSHOPS, settings_for(WorkshopsSettings, "workshops", workshops), workshops) as harness:
        stage = workshops_stage.Stage(harness)
        await stage.invite((await stage.gwalior())["id"])
    return Places.of(servers, {"workshops": workshops.superuser, "notify": notify.superuser})


@asynccontextmanager
async def consuming(servers: EmbeddedServers, user: str, url: str, consumer: Consumer) -> AsyncIterator[Database]:
    """The consumer at work on a database, as the service of that name."""
    async with linked(servers, user) as link:
        database, telemetry = await Database.open(url), Telemetry(link_settings(servers, user), user)
        task = asyncio.create_task(consumer.run(database, link, telemetry))
        yield database
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await database.close()
        telemetry.close()


@asynccontextmanager
async def relaying(servers: EmbeddedServers, url: str, kind: type[Relay]) -> AsyncIterator[None]:
    async with linked(servers, "workshops") as link:
        task = asyncio.create_task(kind(url, link, "sangathan/workshops").run())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def wait_for(places: Places, service: str, table: str, rows: int) -> None:
    """Returns once the table has that many rows."""
    async with asyncio.timeout(60):
        while await places.value(service, f"SELECT count(*) FROM {table}") != rows:  # noqa: S608 - a table's name.
            await asyncio.sleep(0.05)


def app_url(servers: EmbeddedServers, places: Places, service: str) -> str:
    name = places.databases[service].rpartition("/")[2]
    return servers.database_url(service).rpartition("/")[0] + f"/{name}"


@pytest.mark.parametrize(("worker", "sound"), [(_Worker, True), (AcknowledgesFirst, False)])
async def test_an_acknowledgement_before_the_commit(
    invited: Places, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch, worker: type[_Worker], *, sound: bool
) -> None:
    tried: list[Envelope] = []

    async def die_at_first(work: Work, envelope: Envelope) -> None:
        tried.append(envelope)
        await on_invitation_issued(work, envelope)
        if len(tried) == 1:
            raise Died

    monkeypatch.setattr(consumer_module, "_Worker", worker)
    monkeypatch.setattr(consumer_module, "retry_delay_s", lambda _delivered: 0.05)
    consumer = Consumer("notify-workshops", "EV_WORKSHOPS", {InvitationIssued.type: die_at_first})
    notify, workshops = (app_url(servers, invited, service) for service in ("notify", "workshops"))
    async with consuming(servers, "notify", notify, consumer), relaying(servers, workshops, Relay):
        async with asyncio.timeout(30):
            while len({one.id for one in tried}) < 2 or (sound and len(tried) < 3):
                await asyncio.sleep(0.05)
        await wait_for(invited, "notify", "inbox_messages", 2 if sound else 1)
    found = await checker.invitations_are_told_once(invited, Ledger())
    assert (found == []) is sound, found


@pytest.mark.parametrize(("relay", "sound"), [(Relay, True), (DeletesFirst, False)])
async def test_a_row_that_goes_before_the_broker_has_its_event(
    invited: Places, servers: EmbeddedServers, monkeypatch: pytest.MonkeyPatch, relay: type[Relay], *, sound: bool
) -> None:
    publish, tries = Relay._publish, []

    async def no_answer_at_first(self: Relay, row: "dict[str, object]") -> None:
        tries.append(row)
        if len(tries) == 1:
            raise TimeoutError
        await publish(self, row)  # type: ignore[arg-type]  # asyncpg's records are such dictionaries.

    monkeypatch.setattr(Relay, "_publish", no_answer_at_first)
    consumer = Consumer("notify-workshops", "EV_WORKSHOPS", {InvitationIssued.type: on_invitation_issued})
    notify, workshops = (app_url(servers, invited, service) for service in ("notify", "workshops"))
    async with consuming(servers, "notify", notify, consumer), relaying(servers, workshops, relay):
        await wait_for(invited, "workshops", "outbox", 0)
        await wait_for(invited, "notify", "inbox_messages", 2 if sound else 1)
    found = await checker.invitations_are_told_once(invited, Ledger())
    assert (found == []) is sound, found


@pytest.mark.parametrize(("worker", "sound"), [(_Worker, True), (KeepsNoInbox, False)])
async def test_an_event_that_is_applied_as_often_as_it_is_delivered(
    servers: EmbeddedServers,
    fresh_database: FreshDatabase,
    monkeypatch: pytest.MonkeyPatch,
    worker: type[_Worker],
    *,
    sound: bool,
) -> None:
    urls = await fresh_database("registry")
    places = Places.of(servers, {"registry": urls.superuser})
    monkeypatch.setattr(consumer_module, "_Worker", worker)
    sealer = Sealer(KeyFile(Path(servers.secrets.seal_key("registry"))))
    consumer = Consumer("registry-witness", "EV_IDENTITY", witness(sealer, [identity.TrailSealed]))
    event = world.envelope(identity.TrailSealed(seq=1, hash="00" * 32, at=world.NOW))
    async with consuming(servers, "registry", urls.app, consumer), linked(servers, "identity") as publisher:
        headers = {
            "ce-id": str(event.id),
            "ce-type": event.type,
            "ce-source": event.source,
            "ce-time": event.time.isoformat(),
        }
        for _ in range(2):
            await publisher.js.publish(f"ev.{event.type}.in", event.body, headers=headers)
        async with places.broker() as broker:
            info = await broker.jsm().consumer_info("EV_IDENTITY", "registry-witness")
            async with asyncio.timeout(30):
                while info.num_pending or info.num_ack_pending or (info.delivered and info.delivered.consumer_seq < 2):
                    await asyncio.sleep(0.05)
                    info = await broker.jsm().consumer_info("EV_IDENTITY", "registry-witness")
    found = await checker.events_are_applied_once(places, Ledger())
    assert (found == []) is sound, found


@pytest.mark.parametrize("sound", [True, False])
async def test_counters_that_are_not_kept(
    servers: EmbeddedServers,
    fresh_database: FreshDatabase,
    settings_for: SettingsFor,
    monkeypatch: pytest.MonkeyPatch,
    *,
    sound: bool,
) -> None:
    async def forget(*_: object) -> None:
        pass

    if not sound:
        monkeypatch.setattr(counts, "add_deltas", forget)
    urls: DatabaseUrls = await fresh_database("registry")
    await world.put_tree(urls)
    settings = settings_for(RegistrySettings, "registry", urls)
    async with running(REGISTRY, settings, urls, FixedClock(world.NOW)) as harness:
        await world.synced(harness, world.at(world.DISTRICT), [world.a_record(), world.a_record(world.NEXT_BOOTH)])
    found = await checker.counters_agree(Places.of(servers, {"registry": urls.superuser}), Ledger())
    assert (found == []) is sound, found
