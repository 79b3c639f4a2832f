"""Whatever happens outside a scope changes no byte of what is answered inside it, on trees and acts drawn at random."""

import itertools
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sangathan_chassis.ids import uuid7
from sangathan_chassis.scope import Scope
from sangathan_registry.store.counts import fold
from sangathan_testkit.harness import Harness, Person
from tests.registry import world

# Each begins with another's text, so that a range cut a byte too wide or too short is drawn soon.
CODES: Final = ("d", "d0", "d07", "d070", "d7", "e")
NAMES: Final = ("Ramesh Namuna", "Ramesh Kumar", "Sita Namuna")
PHONES: Final = ("+916000000001", "+916000000002")
ACTS: Final = ("enrol", "change", "withdraw", "reject", "assign", "look up", "ask", "fold", "move")
_roots = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A tree below a root of its own, who stands where in it, whose scope it is, and what happens outside."""

    units: tuple[str, ...]
    workers: tuple[tuple[int, int, int], ...]
    mine: int
    acts: tuple[tuple[str, int], ...]


@st.composite
def drawn(draw: st.DrawFn) -> Drawn:
    above = draw(st.lists(st.sampled_from(CODES), min_size=2, max_size=4, unique=True))
    below = draw(st.lists(st.tuples(st.sampled_from(above), st.sampled_from(CODES)), max_size=5, unique=True))
    units = tuple(sorted([f"{code}." for code in above] + [f"{one}.{two}." for one, two in below]))
    at = st.integers(0, len(units) - 1)
    return Drawn(
        units,
        tuple(draw(st.lists(st.tuples(at, st.integers(0, 2), st.integers(0, 1)), min_size=1, max_size=8))),
        draw(at),
        tuple(draw(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 99)), min_size=1, max_size=6))),
    )


@dataclass(slots=True)
class Scene:
    """One drawn example in the running registry."""

    registry: Harness
    root: str
    paths: list[str]
    mine: str
    workers: dict[str, str]

    @property
    def top(self) -> Person:
        """Who may act everywhere in this tree."""
        return world.at(self.root, "national-president")

    @property
    def bearer(self) -> Person:
        """Whose answers are compared: the same appointment each time."""
        ids = {"person_id": UUID(int=1), "appointment_id": UUID(int=2), "session_id": UUID(int=3)}
        return world.at(self.mine, "district-president", **ids)

    def outside(self) -> list[str]:
        return [path for path in self.paths if not path.startswith(self.mine)]

    async def answers(self) -> list[bytes]:
        """Every page of lists, searches, counts and the trail, byte for byte.

        Reading them changes none of them but the trail, on which the bearer's own searches stand.
        """
        own = {"unit_id": str(world.unit_id(self.mine))}
        pages = [
            await self._pages("/v1/workers", "worker.list", {"limit": 2}),
            await self._pages("/v1/workers", "worker.list", {"limit": 2, "status": "withdrawn"}),
            await self._pages("/v1/assignments", "assignment.read", {"limit": 2}),
            await self._pages("/v1/held-records", "record.review", {"limit": 2}),
            await self._trail_of_others(),
            await self._pages("/v1/unit-counts", "worker.count", own),
        ]
        pages += [await self._searched({"name": "Ramesh", "limit": 1})]
        pages += [await self._searched({"phone": PHONES[0], "limit": 2})]
        return [part for page in pages for part in page]

    async def records(self) -> list[tuple[int, str, Any]]:
        """Each worker by id, as far as it is seen; a refusal's trace id names the request."""
        found = []
        for worker in self.workers:
            reply = await world.read(self.registry, self.bearer, worker)
            body = {name: value for name, value in reply.json().items() if name != "trace_id"}
            found.append((reply.status_code, reply.headers.get("etag", ""), body))
        return found

    async def _pages(self, path: str, action: str, params: dict[str, Any]) -> list[bytes]:
        found, params = [], dict(params)
        while True:
            reply = await self.registry.ask("GET", path, action=action, person=self.bearer, params=params)
            assert reply.status_code == 200, reply.text
            found.append(without_cursor(reply.content))
            if not reply.json().get("next"):
                return found
            params["cursor"] = reply.json()["next"]

    async def _trail_of_others(self) -> list[bytes]:
        """Each entry by itself, but for the bearer's own."""
        pages = await self._pages("/v1/audit-entries", "audit.read", {"limit": 2})
        read = [_TRAIL.decode(page.rpartition(b',"next":')[0] + b"}")["items"] for page in pages]
        own = b'"person_id":"%b"' % str(self.bearer.person_id).encode()
        return [bytes(entry) for entries in read for entry in entries if own not in bytes(entry)]

    async def _searched(self, body: dict[str, Any]) -> list[bytes]:
        found = []
        while True:
            reply = await world.searched(self.registry, self.bearer, **body)
            assert reply.status_code == 200, reply.text
            found.append(without_cursor(reply.content))
            if not reply.json()["next"]:
                return found
            body["cursor"] = reply.json()["next"]

    async def act(self, act: str, number: int) -> None:
        """Does something that concerns units and workers outside alone."""
        places = self.outside()
        place = places[number % len(places)]
        there = [worker for worker, path in self.workers.items() if path == place]
        if act == "fold":
            async with self.registry.database.work(Scope.everything()) as work:
                await fold(work)
        elif act == "move":
            await self._move(place, number)
        elif act in {"change", "withdraw", "look up", "ask"} and there:
            await self._touch(act, there[number % len(there)])
        else:
            await self._add(act, place, number)

    async def _add(self, act: str, place: str, number: int) -> None:
        if act == "assign":
            await world.rows(
                self.registry,
                "INSERT INTO assignments VALUES ($1, $1, $1, $2, $3, now(), NULL, NULL, now())",
                uuid4(),
                world.unit_id(place),
                place,
            )
            return
        wrong = {"gender": "x"} if act == "reject" else {}
        record = world.a_record(place, name_en=NAMES[number % 3], phone=PHONES[number % 2], **wrong)
        assert (await world.synced(self.registry, self.top, [record])).status_code == 200

    async def _touch(self, act: str, worker: str) -> None:
        ask, top = self.registry.ask, self.top
        if act == "change":
            tag = (await world.read(self.registry, top, worker)).headers["etag"]
            path, sent = f"/v1/workers/{worker}", {"name_en": f"Ramesh {worker[-2:]}"}
            await ask("PATCH", path, action="worker.change", person=top, headers={"if-match": tag}, json=sent)
        elif act == "withdraw":
            await world.withdraw(self.registry, top, worker)
        elif act == "ask":
            body = {"worker_id": worker}
            await ask("POST", "/v1/worker-questions", action="worker.ask", person=top, json=body)
        else:
            body = {"worker_id": worker, "purpose": "a claim at the booth"}
            await ask("POST", "/v1/cross-checks", action="worker.cross-check", person=top, json=body)

    async def _move(self, place: str, number: int) -> None:
        """Beneath the root, under a code that nobody has: a leaf, so that nothing else changes its place."""
        if any(path != place and path.startswith(place) for path in self.paths):
            return
        moved = f"{self.root}x{number}y{next(_roots)}."
        await world.move(self.registry, place, moved)
        self.paths[self.paths.index(place)] = moved
        self.workers = {worker: moved if path == place else path for worker, path in self.workers.items()}


_TRAIL: Final = msgspec.json.Decoder(dict[str, list[msgspec.Raw]])


def without_cursor(page: bytes) -> bytes:
    """A page with only whether there is a next one: a cursor is sealed anew each time, also for the same position."""
    items, mark, following = page.partition(b',"next":')
    return items + mark + following[:1]


async def staged(registry: Harness, example: Drawn) -> Scene:
    """The example's tree and workers, all put on record by one batch."""
    root = f"r{next(_roots)}."
    paths = [root, *(root + unit for unit in example.units)]
    owner = await asyncpg.connect(registry.urls.superuser)
    try:
        for path in paths:
            parent = path.rstrip(".").rpartition(".")[0]
            await owner.execute(
                "INSERT INTO unit_replica (unit_id, parent_id, level, code, path, name_hi, name_en, version)"
                " VALUES ($1, $2, $3, $4, $5, 'इकाई', 'Unit', 1)",
                world.unit_id(path),
                world.unit_id(parent + ".") if parent else None,
                world.level_of(path),
                path.rstrip(".").rpartition(".")[2],
                path,
            )
    finally:
        await owner.close()
    at = [root + example.units[unit] for unit, _, _ in example.workers]
    records = [
        world.a_record(path, id=str(uuid7()), name_en=NAMES[name], phone=PHONES[phone])
        for path, (_, name, phone) in zip(at, example.workers, strict=True)
    ]
    scene = Scene(registry, root, paths, root + example.units[example.mine], {})
    reply = await world.synced(registry, scene.top, records)
    assert {one["outcome"] for one in reply.json()["results"]} == {"accepted"}, reply.text
    scene.workers = {record["id"]: path for record, path in zip(records, at, strict=True)}
    return scene


@settings(
    max_examples=25, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drawn())
async def test_nothing_outside_changes_a_byte_of_an_answer(registry: Harness, example: Drawn) -> None:
    scene = await staged(registry, example)
    records = await scene.records()
    before = await scene.answers()
    for act, number in example.acts:
        await scene.act(act, number)
    assert await scene.answers() == before
    assert [one for one in await scene.records() if one[0] == 200] == [one for one in records if one[0] == 200]
    assert {one[0] for one in records} <= {200, 404}
