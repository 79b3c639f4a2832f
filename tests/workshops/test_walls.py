"""Row-level security alone keeps every table to the scope, and the rows follow their units."""

from datetime import UTC, datetime
from uuid import uuid4

import msgspec
import pytest

from sangathan_chassis.scope import Scope
from sangathan_contracts.envelope import Envelope
from sangathan_contracts.identity import UnitMoved, UnitState
from tests.workshops.stage import Stage, person_id, unit_id

MOMENT = datetime(2022, 1, 20, tzinfo=UTC)
TABLES = ("plans", "rounds", "workshops", "allocations", "invitations", "attendances")


@pytest.fixture
async def busy(stage: Stage) -> Stage:
    """A plan, two invitations, one attendance."""
    workshop = (await stage.gwalior())["id"]
    await stage.invite(workshop)
    (own,) = await stage.own("in.mp.d07.")
    await stage.check_in(workshop, own["id"])
    return stage


async def rows_seen(stage: Stage, scope: Scope) -> dict[str, int]:
    async with stage.service.database.read(scope) as connection:
        return {table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES}  # noqa: S608


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        (Scope.subtree("in.mp."), (1, 1, 2, 3, 2, 1)),
        (Scope.subtree("in.mp.d07."), (1, 1, 1, 1, 1, 1)),
        (Scope.subtree("in.mp.d070."), (1, 1, 1, 1, 1, 0)),
        (Scope.subtree("in.mp.d08."), (1, 1, 1, 1, 0, 0)),
        (Scope.subtree("in.mp.d07.v1."), (0, 0, 0, 0, 0, 0)),
        (Scope.subtree("in.nx."), (0, 0, 0, 0, 0, 0)),
        (Scope.nothing(), (0, 0, 0, 0, 0, 0)),
        (Scope.nothing(person_id("in.mp.d07.")), (0, 0, 1, 0, 1, 0)),
        (Scope.nothing(person_id("in.mp.d08.")), (0, 0, 0, 0, 0, 0)),
    ],
    ids=["state", "d07", "prefix twin", "d08", "below", "other state", "unset", "invitee", "not invited"],
)
async def test_the_second_wall_alone_shows_only_the_scope(busy: Stage, scope: Scope, seen: tuple[int, ...]) -> None:
    assert tuple((await rows_seen(busy, scope)).values()) == seen


async def test_without_any_scope_nothing_is_there(busy: Stage) -> None:
    for table in TABLES:
        assert await busy.service.database.pool.fetchval(f"SELECT count(*) FROM {table}") == 0  # noqa: S608


async def test_a_moved_district_takes_its_rows_along(busy: Stage) -> None:
    moved = UnitState(
        unit_id=unit_id("in.mp.d07."),
        parent_id=unit_id("in.nx."),
        level="district",
        code="d07",
        path="in.nx.d07.",
        name_hi="इकाई",
        name_en="Unit",
        version=2,
    )
    event = UnitMoved(unit=moved, old_path="in.mp.d07.", tree_version=2)
    body = msgspec.json.encode(event)
    envelope = Envelope(id=uuid4(), type=event.type, source="identity", time=MOMENT, subject="ev", body=body)
    async with busy.service.database.work(Scope.everything()) as work:
        await busy.service.app.state.parts.replica.on_unit_moved(work, envelope)
    assert await rows_seen(busy, Scope.subtree("in.nx.d07.")) == dict(zip(TABLES, (1, 1, 1, 1, 1, 1), strict=True))
    assert (await rows_seen(busy, Scope.subtree("in.mp.")))["invitations"] == 1
