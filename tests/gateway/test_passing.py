"""Bytes go through unchanged, both ways, and what must not go through does not."""

import asyncio
import contextlib
import gzip
import re
from collections.abc import AsyncIterator

import pytest

from sangathan_chassis.networks import networks_in
from sangathan_gateway.core import Doors
from tests.gateway.conftest import Make
from tests.gateway.upstream import Seen, answer
from tests.gateway.world import World


def request(world: World, method: str, path: str, *lines: str, body: bytes = b"", version: str = "1.1") -> bytes:
    """A request of a signed-in person as bytes."""
    head = [f"{method} {path} HTTP/{version}", "Host: gateway", f"Authorization: Bearer {world.token()}", *lines]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


async def test_an_answer_comes_back_byte_for_byte(world: World) -> None:
    packed = gzip.compress(b"\x00\xff" * 50_000)
    world.registry.on("/v1/workers", answer("200 OK", packed, "content-type: application/x", "content-encoding: gzip"))
    async with world.client.stream("GET", "/v1/workers", headers=world.headers()) as answered:
        raw = b"".join([piece async for piece in answered.aiter_raw()])
    assert raw == packed


async def test_status_and_headers_come_back(world: World) -> None:
    world.registry.on("/v1/workers", answer("201 Created", b"{}", 'etag: "7"', "location: /v1/workers/7", "x-own: a"))
    answered = await world.get("/v1/workers")
    assert answered.status_code == 201
    assert [answered.headers[name] for name in ("etag", "location", "x-own")] == ['"7"', "/v1/workers/7", "a"]


async def test_two_headers_of_one_name_both_come_back(world: World) -> None:
    world.registry.on("/v1/workers", answer("200 OK", b"", "set-cookie: a=1", "set-cookie: b=2"))
    assert (await world.get("/v1/workers")).headers.get_list("set-cookie") == ["a=1", "b=2"]


async def test_method_path_query_and_body_arrive_as_they_were_sent(world: World) -> None:
    await world.client.put("/v1/workers/a%20b?x=%E0%A4%B0&y=", headers=world.headers(), content=b"\x00\xff{}")
    seen = world.registry.seen[0]
    assert (seen.method, seen.target, seen.body) == ("PUT", "/v1/workers/a%20b?x=%E0%A4%B0&y=", b"\x00\xff{}")


async def test_bad_json_is_the_services_business(world: World) -> None:
    await world.client.post("/v1/workers", headers=world.headers(), content=b"{bad")
    assert world.registry.seen[0].body == b"{bad"


async def test_the_callers_own_headers_arrive(world: World) -> None:
    await world.get("/v1/workers", **{"if-none-match": '"7"', "accept-language": "hi", "x-app": "phone"})
    headers = world.registry.seen[0].headers
    assert [headers[name] for name in ("if-none-match", "accept-language", "x-app")] == ['"7"', "hi", "phone"]


async def test_an_idempotency_key_arrives(world: World) -> None:
    await world.client.post("/v1/workers", headers=world.headers(**{"idempotency-key": "k-1"}))
    assert world.registry.seen[0].headers["idempotency-key"] == "k-1"


FORGED = {
    "sangathan-assertion": "forged",
    "Sangathan-Request-Id": "forged",
    "SANGATHAN-ANYTHING": "forged",
    "sangathan_assertion": "forged",
    "x-forwarded-for": "9.9.9.9",
    "x-forwarded-proto": "https",
    "x-real-ip": "9.9.9.9",
    "forwarded": "for=9.9.9.9",
    "te": "trailers",
    "proxy-authorization": "Basic x",
    "keep-alive": "timeout=9",
}


@pytest.mark.parametrize(("name", "value"), FORGED.items(), ids=FORGED.keys())
async def test_a_header_that_only_the_gateway_may_say_never_arrives(world: World, name: str, value: str) -> None:
    await world.get("/v1/workers", **{name: value})
    assert value not in world.registry.seen[0].headers.values()


async def test_the_access_token_stays_at_the_gateway(world: World) -> None:
    await world.get("/v1/workers")
    assert "authorization" not in world.registry.seen[0].headers


async def test_a_header_named_by_connection_stays_at_the_gateway(world: World) -> None:
    await world.raw(request(world, "GET", "/v1/workers", "Connection: close, X-Hop", "X-Hop: 1", "X-Stays: 2"))
    headers = world.registry.seen[0].headers
    assert ("x-hop" in headers, headers["x-stays"]) == (False, "2")


async def test_a_service_learns_request_id_trace_address_and_time_left(world: World) -> None:
    await world.get("/v1/workers", traceparent="00-" + "a" * 32 + "-" + "b" * 16 + "-01")
    headers = world.registry.seen[0].headers
    assert re.fullmatch(r"00-a{32}-(?!b{16})[0-9a-f]{16}-00", headers["traceparent"])
    assert (headers["x-forwarded-for"], headers["sangathan-timeout-ms"]) == ("127.0.0.1", "8000")
    assert headers["sangathan-request-id"] == world.claims().rid


async def test_the_caller_learns_the_same_request_id(world: World) -> None:
    answered = await world.get("/v1/workers")
    assert answered.headers["sangathan-request-id"] == world.registry.seen[0].headers["sangathan-request-id"]


async def test_request_ids_differ(world: World) -> None:
    ids = {(await world.get("/v1/workers")).headers["sangathan-request-id"] for _ in range(5)}
    assert len(ids) == 5


async def test_a_services_internal_headers_stay_at_the_gateway(world: World) -> None:
    world.registry.on("/v1/workers", answer("200 OK", b"", "sangathan-inner: 1", "server: x", "keep-alive: timeout=5"))
    headers = (await world.get("/v1/workers")).headers
    assert not {"sangathan-inner", "server", "keep-alive"} & set(headers)


async def test_every_answer_is_safe_for_a_browser_and_kept_by_nobody(world: World) -> None:
    headers = (await world.get("/v1/workers")).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["cache-control"] == "private, no-store"
    assert "date" in headers


async def test_what_the_service_says_of_caching_stands(world: World) -> None:
    world.registry.on("/v1/workers", answer("200 OK", b"", "cache-control: max-age=60"))
    assert (await world.get("/v1/workers")).headers.get_list("cache-control") == ["max-age=60"]


async def test_head_gives_the_headers_of_get_without_the_body(world: World) -> None:
    answered = await world.client.head("/v1/workers", headers=world.headers())
    assert (answered.status_code, answered.headers["content-length"], answered.content) == (200, "12", b"")
    assert world.claims().m == world.registry.seen[0].method == "GET"


@pytest.mark.parametrize("path", ["/v1/workers", "/livez", "/v1/nothing"])
async def test_head_ends_with_its_headers(world: World, path: str) -> None:
    got = await world.raw(request(world, "HEAD", path, "Connection: close"))
    assert (got.endswith(b"\r\n\r\n"), got.count(b"\r\n\r\n")) == (True, 1)


async def test_after_head_the_connection_goes_on(world: World) -> None:
    both = request(world, "HEAD", "/v1/workers") + request(world, "GET", "/v1/workers", "Connection: close")
    assert (await world.raw(both)).count(b"HTTP/1.1 200 OK") == 2


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


async def test_an_answer_in_chunks_comes_back_whole(world: World) -> None:
    world.registry.on("/v1/workers", CHUNKED + b"3\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n")
    answers = [(await world.get("/v1/workers")).content for _ in range(2)]
    assert answers == [b"abcde", b"abcde"]
    assert world.registry.connections == 1


async def test_an_answer_in_chunks_to_http_1_0_ends_with_the_connection(world: World) -> None:
    world.registry.on("/v1/workers", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
    got = await world.raw(request(world, "GET", "/v1/workers", version="1.0"))
    head, _, body = got.partition(b"\r\n\r\n")
    assert (b"transfer-encoding" in head, body) == (False, b"abc")


async def test_an_answer_that_ends_with_its_connection_comes_back_whole(world: World) -> None:
    async def until_closed(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _seen: Seen) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nabc")
        await writer.drain()
        await asyncio.sleep(0.02)
        writer.write(b"def")
        writer.close()

    world.registry.behaviours["/v1/workers"] = until_closed
    assert (await world.get("/v1/workers")).content == b"abcdef"


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
async def test_an_answer_without_a_body_does_not_wait_for_one(world: World, status: str) -> None:
    world.registry.on("/v1/workers", f"HTTP/1.1 {status}\r\n\r\n".encode())
    answers = [await world.get("/v1/workers") for _ in range(2)]
    assert [str(one.status_code) for one in answers] == [status[:3]] * 2
    assert world.registry.connections == 1


async def test_interim_answers_are_passed_over(world: World) -> None:
    world.registry.on(
        "/v1/workers", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + answer("200 OK", b"ok")
    )
    answered = await world.get("/v1/workers")
    assert (answered.status_code, answered.content, "link" in answered.headers) == (200, b"ok", False)


async def pieces(count: int) -> AsyncIterator[bytes]:
    for number in range(count):
        yield bytes([number % 256]) * 1000
        await asyncio.sleep(0)


@pytest.mark.parametrize("count", [1, 150])
async def test_a_body_in_chunks_arrives_whole(world: World, count: int) -> None:
    await world.client.post("/v1/workers", headers=world.headers(), content=pieces(count))
    assert world.registry.seen[0].body == b"".join([piece async for piece in pieces(count)])


async def test_a_small_body_in_chunks_arrives_with_its_length(world: World) -> None:
    await world.client.post("/v1/workers", headers=world.headers(), content=pieces(2))
    assert world.registry.seen[0].headers["content-length"] == "2000"


async def test_a_large_body_streams(world: World) -> None:
    await world.client.post("/v1/workers", headers=world.headers(), content=b"x" * 150_000)
    assert (len(world.registry.seen[0].body), world.registry.seen[0].headers["content-length"]) == (150_000, "150000")


async def test_a_slow_small_body_holds_no_connection_of_the_service(world: World) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
    writer.write(request(world, "POST", "/v1/workers", "Content-Length: 4", "Connection: close", body=b"ab"))
    await asyncio.sleep(0.05)
    before = world.registry.connections
    writer.write(b"cd")
    got = await reader.read(-1)
    writer.close()
    assert (before, got[:15], world.registry.seen[0].body) == (0, b"HTTP/1.1 200 OK", b"abcd")


async def test_a_large_answer_to_a_slow_reader_arrives_whole(world: World) -> None:
    body = bytes(range(256)) * 40_000
    world.registry.on("/v1/workers", answer("200 OK", body))
    reader, writer = await asyncio.open_connection("127.0.0.1", world.port, limit=1024)
    writer.write(request(world, "GET", "/v1/workers", "Connection: close"))
    await asyncio.sleep(0.2)
    got = await reader.read(-1)
    writer.close()
    assert got.endswith(body)


async def test_a_service_waits_for_a_slow_reader(world: World) -> None:
    sent = 0

    async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _seen: Seen) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000000\r\n\r\n")
        while sent < 100:
            writer.write(bytes(1_000_000))
            sent += 1
            await writer.drain()

    world.registry.behaviours["/v1/workers"] = endless
    _, writer = await asyncio.open_connection("127.0.0.1", world.port, limit=1024)
    writer.write(request(world, "GET", "/v1/workers"))
    await asyncio.sleep(0.5)
    writer.close()
    assert 0 < sent < 50


async def test_a_caller_who_expects_100_continue_gets_it_and_then_the_answer(world: World) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
    writer.write(
        request(world, "POST", "/v1/workers", "Content-Length: 2", "Expect: 100-continue", "Connection: close")
    )
    first = await reader.readuntil(b"\r\n\r\n")
    writer.write(b"{}")
    rest = await reader.read(-1)
    writer.close()
    assert (first, rest[:12]) == (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 200")


async def test_requests_sent_ahead_are_answered_in_their_order(world: World) -> None:
    for name in ("a", "b", "c"):
        world.registry.on(f"/v1/workers/{name}", answer("200 OK", name.encode() * 3))
    ahead = b"".join(request(world, "GET", f"/v1/workers/{name}") for name in ("a", "b"))
    got = await world.raw(ahead + request(world, "GET", "/v1/workers/c", "Connection: close"))
    assert re.findall(rb"\r\n\r\n(a+|b+|c+)", got) == [b"aaa", b"bbb", b"ccc"]


async def test_bodies_sent_ahead_go_to_their_own_requests(world: World) -> None:
    ahead = b"".join(
        request(world, "POST", "/v1/workers", "Content-Length: 3", *more, body=body)
        for body, more in ((b"one", ()), (b"two", ("Connection: close",)))
    )
    await world.raw(ahead)
    assert [seen.body for seen in world.registry.seen] == [b"one", b"two"]


async def test_connections_to_a_service_are_used_again(world: World) -> None:
    for _ in range(5):
        await world.get("/v1/workers")
    assert world.registry.connections == 1


async def test_a_service_that_closes_after_its_answer_is_connected_to_again(world: World) -> None:
    async def once(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _seen: Seen) -> None:
        writer.write(answer("200 OK", b"ok", "connection: close"))
        writer.close()

    world.registry.behaviours["/v1/workers"] = once
    answers = [(await world.get("/v1/workers")).status_code for _ in range(3)]
    assert (answers, world.registry.connections) == ([200, 200, 200], 3)


async def test_a_connection_that_the_service_calls_its_last_is_not_used_again(world: World) -> None:
    world.registry.on("/v1/workers", answer("200 OK", b"ok", "connection: close"))
    answers = [(await world.get("/v1/workers")).status_code for _ in range(2)]
    assert (answers, world.registry.connections) == ([200, 200], 2)


async def test_a_service_learns_that_the_caller_has_left(world: World) -> None:
    learned = asyncio.Event()

    async def wait(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter, _seen: Seen) -> None:
        with contextlib.suppress(ConnectionError):
            await reader.read(1)
        learned.set()

    world.registry.behaviours["/v1/workers"] = wait
    _, writer = await asyncio.open_connection("127.0.0.1", world.port)
    writer.write(request(world, "GET", "/v1/workers"))
    await asyncio.sleep(0.05)
    writer.close()
    async with asyncio.timeout(4):
        await learned.wait()


async def test_connections_to_a_service_are_bounded_and_nobody_is_forgotten(world: World) -> None:
    async def slow(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _seen: Seen) -> None:
        await asyncio.sleep(0.02)
        writer.write(answer("200 OK", b"ok"))

    world.registry.behaviours["/v1/workers"] = slow
    answers = await asyncio.gather(*(world.get("/v1/workers") for _ in range(40)))
    assert {one.status_code for one in answers} == {200}
    assert world.registry.connections <= 8


async def test_an_answer_meant_for_one_who_left_goes_to_nobody(world: World) -> None:
    async def slow(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: Seen) -> None:
        await asyncio.sleep(0.1)
        writer.write(answer("200 OK", seen.target.encode()))

    world.registry.behaviours["/v1/workers/left"] = slow
    _, writer = await asyncio.open_connection("127.0.0.1", world.port)
    writer.write(request(world, "GET", "/v1/workers/left"))
    await asyncio.sleep(0.05)
    writer.close()
    await asyncio.sleep(0.02)
    assert (await world.get("/v1/workers")).content == b'{"items":[]}'


async def test_an_offer_to_upgrade_is_passed_over(world: World) -> None:
    got = await world.raw(request(world, "GET", "/v1/workers", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c"))
    assert got.startswith(b"HTTP/1.1 200 OK")
    assert "upgrade" not in world.registry.seen[0].headers


async def test_a_trusted_proxy_says_whom_it_speaks_for(world: World) -> None:
    world.core.doors = Doors(networks_in("127.0.0.0/8"))
    await world.get("/v1/workers", **{"x-forwarded-for": "6.6.6.6, 7.7.7.7, 127.0.0.2"})
    assert world.registry.seen[0].headers["x-forwarded-for"] == "7.7.7.7"


async def test_a_household_with_many_addresses_is_limited_as_one(make_world: Make) -> None:
    world = await make_world(rates={"standard": {"burst": 2, "per_s": 0.5}})
    world.core.doors = Doors(networks_in("127.0.0.0/8"))
    addresses = ("2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:2:3::4", "2001:db8:1:3::1")
    answers = [await world.client.get("/v1/jwks", headers={"x-forwarded-for": one}) for one in addresses]
    assert [one.status_code for one in answers] == [200, 200, 429, 200]


async def test_a_closing_gateway_finishes_what_is_under_way(make_world: Make) -> None:
    world = await make_world()

    async def slow(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _seen: Seen) -> None:
        await asyncio.sleep(0.2)
        writer.write(answer("200 OK", b"done"))

    world.registry.behaviours["/v1/workers"] = slow
    asked = asyncio.create_task(world.get("/v1/workers"))
    await asyncio.sleep(0.05)
    await world.core.drain()
    answered = await asked
    assert (answered.content, answered.headers["connection"]) == (b"done", "close")
