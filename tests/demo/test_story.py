"""The story must fail when the system is wrong: each planted fault is told in a sentence that names it."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from sangathan_demo.dataset import write_dataset
from sangathan_demo.story import StorySettings, play
from sangathan_demo.story.actors import Company
from sangathan_demo.story.api import Actor, Api, get, post
from sangathan_demo.story.expect import StepFailed
from sangathan_demo.story.live import LiveEdge
from sangathan_demo.story.play import STEPS
from sangathan_demo.story.step import Stage
from sangathan_demo.story.steps.levels import Levels
from sangathan_demo.truth import Truth

MISSING = httpx.Response(404, json={"type": "not-found", "title": "Not found", "status": 404, "detail": "none such"})


@dataclass
class Gateway:
    """Answers the questions of the levels step rightly, but for the fault that a test plants."""

    workers: dict[str, str]
    paths: dict[str, str]
    truth: Truth
    leak: str = ""
    hide: str = ""
    double: str = ""
    miscount: int = 0
    beside_status: int = 404
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.url.path == "/v1/sign-in":
            phone = json.loads(request.content)["phone"]
            return httpx.Response(200, json={"access_token": phone, "refresh_token": "r", "expires_in": 300})
        phone = request.headers["authorization"].removeprefix("Bearer ")
        path = next(level.unit.path for level in self.truth.levels if level.sign_in.phone == phone)
        return self.answer(request, path)

    def answer(self, request: httpx.Request, path: str) -> httpx.Response:
        unit_path = self.paths[request.url.params["unit_id"]] if "unit_id" in request.url.params else path
        if not unit_path.startswith(path):
            return MISSING
        ids = [worker for worker, at in self.workers.items() if at.startswith(unit_path) and worker != self.hide]
        match request.url.path.split("/")[2:]:
            case ["unit-counts"]:
                return httpx.Response(200, json={"active": len(ids) + self.miscount})
            case ["workers"]:
                return self.page(request, ids + [one for one in (self.leak, self.double) if one])
            case ["workers", worker]:
                return self.one(worker, inside=self.workers.get(worker, "").startswith(path))
        raise AssertionError(request.url.path)

    def page(self, request: httpx.Request, ids: list[str]) -> httpx.Response:
        start, limit = int(request.url.params.get("cursor", 0)), int(request.url.params["limit"])
        units = {path: unit for unit, path in self.paths.items()}
        items = [{"id": one, "unit_id": units[self.workers[one]]} for one in ids[start : start + limit]]
        more = str(start + limit) if start + limit < len(ids) else None
        return httpx.Response(200, json={"items": items, "next": more})

    def one(self, worker: str, *, inside: bool) -> httpx.Response:
        if inside:
            return httpx.Response(200, json={"id": worker})
        if worker in self.workers and self.beside_status != 404:
            return httpx.Response(self.beside_status, json={"status": self.beside_status})
        return MISSING


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    directory = tmp_path_factory.mktemp("story")
    return directory, write_dataset(directory, "tiny", "a password")


@pytest.fixture
def gateway(dataset: tuple[Path, Truth]) -> Gateway:
    directory, truth = dataset
    with (directory / "workers.csv").open(encoding="utf-8", newline="") as file:
        workers = {row["id"]: row["path"] for row in csv.DictReader(file)}
    with (directory / "units.csv").open(encoding="utf-8", newline="") as file:
        paths = {row["id"]: row["path"] for row in csv.DictReader(file)}
    return Gateway(workers, paths, truth)


def api_of(handler: Callable[[httpx.Request], httpx.Response]) -> Api:
    return Api(httpx.AsyncClient(transport=httpx.MockTransport(handler), base_url="http://gateway"))


def console() -> Console:
    return Console(file=io.StringIO(), width=400)


def printed(on: Console) -> str:
    assert isinstance(on.file, io.StringIO)
    return on.file.getvalue()


def stage_of(gateway: Gateway) -> Stage:
    return Stage(Company(api_of(gateway), LiveEdge("ws://nowhere"), "a password"), gateway.truth, console())


async def test_a_right_system_passes_the_levels(gateway: Gateway) -> None:
    stage = stage_of(gateway)
    await Levels().play(stage)
    assert printed(stage.console).count("✓") == 6


async def test_a_worker_too_many_fails_the_levels(gateway: Gateway) -> None:
    beside = gateway.truth.level("booth").beside()
    gateway.leak = beside.worker_id
    with pytest.raises(StepFailed, match="must list exactly its 12 workers, but lists 13"):
        await Levels().play(stage_of(gateway))


async def test_one_worker_in_anothers_place_fails_the_levels(gateway: Gateway) -> None:
    booth = gateway.truth.level("booth")
    gateway.hide = next(
        one for one, path in gateway.workers.items() if path == booth.unit.path and one != booth.worker_id
    )
    gateway.leak, gateway.miscount = booth.beside().worker_id, 1
    with pytest.raises(StepFailed, match="lists 12, not all the same"):
        await Levels().play(stage_of(gateway))


async def test_a_worker_listed_twice_fails_the_levels(gateway: Gateway) -> None:
    gateway.double = gateway.truth.level("booth").worker_id
    with pytest.raises(StepFailed, match="names a worker twice"):
        await Levels().play(stage_of(gateway))


async def test_a_level_too_large_to_list_is_compared_by_its_first_workers(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sangathan_demo.story.steps.levels._LIST_WHOLE", 0)
    stage = stage_of(gateway)
    await Levels().play(stage)
    assert "only its own, as far as the first 2,000 show" in printed(stage.console)
    gateway.leak = gateway.truth.level("booth").beside().worker_id
    with pytest.raises(StepFailed, match="must list only its own workers, but lists 1 of other units"):
        await Levels().play(stage_of(gateway))


async def test_a_wrong_count_fails_the_levels(gateway: Gateway) -> None:
    gateway.miscount = 1
    with pytest.raises(StepFailed, match="has 12 workers, but is counted as 13"):
        await Levels().play(stage_of(gateway))


@pytest.mark.parametrize("status", [200, 403])
async def test_the_neighbours_worker_must_read_as_missing(gateway: Gateway, status: int) -> None:
    gateway.beside_status = status
    with pytest.raises(StepFailed, match=f"must answer 404, but answered {status}"):
        await Levels().play(stage_of(gateway))


async def test_a_server_that_asks_for_patience_is_asked_again() -> None:
    replies = [httpx.Response(503, headers={"Retry-After": "0"}), httpx.Response(201, json={"id": "x"})]
    seen: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["idempotency-key"])
        return replies[len(seen) - 1]

    await api_of(handler).send(post("/v1/broadcasts", unit_id="u"))
    assert len(seen) == 2
    assert seen[0] == seen[1]


async def test_a_server_error_is_told_with_its_body() -> None:
    api = api_of(lambda _: httpx.Response(500, text="it broke"))
    with pytest.raises(StepFailed, match="GET /v1/me must answer 200, but answered 500: it broke"):
        await api.send(get("/v1/me"))


async def test_a_token_near_its_end_is_refreshed() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path in {"/v1/sign-in", "/v1/token-refreshes"}:
            token = request.url.path.removeprefix("/v1/")
            return httpx.Response(200, json={"access_token": token, "refresh_token": "r", "expires_in": 0})
        return httpx.Response(200, json={"as": request.headers["authorization"]})

    actor = Actor(api_of(handler), "+916000000001", "a password")
    assert await actor.json(get("/v1/me")) == {"as": "Bearer sign-in"}
    assert await actor.json(get("/v1/me")) == {"as": "Bearer token-refreshes"}


async def test_a_system_that_is_away_fails_every_step_in_a_sentence(
    dataset: tuple[Path, Truth], unused_tcp_port: int
) -> None:
    on = console()
    url = f"http://127.0.0.1:{unused_tcp_port}"
    assert not await play(StorySettings(url, url, dataset[1], "a password"), on)
    assert printed(on).count("got no answer") == len(STEPS)
    assert f"FAILED: 0 of {len(STEPS)}" in printed(on)


@dataclass
class Edge:
    """A live edge that says what a test tells it to, to whoever connects."""

    says: list[dict[str, Any]]
    protocols: list[str | None] = field(default_factory=list)

    async def __call__(self, socket: ServerConnection) -> None:
        self.protocols.append(socket.subprotocol)
        for message in self.says:
            await socket.send(json.dumps(message))

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[LiveEdge]:
        async with serve(self, "127.0.0.1", 0, subprotocols=[Subprotocol("sangathan.v1")]) as server:
            yield LiveEdge(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")


def listener_actor() -> Actor:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/live-tickets":
            return httpx.Response(201, json={"ticket": "abc.def-_", "url": "", "expires_in": 30})
        return httpx.Response(200, json={"access_token": "t", "refresh_token": "r", "expires_in": 300})

    return Actor(api_of(handler), "+916000000001", "a password")


async def test_a_listener_hears_a_cast_once_and_notes_the_double() -> None:
    edge = Edge([{"type": "hello"}, {"type": "cast", "seq": 4}, {"type": "cast", "seq": 4}, {"type": "cast", "seq": 5}])
    async with edge.listening() as live:
        listener = await live.listen(listener_actor())
        await listener.hear(5)
        await listener.close()
    assert (sorted(listener.heard), listener.doubled) == ([4, 5], [4])
    assert edge.protocols == ["sangathan.v1"]


async def test_a_cut_connection_is_noticed() -> None:
    async with Edge([]).listening() as live:
        listener = await live.listen(listener_actor())
        assert await listener.be_cut() <= asyncio.get_running_loop().time() + 1
        await listener.close()
