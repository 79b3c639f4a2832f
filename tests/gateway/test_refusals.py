"""Every refusal of the gateway's own is a problem document that says what would be accepted, in Hindi or English."""

import asyncio
import contextlib
import json
import re

import pytest

from tests.gateway.conftest import Make
from tests.gateway.test_passing import request
from tests.gateway.world import World


def problem_of(raw: bytes) -> tuple[int, dict[str, object]]:
    head, _, body = raw.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    return int(head[9:12]), json.loads(body)


POST = b"POST /v1/workers HTTP/1.1\r\nHost: g\r\n"
MALFORMED = {
    "no HTTP": b"hello\r\n\r\n",
    "unknown method": b"BREW /v1/me HTTP/1.1\r\nHost: g\r\n\r\n",
    "no host": b"GET /v1/me HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /v1/me HTTP/1.1\r\nHost: g\r\nHost: h\r\n\r\n",
    "NUL in the path": b"GET /v1/\x00 HTTP/1.1\r\nHost: g\r\n\r\n",
    "raw UTF-8 in the path": "GET /v1/र HTTP/1.1\r\nHost: g\r\n\r\n".encode(),
    "length and chunks": POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"POST /v1/workers HTTP/1.1\r\nHost: g\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "negative length": b"POST /v1/workers HTTP/1.1\r\nHost: g\r\nContent-Length: -3\r\n\r\n",
    "other coding": b"POST /v1/workers HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "smuggled coding": b"POST /v1/workers HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "space before the colon": b"GET /v1/me HTTP/1.1\r\nHost : g\r\n\r\n",
    "folded header": b"GET /v1/me HTTP/1.1\r\nHost: g\r\nX: a\r\n b\r\n\r\n",
    "bare line feeds": b"GET /v1/me HTTP/1.1\nHost: g\n\n",
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "CONNECT": b"CONNECT other:443 HTTP/1.1\r\nHost: other:443\r\n\r\n",
    "upgrade with a body": POST + b"Connection: upgrade\r\nUpgrade: h2c\r\nContent-Length: 3\r\n\r\nabc",
    "bent chunk": b"POST /v1/workers HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "dot segments": b"GET /v1/../x HTTP/1.1\r\nHost: g\r\n\r\n",
}


@pytest.mark.parametrize("raw", MALFORMED.values(), ids=MALFORMED.keys())
async def test_a_malformed_request_is_answered_and_reaches_nobody(world: World, raw: bytes) -> None:
    status, body = problem_of(await world.raw(raw.replace(b"Host: g\r\n", b"Host: g\r\nConnection: close\r\n", 1)))
    assert (status, body["type"]) == (400, "urn:sangathan:problem:malformed-input")
    assert world.registry.seen == []


async def test_a_chunk_that_breaks_off_reaches_nobody(world: World) -> None:
    got = await world.raw(
        request(world, "POST", "/v1/workers", "Transfer-Encoding: chunked", body=b"3\r\nabc\r\nzz\r\n")
    )
    assert (problem_of(got)[0], world.registry.seen) == (400, [])


async def test_nothing_behind_a_malformed_request_is_read(world: World) -> None:
    got = await world.raw(b"BREW / HTTP/1.1\r\n\r\n" + request(world, "GET", "/v1/workers"))
    assert (re.findall(rb"HTTP/1.1 (\d+)", got), world.registry.seen) == ([b"400"], [])


@pytest.mark.parametrize("lines", [["X-Big: " + "a" * 40_000], [f"X-{n}: {'a' * 500}" for n in range(100)]])
async def test_headers_that_are_too_large_are_refused(world: World, lines: list[str]) -> None:
    assert problem_of(await world.raw(request(world, "GET", "/v1/workers", *lines)))[0] == 431


async def test_headers_that_never_end_are_refused(world: World) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
    writer.write(b"GET /v1/me HTTP/1.1\r\n")
    for number in range(80):
        writer.write(f"X-{number}: {'a' * 500}\r\n".encode())
        await asyncio.sleep(0)
    assert problem_of(await reader.read(-1))[0] == 431
    writer.close()


async def test_a_body_that_says_it_is_too_large_is_refused_at_once(world: World) -> None:
    got = await world.raw(request(world, "POST", "/v1/workers", "Content-Length: 10000000"))
    status, body = problem_of(got)
    assert (status, body["detail"]) == (413, "At most 200000 bytes are accepted here.")


async def test_ten_megabytes_are_refused_so_that_the_caller_can_read_it(world: World) -> None:
    answered = await world.client.post("/v1/workers", headers=world.headers(), content=b"x" * 10_000_000)
    assert (answered.status_code, world.registry.seen) == (413, [])


async def test_a_body_in_chunks_is_refused_when_it_grows_too_large(world: World) -> None:
    chunk = b"4000\r\n" + b"x" * 0x4000 + b"\r\n"
    got = await world.raw(request(world, "POST", "/v1/workers", "Transfer-Encoding: chunked", body=chunk * 30))
    assert (problem_of(got)[0], world.registry.seen) == (413, [])


async def test_the_largest_body_allowed_passes(world: World) -> None:
    answered = await world.client.post("/v1/workers", headers=world.headers(), content=b"x" * 200_000)
    assert answered.status_code == 200


async def test_the_connection_goes_on_after_a_small_refusal(world: World) -> None:
    refused = b"POST /v1/workers HTTP/1.1\r\nHost: g\r\nContent-Length: 3\r\n\r\nabc"
    got = await world.raw(refused + request(world, "GET", "/v1/workers", "Connection: close"))
    assert re.findall(rb"HTTP/1.1 (\d+)", got) == [b"401", b"200"]


async def test_a_caller_who_expects_100_continue_is_refused_before_sending(world: World) -> None:
    head = b"POST /v1/workers HTTP/1.1\r\nHost: g\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
    assert problem_of(await world.raw(head))[0] == 401


@pytest.mark.parametrize("key", ["a b", "a" * 256, "ключ"])
async def test_an_idempotency_key_in_another_form_is_refused(world: World, key: str) -> None:
    headers = [*world.headers().items(), ("idempotency-key", key.encode())]
    answered = await world.client.post("/v1/workers", headers=headers)  # type: ignore[arg-type]
    assert (answered.status_code, world.registry.seen) == (400, [])


async def test_an_unknown_path_is_not_found(world: World) -> None:
    assert (await world.get("/v1/nothing")).status_code == 404


async def test_an_internal_route_of_identity_is_not_found(world: World) -> None:
    answered = await world.client.post("/v1/introspections", headers=world.headers(), json={})
    assert (answered.status_code, world.identity.seen) == (404, [])


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("DELETE", "/v1/workers", "GET, HEAD, OPTIONS, POST"),
        ("PUT", "/v1/workers", "GET, HEAD, OPTIONS, POST"),
        ("POST", "/v1/workers/7", "GET, HEAD, OPTIONS, PUT"),
        ("TRACE", "/v1/workers", "GET, HEAD, OPTIONS, POST"),
        ("POST", "/livez", "GET, HEAD, OPTIONS"),
        ("GET", "/v1/live-tickets", "OPTIONS, POST"),
        ("HEAD", "/v1/live-tickets", "OPTIONS, POST"),
    ],
)
async def test_a_wrong_method_lists_every_method_offered(world: World, method: str, path: str, allow: str) -> None:
    answered = await world.client.request(method, path)
    assert (answered.status_code, answered.headers["allow"]) == (405, allow)


@pytest.mark.parametrize(
    ("path", "allow"), [("/v1/workers", "GET, HEAD, OPTIONS, POST"), ("/livez", "GET, HEAD, OPTIONS")]
)
async def test_options_lists_every_method_offered(world: World, path: str, allow: str) -> None:
    answered = await world.client.options(path)
    assert (answered.status_code, answered.headers["allow"], answered.content) == (204, allow, b"")


async def test_options_of_everything_is_answered(world: World) -> None:
    got = await world.raw(b"OPTIONS * HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n")
    assert got.startswith(b"HTTP/1.1 204")


@pytest.mark.parametrize(
    ("accepted", "title"),
    [
        ("hi", "पहले साइन इन करें"),
        ("hi-IN,hi;q=0.9,en;q=0.8", "पहले साइन इन करें"),
        ("en;q=0.5, hi;q=0.7", "पहले साइन इन करें"),
        ("en,hi;q=0.5", "Sign in first"),
        ("hi;q=0", "Sign in first"),
        ("fr", "Sign in first"),
        ("", "Sign in first"),
        ("hi;q=much", "Sign in first"),
    ],
)
async def test_a_problem_is_titled_in_the_callers_language(world: World, accepted: str, title: str) -> None:
    answered = await world.client.get("/v1/me", headers={"accept-language": accepted})
    assert answered.json()["title"] == title


async def test_a_problem_names_its_trace(world: World) -> None:
    answered = await world.client.get("/v1/me", headers={"traceparent": f"00-{'c' * 32}-{'d' * 16}-00"})
    assert answered.json()["trace_id"] == "c" * 32


async def test_a_problem_is_kept_by_nobody(world: World) -> None:
    assert (await world.client.get("/v1/me")).headers["cache-control"] == "private, no-store"


async def test_a_burst_of_one_caller_is_told_to_wait(make_world: Make) -> None:
    world = await make_world(rates={"standard": {"burst": 3, "per_s": 0.5}})
    answers = [await world.get("/v1/workers") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert (answers[3].headers["retry-after"], len(world.registry.seen)) == ("2", 3)


async def test_a_callers_rate_holds_over_all_their_sessions(make_world: Make) -> None:
    world = await make_world(rates={"standard": {"burst": 2, "per_s": 0.5}})
    answers = [
        await world.client.get("/v1/me", headers={"authorization": f"Bearer {world.token(sid=f's{number}')}"})
        for number in range(3)
    ]
    assert [one.status_code for one in answers] == [200, 200, 429]


async def test_other_callers_go_on(make_world: Make) -> None:
    world = await make_world(rates={"standard": {"burst": 1, "per_s": 0.5}})
    answers = [await world.get("/v1/me", person) for person in ("president", "president", "state-holder")]
    assert [one.status_code for one in answers] == [200, 429, 200]


async def test_the_rate_is_said_on_every_answer(make_world: Make) -> None:
    world = await make_world(rates={"standard": {"burst": 3, "per_s": 0.5}})
    headers = (await world.get("/v1/workers")).headers
    assert (headers["ratelimit-policy"], headers["ratelimit"]) == ('"standard";q=3;w=6', '"standard";r=2;t=2')


async def test_a_route_with_a_rate_of_its_own_has_buckets_of_its_own(make_world: Make) -> None:
    world = await make_world(rates={"ask": {"burst": 1, "per_s": 0.5}}, routes={"GET /v1/workers": {"rate": "ask"}})
    answers = [await world.get(path) for path in ("/v1/workers", "/v1/workers", "/v1/me")]
    assert [one.status_code for one in answers] == [200, 429, 200]


async def test_a_flood_of_bad_tokens_is_stopped_by_its_address(make_world: Make) -> None:
    world = await make_world(rates={"address": {"burst": 2, "per_s": 0.5}})
    headers = [{"authorization": f"Bearer a.b.{number}"} for number in range(3)]
    answers = [await world.client.get("/v1/me", headers=one) for one in headers]
    assert [one.status_code for one in answers] == [401, 401, 429]


async def test_a_public_route_is_limited_by_address(make_world: Make) -> None:
    world = await make_world(rates={"standard": {"burst": 2, "per_s": 0.5}})
    answers = [await world.client.get("/v1/jwks") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]


async def test_a_caller_who_sends_no_body_is_let_go(make_world: Make) -> None:
    world = await make_world()
    reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
    writer.write(request(world, "POST", "/v1/workers", "Content-Length: 4"))
    await asyncio.sleep(0.05)
    next(iter(world.core.lines)).deadline = 0.0
    assert problem_of(await reader.read(-1))[0] == 408
    writer.close()


async def test_a_caller_who_sends_no_head_is_let_go(make_world: Make) -> None:
    world = await make_world()
    reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
    writer.write(b"GET /v1/me HT")
    await asyncio.sleep(0.05)
    next(iter(world.core.lines)).deadline = 0.0
    with contextlib.suppress(ConnectionResetError):
        assert await reader.read(-1) == b""
    writer.close()


async def test_more_callers_than_allowed_are_told_to_come_back(make_world: Make) -> None:
    from sangathan_gateway.core import Doors  # noqa: PLC0415 - only here.

    world = await make_world()
    world.core.doors = Doors(most_lines=0)
    assert problem_of(await world.raw(b""))[0] == 503
