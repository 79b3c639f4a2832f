"""What a newcomer's curl sees: problems, health, and no way round the ticket."""

import socket

import pytest

from tests.live.conftest import Edge, StartEdge


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/live", 426),
        ("GET", "/live/", 426),
        ("GET", "/live/events", 401),
        ("HEAD", "/live/events", 401),
        ("POST", "/live/events", 405),
        ("GET", "/live/presence?unit=in.", 401),
        ("GET", "/livez", 200),
        ("HEAD", "/livez", 200),
        ("GET", "/readyz", 200),
        ("GET", "/metrics", 200),
        ("OPTIONS", "/live/events", 204),
    ],
)
async def test_each_path_answers_as_documented(edge: Edge, method: str, path: str, status: int) -> None:
    assert (await edge.ask(method, path)).status_code == status


async def test_the_metrics_are_missing_for_whoever_comes_through_a_proxy(edge: Edge) -> None:
    assert (await edge.get("/metrics", headers={"x-forwarded-for": "192.0.2.1"})).status_code == 404


async def test_a_refusal_is_a_problem_in_the_callers_language(edge: Edge) -> None:
    reply = await edge.get("/live/events", headers={"accept-language": "hi-IN"})
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["title"] == "पहले साइन इन करें"


async def test_a_wrong_method_is_told_the_right_ones(edge: Edge) -> None:
    assert (await edge.ask("DELETE", "/live/events")).headers["allow"] == "GET, HEAD, OPTIONS"


async def test_a_large_body_is_answered_and_not_read(edge: Edge) -> None:
    assert (await edge.ask("POST", "/live/events", content=b"x" * 1_000_000)).status_code == 405


@pytest.mark.parametrize("after", ["abc", "-1", "1.5", "९", "9" * 5000, ""])
async def test_a_sequence_that_is_no_number_is_refused(edge: Edge, after: str) -> None:
    headers = {"authorization": f"Bearer {edge.ticket('in.')}"}
    reply = await edge.get("/live/events", params={"after": after}, headers=headers)
    assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, "#query/after")


@pytest.mark.parametrize(
    "head", [b"GET /livez HTTP/9\r\n\r\n", b"\x00\xff\r\n\r\n", b"GET /livez HTTP/1.1\r\nbad\r\n\r\n"]
)
def test_what_is_not_http_is_answered_400(edge: Edge, head: bytes) -> None:
    with socket.create_connection(("127.0.0.1", edge.port), timeout=5) as client:
        client.sendall(head)
        assert client.recv(12) == b"HTTP/1.1 400"


def test_a_head_without_end_is_answered_431(edge: Edge) -> None:
    with socket.create_connection(("127.0.0.1", edge.port), timeout=5) as client:
        client.sendall(b"GET /livez HTTP/1.1\r\nx: " + b"y" * 9000)
        assert client.recv(12) == b"HTTP/1.1 431"


async def test_beyond_its_room_the_edge_says_when_to_come_back(start_edge: StartEdge) -> None:
    edge = await start_edge(live_max_connections="1")
    async with edge.socket("in."):
        reply = await edge.get("/live/events", headers={"authorization": f"Bearer {edge.ticket('in.')}"})
        assert (reply.status_code, 1 <= int(reply.headers["retry-after"]) <= 10) == (503, True)


async def test_too_many_connects_at_once_are_put_off(start_edge: StartEdge) -> None:
    edge = await start_edge(live_connects_per_s="1")
    statuses = [(await edge.get("/live/events")).status_code for _ in range(4)]
    assert (statuses[0], statuses[-1]) == (401, 503)


async def test_a_page_of_an_origin_that_is_not_named_is_refused(start_edge: StartEdge) -> None:
    edge = await start_edge(live_origins="https://console.example")
    headers = {"authorization": f"Bearer {edge.ticket('in.')}", "origin": "https://elsewhere.example"}
    assert (await edge.get("/live/events", headers=headers)).status_code == 403


async def test_a_named_origin_may_read_the_answer(start_edge: StartEdge) -> None:
    edge = await start_edge(live_origins="https://console.example")
    reply = await edge.ask("OPTIONS", "/live/events", headers={"origin": "https://console.example"})
    assert reply.headers["access-control-allow-origin"] == "https://console.example"


async def test_presence_counts_within_the_operators_scope(edge: Edge) -> None:
    token = edge.ticket(act="live.presence", lo="in.zz.", hi="in.zz/")
    async with edge.socket("in.zz.d01."), edge.socket("in.zz.d02."):
        reply = await edge.get("/live/presence?unit=in.zz.", headers={"authorization": f"Bearer {token}"})
    assert reply.json()["listening"] == {"in.zz.": 2, "in.zz.d01.": 1, "in.zz.d02.": 1}


async def test_presence_outside_the_scope_is_not_there(edge: Edge) -> None:
    token = edge.ticket(act="live.presence", lo="in.zz.", hi="in.zz/")
    reply = await edge.get("/live/presence?unit=in.mp.", headers={"authorization": f"Bearer {token}"})
    assert reply.status_code == 404


async def test_the_logs_hold_no_ticket_and_no_address(start_edge: StartEdge) -> None:
    edge = await start_edge(log_level="INFO")
    async with edge.socket("in."):
        pass
    edge.process.terminate()
    output, _ = edge.process.communicate(timeout=20)
    assert b"ticket." not in output
    assert b"eyJ" not in output
