"""A service's replica of the tree: built from identity's snapshot, moved in strict order, trusted only when current."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4, uuid5

import asyncpg
import msgspec
import pytest
from nats.aio.msg import Msg

from sangathan_chassis.caller import Caller
from sangathan_chassis.consumer import Poison
from sangathan_chassis.database import Database, Work
from sangathan_chassis.ddl import chassis_tables, grant, second_wall
from sangathan_chassis.faults import TreeBehind, translated
from sangathan_chassis.refusal import Refusal
from sangathan_chassis.scope import Scope
from sangathan_contracts import identity
from sangathan_contracts.envelope import Envelope, Event
from sangathan_contracts.identity import AppointmentState, SnapshotPage, SplitOff, UnitState
from sangathan_embedded import EmbeddedServers, apply_topology
from sangathan_hierarchy.ddl import DELEGATIONS, hierarchy_tables, tree_guard
from sangathan_hierarchy.replica import Resettled, SqlReplica, loaded_check
from sangathan_testkit.databases import DatabaseUrls, FreshDatabase
from sangathan_testkit.links import linked

HOME = UUID("11111111-1111-4111-8111-111111111111")
NOW = datetime(2022, 1, 20, tzinfo=UTC)


def unit_id(path: str) -> UUID:
    return uuid5(HOME, path)


def unit(path: str, *, version: int = 1, who: str = "") -> UnitState:
    parent = path.rstrip(".").rpartition(".")[0]
    return UnitState(
        unit_id=unit_id(who or path),
        parent_id=unit_id(parent + ".") if parent else None,
        level="mandal",
        code=path.rstrip(".").rpartition(".")[2],
        path=path,
        name_hi="इकाई",
        name_en="Unit",
        version=version,
    )


@dataclass
class Source:
    """What identity would answer when asked for its snapshot."""

    units: list[UnitState] = field(default_factory=list)
    appointments: list[AppointmentState] = field(default_factory=list)
    tree_version: int = 1
    asked: int = 0
    successors: tuple[tuple[UUID, UUID], ...] = ()
    splits: tuple[SplitOff, ...] = ()


class Notes:
    """A service's rows that follow the tree."""

    def __init__(self) -> None:
        self.resettled = Resettled()

    async def follow_move(self, work: Work, old_path: str, new_path: str) -> None:
        await work.raw.execute(
            "UPDATE notes SET path = $2 || substr(path, length($1) + 1) WHERE starts_with(path, $1)", old_path, new_path
        )

    async def follow_all(self, work: Work, resettled: Resettled) -> None:
        self.resettled = resettled
        await work.raw.execute("UPDATE notes n SET path = u.path FROM unit_replica u WHERE u.unit_id = n.unit_id")


@dataclass
class Stage:
    database: Database
    replica: SqlReplica
    source: Source
    rows: Notes

    async def tell(self, event: Event) -> None:
        body = msgspec.json.encode(event)
        envelope = Envelope(id=uuid4(), type=event.type, source="identity", time=NOW, subject="ev", body=body)
        async with self.database.work(Scope.everything()) as work:
            await self.replica.handlers()[event.type](work, envelope)

    async def paths(self) -> list[str]:
        return [row["path"] for row in await self.database.pool.fetch("SELECT path FROM unit_replica ORDER BY path")]

    async def notes(self) -> list[str]:
        async with self.database.read(Scope.everything()) as read:
            return [row["path"] for row in await read.fetch("SELECT path FROM notes ORDER BY path")]


@pytest.fixture
async def urls(bare_database: FreshDatabase) -> DatabaseUrls:
    urls = await bare_database("registry")
    owner = await asyncpg.connect(urls.migrator)
    await owner.execute("CREATE TABLE alembic_version (version_num text)")
    await owner.execute('CREATE TABLE notes (unit_id uuid, path text COLLATE "C" NOT NULL)')
    walls = [*second_wall("notes"), grant("registry_app", "notes", "SELECT, INSERT, UPDATE")]
    tables = [*chassis_tables("registry_app"), *hierarchy_tables("registry_app"), DELEGATIONS]
    for statement in [*tables, *walls]:
        await owner.execute(statement)
    await owner.close()
    return urls


@pytest.fixture
async def stage(servers: EmbeddedServers, urls: DatabaseUrls) -> AsyncIterator[Stage]:
    await apply_topology(servers.nats_url, servers.secrets.nats_password("operator"))
    source = Source(units=[unit("in."), unit("in.mp."), unit("in.mp.d07."), unit("in.mp.d070.")])
    async with linked(servers, "identity") as identity_link, linked(servers, "registry") as registry_link:
        client = identity_link.client

        async def answer(request: Msg) -> None:
            source.asked += 1
            half = len(source.units) // 2
            pages = [
                SnapshotPage(tree_version=source.tree_version, units=tuple(source.units[:half])),
                SnapshotPage(tree_version=source.tree_version, units=tuple(source.units[half:])),
                SnapshotPage(tree_version=source.tree_version, appointments=tuple(source.appointments)),
                SnapshotPage(tree_version=source.tree_version, successors=source.successors),
                *(SnapshotPage(tree_version=source.tree_version, splits=(one,)) for one in source.splits),
                SnapshotPage(tree_version=source.tree_version, last=True),
            ]
            for page in pages:
                await client.request(request.reply, msgspec.json.encode(page), timeout=5)

        subscription = await client.subscribe(identity.SNAPSHOT_SUBJECT, cb=answer)
        database = await Database.open(urls.app)
        notes = Notes()
        yield Stage(database, SqlReplica(registry_link, "registry", notes), source, notes)
        await subscription.unsubscribe()
        await database.close()


async def test_a_replica_is_built_from_the_snapshot_once(stage: Stage) -> None:
    assert await loaded_check(stage.database)() == "the unit tree has not been loaded yet"
    stage.source.successors = ((HOME, HOME),)
    stage.source.splits = tuple(
        SplitOff(unit_id=HOME, created_id=HOME, split_at=NOW, worker_ids=(one,)) for one in (uuid4(), uuid4())
    )
    await stage.replica.ensure_loaded(stage.database)
    await stage.replica.ensure_loaded(stage.database)
    assert await stage.paths() == ["in.", "in.mp.", "in.mp.d07.", "in.mp.d070."]
    assert stage.source.asked == 1
    assert stage.rows.resettled == Resettled({HOME: HOME}, list(stage.source.splits))
    assert await loaded_check(stage.database)() == ""


async def test_two_that_build_at_once_build_one(stage: Stage) -> None:
    await asyncio.gather(*(stage.replica.ensure_loaded(stage.database) for _ in range(3)))
    assert len(await stage.paths()) == 4


async def test_a_move_takes_the_subtree_and_the_services_rows_along_but_not_the_prefix_twin(stage: Stage) -> None:
    stage.source.units += [unit("in.mp.d07.v1."), unit("in.mp.d070.v1.")]
    await stage.replica.ensure_loaded(stage.database)
    async with stage.database.work(Scope.everything()) as work:
        for path in ("in.mp.d07.v1.", "in.mp.d070.v1."):
            await work.raw.execute("INSERT INTO notes VALUES ($1, $2)", unit_id(path), path)
    moved = unit("in.nx.d09.", version=2, who="in.mp.d07.")
    await stage.tell(identity.UnitMoved(unit=moved, old_path="in.mp.d07.", tree_version=2))
    assert "in.nx.d09.v1." in await stage.paths()
    assert await stage.notes() == ["in.mp.d070.v1.", "in.nx.d09.v1."]


async def test_an_event_that_was_applied_changes_nothing_more(stage: Stage) -> None:
    await stage.replica.ensure_loaded(stage.database)
    created = identity.UnitCreated(unit=unit("in.mp.d08."), tree_version=2)
    await stage.tell(created)
    await stage.tell(
        identity.UnitMoved(unit=unit("in.mp.d09.", version=2, who="in.mp.d08."), old_path="in.mp.d08.", tree_version=3)
    )
    await stage.tell(created)
    assert "in.mp.d09." in await stage.paths()
    assert "in.mp.d08." not in await stage.paths()


async def test_after_a_gap_the_replica_is_built_anew(stage: Stage) -> None:
    await stage.replica.ensure_loaded(stage.database)
    stage.source.units.append(unit("in.mp.d09."))
    stage.source.tree_version = 5
    await stage.tell(identity.UnitCreated(unit=unit("in.mp.d09."), tree_version=4))
    assert "in.mp.d09." in await stage.paths()
    assert stage.source.asked == 2


async def test_an_older_state_of_an_appointment_does_not_replace_a_newer(stage: Stage) -> None:
    await stage.replica.ensure_loaded(stage.database)
    made = AppointmentState(
        appointment_id=uuid4(),
        person_id=uuid4(),
        office="district-president",
        unit_id=unit_id("in.mp.d07."),
        valid_from=NOW,
        valid_to=None,
        version=1,
    )
    ended = msgspec.structs.replace(made, version=2, ended_at=NOW)
    await stage.tell(identity.AppointmentEnded(appointment=ended))
    await stage.tell(identity.AppointmentMade(appointment=made))
    assert await stage.database.pool.fetchval("SELECT ended_at FROM appointment_replica") == NOW


async def test_a_body_of_another_shape_is_poison(stage: Stage) -> None:
    envelope = Envelope(id=uuid4(), type="identity.unit.moved.v1", source="x", time=NOW, subject="ev", body=b"{}")
    async with stage.database.work(Scope.everything()) as work:
        with pytest.raises(Poison):
            await stage.replica.on_unit_moved(work, envelope)


def caller(path: str, *, tree_version: int, who: str = "") -> Caller:
    return Caller(
        person_id=uuid4(),
        session_id=None,
        appointment_id=None,
        office="district-president",
        unit_id=unit_id(who or path),
        action="note.list",
        scope=Scope.subtree(path),
        field_classes=frozenset(),
        request_id="",
        tree_version=tree_version,
        assurance="",
    )


async def ask(stage: Stage, who: Caller, *, writes: bool) -> None:
    guard = tree_guard(who, writes=writes)
    opened = stage.database.work if writes else stage.database.read
    async with translated(), opened(who.scope, guard=guard):
        pass


@pytest.mark.parametrize("writes", [True, False])
async def test_a_replica_that_is_behind_says_so(stage: Stage, *, writes: bool) -> None:
    await stage.replica.ensure_loaded(stage.database)
    with pytest.raises(TreeBehind):
        await ask(stage, caller("in.mp.d07.", tree_version=2), writes=writes)


@pytest.mark.parametrize("writes", [True, False])
async def test_a_newer_replica_answers_while_the_unit_stands_where_it_stood(stage: Stage, *, writes: bool) -> None:
    await stage.replica.ensure_loaded(stage.database)
    await stage.tell(identity.UnitCreated(unit=unit("in.mp.d08."), tree_version=2))
    await ask(stage, caller("in.mp.d07.", tree_version=1), writes=writes)


@pytest.mark.parametrize("writes", [True, False])
async def test_a_newer_replica_refuses_a_unit_that_has_moved_since(stage: Stage, *, writes: bool) -> None:
    await stage.replica.ensure_loaded(stage.database)
    moved = unit("in.mp.d09.", version=2, who="in.mp.d07.")
    await stage.tell(identity.UnitMoved(unit=moved, old_path="in.mp.d07.", tree_version=2))
    with pytest.raises(Refusal) as refused:
        await ask(stage, caller("in.mp.d07.", tree_version=1), writes=writes)
    assert refused.value.headers["sangathan-scope-moved"] == "1"
