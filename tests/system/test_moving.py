"""Units move, merge and get new levels under running requests, with every service at work and every answer right."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import httpx
import pytest

from sangathan_demo.truth import LevelTruth, SignIn
from tests.system.demo_system import DemoSystem, running_demo

PATIENCE_S = 20.0


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoSystem]:
    with TemporaryDirectory(prefix="sangathan-") as folder, running_demo(Path(folder)) as running:
        yield running


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer, with when it was asked for and when it came."""

    began: float
    ended: float
    status: int
    body: Any


@dataclass(slots=True)
class Person:
    """Somebody signed in."""

    http: httpx.AsyncClient
    seen: list[Seen] = field(default_factory=list)

    async def get(self, path: str, **params: str | int) -> Seen:
        """Asks once; a 503 that asks for patience is an answer too."""
        began = time.monotonic()
        reply = await self.http.get(path, params=params or None)
        assert reply.status_code in {200, 404, 503}, reply.text
        return Seen(began, time.monotonic(), reply.status_code, reply.json())

    async def send(self, method: str, path: str, body: dict[str, Any], **headers: str) -> dict[str, Any]:
        """Does something that must succeed, and gives the answer."""
        given = {"Idempotency-Key": str(uuid4()), **{name.replace("_", "-"): text for name, text in headers.items()}}
        for _ in range(100):
            reply = await self.http.request(method, path, json=body, headers=given)
            if reply.status_code != 503:
                break
            await asyncio.sleep(0.1)
        assert reply.is_success, reply.text
        return dict(reply.json())

    async def watch(self, path: str, **params: str | int) -> None:
        """Asks again and again until cancelled, and keeps every answer."""
        while True:
            self.seen.append(await self.get(path, **params))

    def answered(self, status: int) -> list[Seen]:
        """The answers with this status."""
        return [one for one in self.seen if one.status == status]


@asynccontextmanager
async def signed_in(demo: DemoSystem, *who: SignIn) -> AsyncIterator[list[Person]]:
    """These people, each on a connection pool of their own."""
    persons = []
    for one in who:
        http = httpx.AsyncClient(base_url=demo.http.base_url, timeout=30, trust_env=False)
        token = await asyncio.to_thread(demo.token_of, one)
        http.headers["Authorization"] = f"Bearer {token}"
        http.headers["Sangathan-Appointment"] = one.appointment_id
        persons.append(Person(http))
    try:
        yield persons
    finally:
        for person in persons:
            await person.http.aclose()


@asynccontextmanager
async def watching(*watches: Awaitable[None]) -> AsyncIterator[None]:
    """Keeps the watches running for as long as the block lasts, and a little before and after."""
    tasks = [asyncio.ensure_future(watch) for watch in watches]
    await asyncio.sleep(0.3)
    try:
        yield
        await asyncio.sleep(0.5)
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert not [one for one in ended if isinstance(one, Exception)]


async def until(question: Callable[[], Awaitable[bool]]) -> None:
    """Waits until it is so; within seconds."""
    deadline = time.monotonic() + PATIENCE_S
    while not await question():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def items(person: Person, path: str, **params: str | int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        page = (await person.get(path, limit=200, **params)).body
        found += page["items"]
        if page["next"] is None:
            return found
        params["cursor"] = page["next"]


async def counted(person: Person, unit_id: str) -> int:
    answer = await person.get("/v1/unit-counts", unit_id=unit_id)
    return int(answer.body["active"]) if answer.status == 200 else -answer.status


async def seat_of(state: Person, district_id: str) -> str:
    """A vidhan sabha of the district."""
    return str((await items(state, "/v1/units", parent_id=district_id))[0]["id"])


async def move(state: Person, unit_id: str, parent_id: str, code: str) -> None:
    await state.send("POST", f"/v1/units/{unit_id}/moves", {"parent_id": parent_id, "code": code})


def never_in_both_nor_in_neither(old: Person, new: Person) -> None:
    """Once the new district has seen the worker the old one does not; once the old one does not, the new one does."""
    arrived = min(one.ended for one in new.answered(200))
    left = min(one.ended for one in old.answered(404))
    assert not [one for one in old.answered(200) if one.began > arrived]
    assert not [one for one in new.answered(404) if one.began > left]


@dataclass(frozen=True, slots=True)
class Districts:
    """The story's mandal, its district, and the district beside."""

    mandal: LevelTruth
    old: LevelTruth
    new_id: str
    new_sign_in: SignIn

    @classmethod
    def of(cls, demo: DemoSystem) -> "Districts":
        """As the truth of the demo state has them."""
        district = demo.truth.level("district")
        beside = district.beside()
        return cls(demo.truth.level("mandal"), district, beside.unit.unit_id, beside.sign_in)

    async def there(self, state: Person) -> None:
        """Moves the mandal to the district beside."""
        await move(state, self.mandal.unit.unit_id, await seat_of(state, self.new_id), "moving")

    async def back(self, demo: DemoSystem, state: Person) -> None:
        """Moves it home, and waits until its district has it."""
        code = self.mandal.unit.path[:-1].rpartition(".")[2]
        await move(state, self.mandal.unit.unit_id, demo.truth.level("vidhan-sabha").unit.unit_id, code)
        whole = self.old.unit

        async def home() -> bool:
            return await counted(state, whole.unit_id) == whole.workers

        await until(home)


async def test_no_answer_sees_a_moving_worker_in_both_districts_or_in_neither(demo: DemoSystem) -> None:
    """The state is asked for the worker and for all districts' counts, both presidents for the worker, all the time."""
    scene = Districts.of(demo)
    state_in, mandal = demo.truth.level("state").sign_in, scene.mandal
    worker = f"/v1/workers/{mandal.worker_id}"
    who = (state_in, state_in, scene.old.sign_in, scene.new_sign_in, mandal.sign_in, state_in)
    async with signed_in(demo, *who) as [mover, state, old, new, own, counter]:
        total = demo.truth.level("state").unit
        watches = (
            *(state.watch(worker), old.watch(worker), new.watch(worker), own.watch(worker)),
            counter.watch("/v1/unit-counts", unit_id=total.unit_id),
        )
        async with watching(*watches):
            await scene.there(mover)

            async def arrived() -> bool:
                return bool(new.answered(200))

            await until(arrived)
        await scene.back(demo, mover)
        never_in_both_nor_in_neither(old, new)
        assert not state.answered(404)
        assert not own.answered(404)
        assert state.answered(200)
        assert own.seen[-1].status == 200
        both = [
            sum(
                one["active"]
                for one in seen.body["children"]
                if one["unit_id"] in {scene.old.unit.unit_id, scene.new_id}
            )
            for seen in counter.answered(200)
        ]
        assert len(set(both)) == 1
        assert {seen.body["active"] for seen in counter.answered(200)} == {total.workers}


async def test_a_cursor_taken_before_a_move_neither_leaks_nor_breaks(demo: DemoSystem) -> None:
    scene = Districts.of(demo)
    async with signed_in(demo, demo.truth.level("state").sign_in, scene.old.sign_in) as [state, old]:
        booths = {one["id"] for one in await items(state, "/v1/units", parent_id=scene.mandal.unit.unit_id)}
        first = (await old.get("/v1/workers", limit=50)).body
        try:
            await scene.there(state)

            async def gone() -> bool:
                return (await old.get(f"/v1/workers/{scene.mandal.worker_id}")).status == 404

            await until(gone)
            rest = await items(old, "/v1/workers", cursor=first["next"])
        finally:
            await scene.back(demo, state)
        assert rest
        assert not [one for one in rest if one["unit_id"] in booths]
        assert len({one["id"] for one in (*first["items"], *rest)}) == len(first["items"]) + len(rest)


async def test_a_moved_mandal_is_asked_for_by_its_old_district_in_vain(demo: DemoSystem) -> None:
    scene = Districts.of(demo)
    mandal_id = scene.mandal.unit.unit_id
    async with signed_in(demo, demo.truth.level("state").sign_in, scene.old.sign_in, scene.new_sign_in) as people:
        state, old, new = people
        await scene.there(state)
        try:
            for path, params in (
                (f"/v1/units/{mandal_id}", {}),
                (f"/v1/units/{mandal_id}/history", {}),
                (f"/v1/units/{mandal_id}", {"as_of": "2022-01-20"}),
                ("/v1/unit-counts", {"unit_id": mandal_id}),
                ("/v1/workers", {"unit_id": mandal_id}),
                ("/v1/appointments", {"unit_id": mandal_id}),
            ):

                async def refused(path: str = path, params: dict[str, str] = params) -> bool:
                    return (await old.get(path, **params)).status == 404

                async def admitted(path: str = path, params: dict[str, str] = params) -> bool:
                    return (await new.get(path, **params)).status == 200

                await until(refused)
                await until(admitted)
        finally:
            await scene.back(demo, state)


async def test_booths_merge_with_their_workers_and_every_count_agrees(demo: DemoSystem) -> None:
    beside = demo.truth.level("mandal").beside()
    async with signed_in(demo, demo.truth.level("state").sign_in) as [state]:
        first, second = (await items(state, "/v1/units", parent_id=beside.unit.unit_id))[:2]
        workers = [await counted(state, one["id"]) for one in (first, second)]
        merged = await state.send("POST", f"/v1/units/{first['id']}/merges", {"into_id": second["id"]})
        assert merged["successor_id"] == second["id"]

        async def all_there() -> bool:
            return await counted(state, second["id"]) == sum(workers)

        await until(all_there)
        assert await counted(state, first["id"]) == 0
        assert await counted(state, beside.unit.unit_id) == beside.unit.workers
        assert len(await items(state, "/v1/workers", unit_id=second["id"])) == sum(workers)


async def test_new_levels_work_in_every_service_without_a_change_of_code(demo: DemoSystem) -> None:
    vidhan_sabha = demo.truth.level("vidhan-sabha").beside().unit
    async with signed_in(demo, demo.truth.level("state").sign_in) as [state]:
        ladder = (await state.get("/v1/levels")).body["levels"]
        codes = [one["code"] for one in ladder]
        for code, above in (("sambhag", "state"), ("shakti-kendra", "mandal")):
            ladder.insert(
                [one["code"] for one in ladder].index(above) + 1, {"code": code, "name_hi": code, "name_en": code}
            )
        levels = [{name: one[name] for name in ("code", "name_hi", "name_en")} for one in ladder]
        changed = await state.send("PUT", "/v1/levels", {"levels": levels}, If_Match="*")
        assert len(changed["levels"]) == len(codes) + 2

        mandal = (await items(state, "/v1/units", parent_id=vidhan_sabha.unit_id))[0]
        booth = (await items(state, "/v1/units", parent_id=mandal["id"]))[0]
        workers = await counted(state, booth["id"])
        kendra = await create(state, mandal["id"], "shakti-kendra", "sk1")
        await move(state, booth["id"], kendra, "b1")

        async def beneath_the_kendra() -> bool:
            return await counted(state, kendra) == workers

        await until(beneath_the_kendra)
        assert len(await items(state, "/v1/workers", unit_id=kendra)) == workers

        state_unit = demo.truth.level("state").unit
        district = (await items(state, "/v1/units", parent_id=state_unit.unit_id))[-1]
        workers = await counted(state, district["id"])
        sambhag = await create(state, state_unit.unit_id, "sambhag", "s1")
        await move(state, district["id"], sambhag, district["code"])

        async def beneath_the_sambhag() -> bool:
            return await counted(state, sambhag) == workers

        await until(beneath_the_sambhag)
        assert await counted(state, state_unit.unit_id) == state_unit.workers


async def create(state: Person, parent_id: str, level: str, code: str) -> str:
    body = {"parent_id": parent_id, "level": level, "code": code, "name_hi": "नया", "name_en": "New"}
    return str((await state.send("POST", "/v1/units", body))["id"])
