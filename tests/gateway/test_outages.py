"""A service that is down takes nobody else down, comes back by itself, and nothing is done twice meanwhile."""

import asyncio
import time

import pytest

from tests.gateway.conftest import Make
from tests.gateway.upstream import Seen, answer
from tests.gateway.world import World

Stream = asyncio.StreamReader
Out = asyncio.StreamWriter


async def test_a_service_that_is_down_is_said_to_be_and_when_to_come_back(world: World) -> None:
    await world.registry.stop()
    answered = await world.get("/v1/workers")
    assert (answered.status_code, answered.json()["detail"]) == (503, "registry does not answer.")
    assert int(answered.headers["retry-after"]) >= 1


async def test_the_other_services_go_on_answering(world: World) -> None:
    await world.registry.stop()
    for _ in range(10):
        await world.get("/v1/workers")
    assert (await world.get("/v1/me")).status_code == 200


async def test_a_service_that_is_back_is_found_within_seconds(world: World) -> None:
    await world.registry.stop()
    for _ in range(20):
        await world.get("/v1/workers")
    await world.registry.start()
    until = time.monotonic() + 20
    while (await world.get("/v1/workers")).status_code != 200:
        assert time.monotonic() < until
        await asyncio.sleep(0.05)


async def test_a_service_that_is_down_is_not_asked_for_every_request(world: World) -> None:
    async def slam(_reader: Stream, writer: Out, _seen: Seen) -> None:
        writer.transport.abort()

    world.registry.behaviours["/v1/workers"] = slam
    for _ in range(40):
        await world.client.post("/v1/workers", headers=world.headers())
    assert len(world.registry.seen) < 10


class Flaky:
    """Drops the connection the given number of times, each time after having read the request."""

    def __init__(self, times: int) -> None:
        self.left = times
        self.asked = 0

    async def __call__(self, _reader: Stream, writer: Out, _seen: Seen) -> None:
        self.asked += 1
        if self.left:
            self.left -= 1
            writer.transport.abort()
        else:
            writer.write(answer("200 OK", b"ok"))


@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/workers"), ("PUT", "/v1/workers/7")])
async def test_what_may_be_done_twice_is_asked_again_once(world: World, method: str, path: str) -> None:
    world.registry.behaviours[path] = flaky = Flaky(1)
    answered = await world.client.request(
        method, path, headers=world.headers(), content=b"{}" if method == "PUT" else b""
    )
    assert (answered.status_code, flaky.asked) == (200, 2)


async def test_what_may_be_done_twice_is_not_asked_for_ever(world: World) -> None:
    world.registry.behaviours["/v1/workers"] = flaky = Flaky(9)
    answered = await world.get("/v1/workers")
    assert (answered.status_code, flaky.asked) == (503, 2)


async def test_what_must_not_be_done_twice_is_not_asked_again(world: World) -> None:
    world.registry.behaviours["/v1/workers"] = flaky = Flaky(1)
    answered = await world.client.post("/v1/workers", headers=world.headers(), content=b"{}")
    assert (answered.status_code, flaky.asked) == (503, 1)


async def test_a_connection_that_grew_stale_in_the_pool_is_replaced_unnoticed(world: World) -> None:
    await world.get("/v1/workers")
    await world.registry.stop()
    await world.registry.start()
    assert (await world.get("/v1/workers")).status_code == 200


async def test_at_most_a_share_of_requests_is_asked_again(world: World) -> None:
    world.registry.behaviours["/v1/workers"] = flaky = Flaky(10_000)
    world.core.upstreams["registry"].breaker.failed = lambda now: None  # type: ignore[method-assign]  # noqa: ARG005
    for _ in range(60):
        await world.get("/v1/workers")
    assert flaky.asked <= 60 + 10 + 6


async def test_no_answer_in_time_is_said_and_not_asked_again(make_world: Make) -> None:
    world = await make_world(routes={"GET /v1/workers": {"timeout_s": 0.2}})

    async def silent(_reader: Stream, _writer: Out, _seen: Seen) -> None:
        await asyncio.Event().wait()

    world.registry.behaviours["/v1/workers"] = silent
    answered = await world.get("/v1/workers")
    assert (answered.status_code, len(world.registry.seen)) == (504, 1)


async def test_an_answer_that_breaks_off_is_not_passed_for_whole(world: World) -> None:
    import httpx  # noqa: PLC0415 - only here.

    async def broken(_reader: Stream, writer: Out, _seen: Seen) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nabc")
        await writer.drain()
        await asyncio.sleep(0.05)
        writer.transport.abort()

    world.registry.behaviours["/v1/workers"] = broken
    with pytest.raises(httpx.TransportError):
        await world.get("/v1/workers")


async def test_an_answer_that_is_no_http_is_said_to_be_none(world: World) -> None:
    world.registry.on("/v1/workers", b"hello, I am not HTTP\r\n\r\n")
    assert (await world.get("/v1/workers")).status_code == 503


async def test_bytes_that_nobody_asked_for_do_not_answer_the_next(world: World) -> None:
    async def twice(_reader: Stream, writer: Out, _seen: Seen) -> None:
        writer.write(answer("200 OK", b"first"))
        await writer.drain()
        await asyncio.sleep(0.02)
        writer.write(answer("200 OK", b"somebody else's"))

    world.registry.behaviours["/v1/workers/a"] = twice
    await world.get("/v1/workers/a")
    await asyncio.sleep(0.1)
    assert (await world.get("/v1/workers")).content == b'{"items":[]}'


async def test_a_service_that_answers_before_the_body_is_there_is_heard(world: World) -> None:
    async def early(reader: Stream, writer: Out) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer("413 Too Large", b"no", "connection: close"))
        await writer.drain()
        await asyncio.sleep(0.2)
        writer.close()

    await world.registry.stop()
    server = await asyncio.start_server(early, "127.0.0.1", world.registry.port)
    answered = await world.client.post("/v1/workers", headers=world.headers(), content=b"x" * 190_000)
    server.close()
    assert (answered.status_code, answered.content) == (413, b"no")


async def test_idle_connections_are_closed_from_this_side(world: World) -> None:
    await world.get("/v1/workers")
    upstream = world.core.upstreams["registry"]
    for connection in upstream._all:
        connection.deadline = 0.0
    upstream.sweep()
    await asyncio.sleep(0.05)
    assert upstream._all == set()
