"""The tree and the appointments in memory: loaded whole, followed in strict order, dates compared at each question."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID, uuid4, uuid5

import msgspec
import pytest

from sangathan_chassis.consumer import Poison
from sangathan_contracts import identity
from sangathan_contracts.envelope import Envelope, Event
from sangathan_contracts.identity import AppointmentState, SnapshotPage, UnitState
from sangathan_hierarchy.memory import MemoryHierarchy

HOME = UUID("11111111-1111-4111-8111-111111111111")
PERSON = UUID("22222222-2222-4222-8222-222222222222")
NOON = datetime(2022, 1, 20, 12, tzinfo=UTC)
NIGHT = datetime(2022, 1, 20, 23, tzinfo=UTC)
MIDNIGHT = datetime(2022, 1, 21, tzinfo=UTC)


def unit_id(path: str) -> UUID:
    return uuid5(HOME, path)


def unit(path: str, *, was: str = "", version: int = 1, closed: bool = False) -> UnitState:
    """A unit at a path; ``was`` names the path under which its id was made."""
    parent = path[:-1].rpartition(".")[0]
    return UnitState(
        unit_id=unit_id(was or path),
        parent_id=unit_id(parent + ".") if parent else None,
        level="mandal",
        code=path[:-1].rpartition(".")[2],
        path=path,
        name_hi="इकाई",
        name_en="Unit",
        version=version,
        closed_at=NOON if closed else None,
    )


def appointment(version: int = 1, *, ended: bool = False, valid_to: datetime | None = None) -> AppointmentState:
    return AppointmentState(
        appointment_id=unit_id("appointment"),
        person_id=PERSON,
        office="district-president",
        unit_id=unit_id("in.mp."),
        valid_from=NOON,
        valid_to=valid_to,
        version=version,
        ended_at=NOON if ended else None,
    )


class Identity:
    """Hands out snapshots, or none."""

    def __init__(self) -> None:
        paths = ("in.", "in.mp.", "in.mp.d07.", "in.mp.d07.v1.", "in.mp.d08.", "in.mp.d070.")
        self.pages = [
            SnapshotPage(tree_version=5, units=tuple(unit(path) for path in paths)),
            SnapshotPage(tree_version=5, appointments=(appointment(),), last=True),
        ]
        self.asked = 0
        self.silent = False

    async def snapshot(self) -> AsyncIterator[SnapshotPage]:
        self.asked += 1
        if self.silent:
            raise TimeoutError
        for page in self.pages:
            yield page


@pytest.fixture
def owner() -> Identity:
    return Identity()


@pytest.fixture
async def tree(owner: Identity) -> MemoryHierarchy:
    tree = MemoryHierarchy(owner.snapshot)
    await tree.load()
    return tree


def envelope(event: Event, body: bytes = b"") -> Envelope:
    return Envelope(
        id=uuid4(), type=event.type, source="identity", time=NOON, subject="", body=body or msgspec.json.encode(event)
    )


def place(tree: MemoryHierarchy, path: str) -> tuple[str, str] | None:
    found = tree.unit(str(unit_id(path)))
    return (found.lo, found.hi) if found else None


async def test_it_is_loaded_only_after_a_whole_snapshot(owner: Identity) -> None:
    tree = MemoryHierarchy(owner.snapshot)
    before = tree.loaded
    await tree.load()
    assert (before, tree.loaded, tree.tree_version, len(tree)) == (False, True, 5, 6)


async def test_a_unit_is_found_with_the_range_of_its_subtree(tree: MemoryHierarchy) -> None:
    assert place(tree, "in.mp.d07.") == ("in.mp.d07.", "in.mp.d07/")


async def test_the_next_change_is_applied(tree: MemoryHierarchy) -> None:
    await tree.follow(envelope(identity.UnitCreated(unit=unit("in.mp.d09."), tree_version=6)))
    assert (place(tree, "in.mp.d09."), tree.tree_version) == (("in.mp.d09.", "in.mp.d09/"), 6)


async def test_a_change_that_is_already_in_is_passed_over(tree: MemoryHierarchy) -> None:
    applied = await tree.follow(envelope(identity.UnitCreated(unit=unit("in.mp.d09."), tree_version=5)))
    assert (applied, place(tree, "in.mp.d09.")) == (False, None)


async def test_a_move_takes_all_below_along_and_no_prefix_twin(tree: MemoryHierarchy) -> None:
    moved = unit("in.mp.d08.x.", was="in.mp.d07.", version=2)
    await tree.follow(envelope(identity.UnitMoved(unit=moved, old_path="in.mp.d07.", tree_version=6)))
    assert [place(tree, path) for path in ("in.mp.d07.", "in.mp.d07.v1.", "in.mp.d070.")] == [
        ("in.mp.d08.x.", "in.mp.d08.x/"),
        ("in.mp.d08.x.v1.", "in.mp.d08.x.v1/"),
        ("in.mp.d070.", "in.mp.d070/"),
    ]


async def test_what_is_below_follows_a_second_move_too(tree: MemoryHierarchy) -> None:
    first = unit("in.mp.d08.d07.", was="in.mp.d07.", version=2)
    await tree.follow(envelope(identity.UnitMoved(unit=first, old_path="in.mp.d07.", tree_version=6)))
    second = unit("in.mp.z8.", was="in.mp.d08.", version=2)
    await tree.follow(envelope(identity.UnitMoved(unit=second, old_path="in.mp.d08.", tree_version=7)))
    assert place(tree, "in.mp.d07.v1.") == ("in.mp.z8.d07.v1.", "in.mp.z8.d07.v1/")


async def test_a_closed_unit_is_known_to_be_closed(tree: MemoryHierarchy) -> None:
    closed = unit("in.mp.d08.", version=2, closed=True)
    await tree.follow(envelope(identity.UnitClosed(unit=closed, tree_version=6)))
    found = tree.unit(str(unit_id("in.mp.d08.")))
    assert found is not None
    assert found.closed


async def test_after_a_gap_the_tree_is_loaded_anew(tree: MemoryHierarchy, owner: Identity) -> None:
    owner.pages = [SnapshotPage(tree_version=8, units=(unit("in."), unit("in.new.")), last=True)]
    await tree.follow(envelope(identity.UnitCreated(unit=unit("in.new."), tree_version=8)))
    assert (tree.tree_version, len(tree), owner.asked) == (8, 2, 2)


async def test_a_gap_that_cannot_be_filled_leaves_nobody_admitted(tree: MemoryHierarchy, owner: Identity) -> None:
    owner.silent = True
    with pytest.raises(TimeoutError):
        await tree.follow(envelope(identity.UnitCreated(unit=unit("in.mp.d09."), tree_version=9)))
    assert not tree.loaded


async def test_a_reloaded_tree_is_loaded_anew(tree: MemoryHierarchy, owner: Identity) -> None:
    owner.pages = [SnapshotPage(tree_version=9, units=(unit("in."),), last=True)]
    await tree.follow(envelope(identity.TreeReloaded(tree_version=9)))
    assert (tree.tree_version, len(tree), tree.appointments_of(str(PERSON))) == (9, 1, ())


async def test_a_reload_that_is_already_in_is_passed_over(tree: MemoryHierarchy, owner: Identity) -> None:
    await tree.follow(envelope(identity.TreeReloaded(tree_version=5)))
    assert owner.asked == 1


async def test_the_snapshots_pages_are_handed_on(owner: Identity) -> None:
    handed: list[SnapshotPage] = []
    await MemoryHierarchy(owner.snapshot, handed.extend).load()
    assert handed == owner.pages


@pytest.mark.parametrize(
    ("state", "moment", "active"),
    [
        (appointment(), NOON.timestamp() - 1, False),
        (appointment(), NOON.timestamp(), True),
        (
            appointment(valid_to=datetime(2022, 1, 21, tzinfo=UTC)),
            datetime(2022, 1, 20, 23, tzinfo=UTC).timestamp(),
            True,
        ),
        (appointment(valid_to=MIDNIGHT), MIDNIGHT.timestamp(), False),
        (appointment(ended=True), NOON.timestamp(), False),
    ],
)
async def test_an_appointment_gives_rights_from_its_first_moment_up_to_and_not_at_its_last(
    tree: MemoryHierarchy, state: AppointmentState, moment: float, *, active: bool
) -> None:
    newer = msgspec.structs.replace(state, version=2)
    await tree.follow(envelope(identity.AppointmentMade(appointment=newer)))
    assert [held.active(moment) for held in tree.appointments_of(str(PERSON))] == [active]


async def test_an_older_version_of_an_appointment_changes_nothing(tree: MemoryHierarchy) -> None:
    await tree.follow(envelope(identity.AppointmentEnded(appointment=appointment(3, ended=True))))
    applied = await tree.follow(envelope(identity.AppointmentMade(appointment=appointment(2))))
    assert (applied, [held.ended for held in tree.appointments_of(str(PERSON))]) == (False, [True])


async def test_an_event_that_is_none_of_the_trees_is_passed_over(tree: MemoryHierarchy) -> None:
    assert not await tree.follow(envelope(identity.SessionEnded(session_id=uuid4(), person_id=PERSON)))


async def test_a_body_that_cannot_be_read_is_poison(tree: MemoryHierarchy) -> None:
    with pytest.raises(Poison):
        await tree.follow(envelope(identity.TreeReloaded(tree_version=9), b"{"))
