"""Headers that a connection says again are read once; what they mean is asked anew, and nothing hides behind them."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from sangathan_gateway.line import Line
from tests.gateway.world import World, the_id


class Talk:
    """One kept connection: a request in one piece, then its answer."""

    def __init__(self, world: World, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._world = world
        self._reader = reader
        self._writer = writer

    def request(self, target: str, *lines: str, method: str = "GET") -> bytes:
        head = [f"{method} {target} HTTP/1.1", "Host: gateway", f"Authorization: Bearer {self._world.token()}", *lines]
        return "\r\n".join(head).encode() + b"\r\n\r\n"

    async def say(self, data: bytes, answers: int = 1) -> list[int]:
        """Sends bytes at once and gives the statuses of so many answers."""
        self._writer.write(data)
        statuses = []
        async with asyncio.timeout(10):
            for _ in range(answers):
                head = await self._reader.readuntil(b"\r\n\r\n")
                length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if b"content-length" in line)
                await self._reader.readexactly(length)
                statuses.append(int(head.split(b" ")[1]))
        return statuses

    def line(self) -> Line:
        (line,) = self._world.core.lines
        return line


@asynccontextmanager
async def talk(world: World) -> AsyncIterator[Talk]:
    reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
    yield Talk(world, reader, writer)
    writer.close()


def headers_seen(world: World) -> list[dict[str, str]]:
    """What arrived, without what differs in every request."""
    own = {"sangathan-assertion", "sangathan-request-id", "traceparent"}
    return [{name: value for name, value in seen.headers.items() if name not in own} for seen in world.registry.seen]


async def test_a_request_said_again_is_not_parsed_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async with talk(world) as talking:
        await talking.say(talking.request("/v1/workers", "X-App: phone"))
        monkeypatch.delattr(Line, "_parse")
        assert await talking.say(talking.request("/v1/workers?limit=7", "X-App: phone")) == [200]


async def test_it_arrives_with_its_own_target_and_the_same_headers(world: World) -> None:
    async with talk(world) as talking:
        for target in ("/v1/workers", "/v1/workers?limit=7", "/v1/workers/a"):
            await talking.say(talking.request(target, "X-App: phone", "Accept-Language: hi"))
    assert [seen.target for seen in world.registry.seen] == ["/v1/workers", "/v1/workers?limit=7", "/v1/workers/a"]
    first, *others = headers_seen(world)
    assert (first["x-app"], first["accept-language"]) == ("phone", "hi")
    assert others == [first, first]


async def test_its_assertion_is_bound_to_its_own_path_and_has_its_own_id(world: World) -> None:
    async with talk(world) as talking:
        await talking.say(talking.request("/v1/workers"))
        await talking.say(talking.request("/v1/workers/a"))
    first, second = world.claims(at=0), world.claims(at=1)
    assert (first.p, second.p) == ("/v1/workers", "/v1/workers/a")
    assert first.rid != second.rid


async def test_other_headers_are_read_anew(world: World) -> None:
    async with talk(world) as talking:
        for app in ("a", "b", "a"):
            await talking.say(talking.request("/v1/workers", f"X-App: {app}"))
    assert [headers["x-app"] for headers in headers_seen(world)] == ["a", "b", "a"]


async def test_a_session_that_ends_between_two_of_them_is_refused(world: World) -> None:
    async with talk(world) as talking:
        before = await talking.say(talking.request("/v1/workers"))
        world.parts.revocations.end_session(the_id("session of president"), time.time())
        assert (before, await talking.say(talking.request("/v1/workers"))) == ([200], [401])


async def test_another_target_is_routed_and_refused_by_itself(world: World) -> None:
    async with talk(world) as talking:
        targets = ("/v1/workers", "/v1/nothing", "/v1/workers/../me", "/v1/workers")
        statuses = [(await talking.say(talking.request(target)))[0] for target in targets]
    assert statuses == [200, 404, 400, 200]


async def test_two_requests_in_one_piece_are_both_answered(world: World) -> None:
    async with talk(world) as talking:
        await talking.say(talking.request("/v1/workers"))
        both = talking.request("/v1/workers?limit=1") + talking.request("/v1/workers?limit=2")
        assert await talking.say(both, answers=2) == [200, 200]
    assert [seen.target for seen in world.registry.seen[1:]] == ["/v1/workers?limit=1", "/v1/workers?limit=2"]


async def test_a_request_in_pieces_follows_one_that_was_known(world: World) -> None:
    async with talk(world) as talking:
        for _ in range(2):
            await talking.say(talking.request("/v1/workers"))
        whole = talking.request("/v1/workers?limit=3")
        for piece in (whole[:9], whole[9:40], whole[40:-2]):
            talking._writer.write(piece)
            await asyncio.sleep(0.01)
        assert await talking.say(whole[-2:]) == [200]
    assert world.registry.seen[-1].target == "/v1/workers?limit=3"


@pytest.mark.parametrize(
    ("method", "line"),
    [("POST", "Content-Length: 0"), ("GET", "Expect: 100-continue"), ("GET", "Transfer-Encoding: chunked")],
)
async def test_what_may_have_a_body_is_not_remembered(world: World, method: str, line: str) -> None:
    async with talk(world) as talking:
        talking._writer.write(talking.request("/v1/workers", line, method=method))
        await asyncio.sleep(0.05)
        assert talking.line()._familiar is None


async def test_an_appointment_that_ends_takes_its_rights_with_it(world: World) -> None:
    async with talk(world) as talking:
        before = await talking.say(talking.request("/v1/workers"))
        world.parts.hierarchy._by_person[the_id("president")] = ()
        assert (before, await talking.say(talking.request("/v1/workers"))) == ([200], [403])
