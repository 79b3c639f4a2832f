"""The snapshot over real NATS, as a service with a replica asks for it."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import msgspec
import nats
import pytest
from nats.aio.client import Client

from sangathan_chassis.scope import Scope
from sangathan_contracts.envelope import Envelope
from sangathan_contracts.identity import SNAPSHOT_SUBJECT, SnapshotPage
from sangathan_contracts.registry import WorkerErased
from sangathan_contracts.topology import inbox_prefix
from sangathan_embedded import EmbeddedServers
from sangathan_hierarchy.snapshot import fetch_snapshot
from sangathan_identity.main import SERVICE
from sangathan_identity.queries import snapshot_pages
from sangathan_identity.settings import IdentitySettings
from sangathan_identity.subscribers.erasures import on_worker_erased
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.databases import DatabaseUrls
from sangathan_testkit.fixtures import SettingsFor
from sangathan_testkit.harness import Harness, running
from tests.identity import world
from tests.identity.asking import rows
from tests.identity.test_reorganisation import split


@pytest.fixture
async def connected(urls: DatabaseUrls, settings_for: SettingsFor, clock: FixedClock) -> AsyncIterator[Harness]:
    settings = settings_for(IdentitySettings, "identity", urls, nats=True)
    async with running(SERVICE, settings, urls, clock) as harness:
        yield harness


@pytest.fixture
async def registry(
    servers: EmbeddedServers,
    connected: Harness,  # noqa: ARG001 - somebody must answer.
) -> AsyncIterator[Client]:
    client = await nats.connect(
        servers.nats_url,
        user="registry",
        password=servers.secrets.nats_password("registry"),
        inbox_prefix=inbox_prefix("registry"),
    )
    yield client
    await client.close()


async def fetch(client: Client) -> list[SnapshotPage]:
    while True:
        try:
            return [page async for page in fetch_snapshot(client, "registry")]
        except TimeoutError:
            continue  # The service has only just been started and may not listen yet.


async def test_a_snapshot_holds_every_unit(registry: Client) -> None:
    assert {unit.path for page in await fetch(registry) for unit in page.units} == set(world.PATHS)


async def test_a_snapshot_holds_every_appointment(registry: Client) -> None:
    found = {one.appointment_id for page in await fetch(registry) for one in page.appointments}
    assert found == {one.appointment_id for one in world.holders()}


async def test_it_says_which_unit_a_merged_one_went_into(registry: Client, connected: Harness) -> None:
    ends = [unit.unit_id for page in await fetch(registry) for unit in page.units][-2:]
    await rows(connected, "UPDATE units SET closed_at = now(), successor_id = $2 WHERE id = $1", *ends)
    assert [pair for page in await fetch(registry) for pair in page.successors] == [tuple(ends)]


async def test_it_says_which_workers_a_split_took_along_until_they_are_erased(
    registry: Client, connected: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot_pages, "PAGE_ROWS", 2)
    workers = sorted(uuid4() for _ in range(5))
    created = [
        UUID(
            (
                await split(
                    connected, world.holder(world.STATE), world.BOOTH, code=f"b{n}9", worker_ids=list(map(str, some))
                )
            ).json()["id"]
        )
        for n, some in enumerate((workers[:3], workers[3:]), 1)
    ]

    async def named() -> list[tuple[UUID, UUID, tuple[UUID, ...]]]:
        found = [one for page in await fetch(registry) for one in page.splits]
        return [(one.unit_id, one.created_id, one.worker_ids) for one in found]

    booth = world.unit_id(world.BOOTH)
    assert await named() == [
        (booth, created[0], tuple(workers[:2])),
        (booth, created[0], tuple(workers[2:3])),
        (booth, created[1], tuple(workers[3:])),
    ]
    erased = WorkerErased(
        erasure_id=uuid4(), worker_id=workers[0], merged_ids=(workers[3],), person_id=None, unit_id=booth
    )
    body = msgspec.json.encode(erased)
    async with connected.database.work(Scope.everything()) as work:
        envelope = Envelope(
            id=uuid4(), type=WorkerErased.type, source="registry", time=work.now, subject="ev", body=body
        )
        await on_worker_erased(work, envelope)
    assert [one for _, _, ids in await named() for one in ids] == [*workers[1:3], *workers[4:]]


async def test_every_page_carries_the_trees_version(registry: Client) -> None:
    assert {page.tree_version for page in await fetch(registry)} == {1}


async def test_only_the_last_page_is_the_last(registry: Client) -> None:
    assert [page.last for page in await fetch(registry)] == [False, False, True]


async def test_pages_split_without_gap_or_double(registry: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_pages, "PAGE_ROWS", 4)
    found = [unit.path for page in await fetch(registry) for unit in page.units]
    assert found == sorted(world.PATHS)


async def test_suspended_persons_are_named(registry: Client, connected: Harness) -> None:
    person = world.holder(world.BOOTH).person_id
    await rows(connected, "UPDATE persons SET suspended_at = now() WHERE id = $1", person)
    assert [one for page in await fetch(registry) for one in page.suspended] == [person]


async def test_sessions_that_ended_lately_are_named(registry: Client, connected: Harness) -> None:
    await rows(
        connected,
        "INSERT INTO sessions (id, person_id, device, acr, amr, created_at, last_used_at, ended_at)"
        " VALUES (gen_random_uuid(), $1, '', '', '', '2022-01-20', '2022-01-20', '2022-01-20T08:30:00Z'),"
        " (gen_random_uuid(), $1, '', '', '', '2022-01-20', '2022-01-20', '2022-01-20T07:30:00Z')",
        world.holder(world.BOOTH).person_id,
    )
    assert len([one for page in await fetch(registry) for one in page.ended_sessions]) == 1


async def test_a_requester_that_goes_away_holds_no_transaction(registry: Client, connected: Harness) -> None:
    await fetch(registry)
    await registry.publish(SNAPSHOT_SUBJECT, b"", reply="_snap.registry.nobody-listens")
    await fetch(registry)
    held = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
    for _ in range(50):
        # Jobs of the service's own are between two statements now and then, and on their way.
        if not await rows(connected, held):
            break
        await asyncio.sleep(0.2)
    else:
        pytest.fail("a transaction is held open for a requester that has gone")


async def test_a_reply_subject_elsewhere_is_not_answered(registry: Client) -> None:
    inbox = f"{inbox_prefix('registry')}.x"
    subscription = await registry.subscribe(inbox)
    await fetch(registry)
    await registry.publish(SNAPSHOT_SUBJECT, b"", reply=inbox)
    await fetch(registry)
    assert subscription.pending_msgs == 0
