"""Casts reach whoever is at the unit or below, and nobody else, over both transports."""

import asyncio
import json

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.live.conftest import PATIENCE_S, Broker, Edge, StartEdge


async def test_a_cast_to_a_district_reaches_its_booth_and_not_the_next_district(edge: Edge, broker: Broker) -> None:
    async with edge.socket("in.mp.d07.v033.m02.b0171.") as inside, edge.socket("in.mp.d08.") as outside:
        seq = await broker.say("in.mp.d07.")
        last = await broker.say("in.mp.")
        assert (await inside.seqs(2), await outside.seqs(1)) == ([seq, last], [last])


async def test_a_cast_reaches_nobody_above_its_unit(edge: Edge, broker: Broker) -> None:
    async with edge.socket("in.mp.d07.") as above:
        await broker.say("in.mp.d07.v033.")
        last = await broker.say("in.mp.d07.")
        assert await above.seqs(1) == [last]


async def test_a_prefix_twin_hears_nothing(edge: Edge, broker: Broker) -> None:
    async with edge.socket("in.mp.d070.") as twin:
        await broker.say("in.mp.d07.")
        last = await broker.say("in.mp.d070.")
        assert await twin.seqs(1) == [last]


async def test_who_holds_two_offices_hears_a_common_cast_once(edge: Edge, broker: Broker) -> None:
    async with edge.socket("in.mp.d07.", "in.mp.d08.") as listener:
        seq, last = await broker.say("in.mp."), await broker.say("in.mp.d08.")
        assert await listener.seqs(2) == [seq, last]


async def test_a_cast_says_it_in_both_languages(edge: Edge, broker: Broker) -> None:
    async with edge.socket("in.mp.") as listener:
        await broker.say("in.mp.", body="Listen")
        message = await listener.next()
        assert (message["type"], message["title_hi"], message["body_en"]) == ("cast", "सभा", "Listen")


async def test_the_edge_chooses_its_own_subprotocol_and_never_repeats_the_ticket(edge: Edge) -> None:
    async with edge.socket("in.mp.") as listener:
        assert listener.socket.subprotocol == "sangathan.v1"


async def test_a_stream_carries_the_same_cast(edge: Edge, broker: Broker) -> None:
    lines = await _read_stream(edge, broker, "in.mp.d07.")
    seq = broker.said
    assert lines[-3:-1] == [f"id: {seq}", "event: cast"]
    assert json.loads(lines[-1].removeprefix("data: "))["seq"] == seq


async def _read_stream(edge: Edge, broker: Broker, path: str) -> list[str]:
    headers = {"authorization": f"Bearer {edge.ticket(path)}"}
    lines: list[str] = []
    async with (
        asyncio.timeout(PATIENCE_S),
        httpx.AsyncClient() as client,
        client.stream("GET", f"{edge.url}/live/events", headers=headers) as reply,
    ):
        async for line in reply.aiter_lines():
            if line.startswith("event: hello"):
                await broker.say(path)
            lines.append(line)
            if line.startswith("data: ") and '"cast"' in line:
                return [line for line in lines if line]
    return lines


async def test_who_comes_back_is_filled_in_from_where_they_were(edge: Edge, broker: Broker) -> None:
    async with edge.socket("in.mp.d07."):
        seq = await broker.say("in.mp.")
    missed = [await broker.say("in.mp.d07."), await broker.say("in.")]
    await broker.say("in.mp.d08.")
    async with edge.socket("in.mp.d07.", after=seq) as again:
        assert await again.seqs(2) == missed


async def test_hello_tells_the_last_sequence_and_a_moment_to_come_back(edge: Edge, broker: Broker) -> None:
    async with edge.socket("in.") as first:
        seq = await broker.say("in.")
        await first.seqs(1)
    async with edge.socket("in.") as listener:
        assert listener.hello["type"] == "hello"
        assert listener.hello["seq"] == seq
        assert 500 <= listener.hello["retry_ms"] <= 10_000


async def test_who_was_away_too_long_is_sent_to_rest(start_edge: StartEdge, broker: Broker) -> None:
    edge = await start_edge(live_ring="2")
    async with edge.socket("in.") as listener:
        seqs = [await broker.say("in.") for _ in range(4)]
        await listener.seqs(4)
    async with edge.socket("in.", after=seqs[0]) as late:
        message = await late.next()
        assert (message["type"], message["fetch"]) == ("gap", f"/v1/broadcasts?after={seqs[0]}")


async def test_a_hole_in_the_sequence_is_told_before_the_cast(own_broker: Broker, start_edge: StartEdge) -> None:
    await own_broker.start()
    edge = await start_edge(own_broker)
    async with edge.socket("in.mp.") as listener:
        known = await own_broker.say("in.")
        await listener.seqs(1)
        last = await own_broker.say("in.", skip=1)
        messages = [await listener.next(), await listener.next()]
        assert [(m["type"], m.get("after", m.get("seq"))) for m in messages] == [("gap", known), ("cast", last)]


async def test_a_republished_broadcast_is_said_once(own_broker: Broker, start_edge: StartEdge) -> None:
    await own_broker.start()
    edge = await start_edge(own_broker)
    async with edge.socket("in.") as listener:
        from tests.live.builders import a_broadcast  # noqa: PLC0415 - only here is the same one needed twice.

        twice = a_broadcast(1, "in.")
        for event in (twice, twice, a_broadcast(2, "in.")):
            await own_broker.publish("notify", event, "in.")
        assert await listener.seqs(2) == [1, 2]


async def test_several_processes_share_a_port_and_all_hear_a_cast(start_edge: StartEdge, broker: Broker) -> None:
    edge = await start_edge(live_processes="2")
    await asyncio.sleep(1)  # The other process need not be ready when one is.
    from contextlib import AsyncExitStack  # noqa: PLC0415

    async with AsyncExitStack() as stack:
        listeners = [await stack.enter_async_context(edge.socket("in.mp.")) for _ in range(12)]
        seq = await broker.say("in.mp.")
        assert [await listener.seqs(1) for listener in listeners] == [[seq]] * 12


@pytest.mark.parametrize("offered", [["sangathan.v1"], ["sangathan.v1", "ticket.forged.token.x"]])
async def test_without_a_genuine_ticket_no_socket_opens(edge: Edge, offered: list[str]) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(f"ws://127.0.0.1:{edge.port}/live", subprotocols=offered):  # type: ignore[arg-type]
            pass
    assert refused.value.response.status_code == 401


async def test_a_cast_larger_than_a_client_may_leave_unread_is_left_to_rest(
    start_edge: StartEdge, broker: Broker
) -> None:
    edge = await start_edge(live_buffer_bytes="4096")
    async with edge.socket("in.") as listener:
        seq = await broker.say("in.", body="x" * 5_000)
        message = await listener.next()
        assert (message["type"], message["after"]) == ("gap", seq - 1)
