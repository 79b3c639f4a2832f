"""How connections end: revoked, slow, silent, expired, drained; and what an outage of the broker does not end."""

import asyncio
import contextlib
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psutil
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from sangathan_contracts.envelope import Event
from sangathan_contracts.identity import (
    AppointmentEnded,
    AppointmentMade,
    AppointmentShortened,
    AppointmentState,
    PersonSuspended,
    SessionEnded,
    UnitMoved,
    UnitState,
)
from sangathan_embedded.ports import is_free
from tests.live.conftest import PATIENCE_S, Broker, Edge, Listener, StartEdge


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody with one office in one district, of whom no other test has heard.

    What an event has voided stays void for tickets minted in the same second, so a place is no test's but one's.
    """

    person: UUID = field(default_factory=uuid4)
    session: UUID = field(default_factory=uuid4)
    appointment: UUID = field(default_factory=uuid4)
    district: str = field(default_factory=lambda: f"in.mp.d{uuid4().hex[:8]}.")

    @property
    def claims(self) -> dict[str, Any]:
        return {"sub": str(self.person), "sid": str(self.session), "apts": (str(self.appointment),)}

    def signed_out(self) -> SessionEnded:
        return SessionEnded(session_id=self.session, person_id=self.person)


def an_appointment(who: Who, appointment_id: UUID | None = None) -> AppointmentState:
    return AppointmentState(
        appointment_id=appointment_id or who.appointment,
        person_id=who.person,
        office="district-president",
        unit_id=uuid4(),
        valid_from=datetime(2022, 1, 1, tzinfo=UTC),
        valid_to=None,
        version=2,
    )


def a_unit(path: str = "in.mp.d08.d09.") -> UnitState:
    return UnitState(
        unit_id=uuid4(), parent_id=None, level="district", code="d09", path=path, name_hi="ज", name_en="Z", version=2
    )


async def _ending(listener: Listener) -> tuple[dict[str, Any], int]:
    """The last message, and the code with which the edge closed."""
    bye = await listener.next()
    with pytest.raises(ConnectionClosed) as closed:
        await listener.next()
    assert closed.value.rcvd is not None
    return bye, closed.value.rcvd.code


MakeEvent = Callable[[Who], Event]


@pytest.mark.parametrize(
    ("event", "ending"),
    [
        (Who.signed_out, ("signed-out", 4401)),
        (lambda who: PersonSuspended(person_id=who.person, version=2), ("signed-out", 4401)),
        (lambda who: AppointmentEnded(appointment=an_appointment(who)), ("scope-changed", 4409)),
        (lambda who: AppointmentShortened(appointment=an_appointment(who)), ("scope-changed", 4409)),
        (lambda who: AppointmentMade(appointment=an_appointment(who, uuid4())), ("scope-changed", 4409)),
        (lambda who: UnitMoved(unit=a_unit(), old_path=who.district, tree_version=9), ("scope-changed", 4409)),
    ],
    ids=["session ended", "person suspended", "appointment ended", "shortened", "appointment made", "unit moved"],
)
async def test_an_event_cuts_whom_it_concerns(
    edge: Edge, broker: Broker, event: MakeEvent, ending: tuple[str, int]
) -> None:
    who = Who()
    twin = who.district.removesuffix(".") + "0."
    async with edge.socket(f"{who.district}v001.", **who.claims) as concerned, edge.socket(twin) as other:
        await broker.publish("identity", event(who))
        bye, code = await _ending(concerned)
        seq = await broker.say("in.mp.")
        assert ((bye["reason"], code), await other.seqs(1)) == (ending, [seq])


async def test_news_of_an_appointment_that_the_ticket_tells_of_cuts_nobody(edge: Edge, broker: Broker) -> None:
    who, later = Who(), Who()
    async with edge.socket("in.mp.", **who.claims) as listener, edge.socket("in.mp.", **later.claims) as mark:
        await broker.publish("identity", AppointmentMade(appointment=an_appointment(who)))
        await broker.publish("identity", later.signed_out())
        await _ending(mark)
        seq = await broker.say("in.mp.")
        assert await listener.seqs(1) == [seq]


async def test_who_is_to_come_back_with_a_new_ticket_is_told_to_wait_until_one_counts(
    edge: Edge, broker: Broker
) -> None:
    """A ticket's time is in whole seconds: one minted in the second of the change would be refused as older."""
    who = Who()
    async with edge.socket(who.district, **who.claims) as listener:
        await broker.publish("identity", UnitMoved(unit=a_unit(), old_path=who.district, tree_version=9))
        assert (await listener.next())["retry_ms"] >= 1000


async def test_who_was_signed_out_is_given_no_time_to_come_back(edge: Edge, broker: Broker) -> None:
    who = Who()
    async with edge.socket("in.mp.", **who.claims) as listener:
        await broker.publish("identity", who.signed_out())
        assert (await listener.next())["retry_ms"] is None


async def test_a_ticket_from_before_the_sign_out_opens_nothing_after_it(edge: Edge, broker: Broker) -> None:
    who = Who()
    async with edge.socket("in.mp.", **who.claims) as listener:
        await broker.publish("identity", who.signed_out())
        await _ending(listener)
    minted = int(time.time()) - 2
    with pytest.raises(InvalidStatus) as refused:
        async with edge.socket("in.mp.", iat=minted, exp=minted + 30, **who.claims):
            pass
    assert refused.value.response.status_code == 401


async def test_a_client_that_does_not_read_is_cut_and_the_others_hear_everything(
    start_edge: StartEdge, broker: Broker
) -> None:
    edge = await start_edge(live_buffer_bytes="16384")
    async with edge.socket("in.") as quick:
        with contextlib.closing(_stalled(edge, "in.")):
            sent = 0
            while not await edge.cut("slow") and sent < 200:
                seqs = [await broker.say("in.", body="x" * 6_000) for _ in range(5)]
                assert await quick.seqs(5) == seqs
                sent += 5
            assert await edge.cut("slow") == 1


def _stalled(edge: Edge, path: str) -> socket.socket:
    """A client that shakes hands and never reads again."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", edge.port))
    head = (
        "GET /live HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"Sec-WebSocket-Protocol: sangathan.v1, ticket.{edge.ticket(path)}\r\n\r\n"
    )
    client.sendall(head.encode())
    assert client.recv(12) == b"HTTP/1.1 101"
    return client


async def test_a_client_that_answers_no_ping_is_let_go(start_edge: StartEdge) -> None:
    edge = await start_edge(live_ping_seconds="0.2")
    with contextlib.closing(_stalled(edge, "in.")):
        async with asyncio.timeout(PATIENCE_S):
            while not await edge.cut("silent"):
                await asyncio.sleep(0.1)


async def test_a_client_that_answers_pings_stays(start_edge: StartEdge, broker: Broker) -> None:
    edge = await start_edge(live_ping_seconds="0.1")
    async with edge.socket("in.") as listener:
        await asyncio.sleep(1)
        seq = await broker.say("in.")
        assert await listener.seqs(1) == [seq]


async def test_a_connection_lives_no_longer_than_its_age(start_edge: StartEdge) -> None:
    edge = await start_edge(live_max_age_seconds="0.3", live_ping_seconds="0.2")
    async with edge.socket("in.") as listener:
        bye, code = await _ending(listener)
        assert (bye["reason"], code) == ("ticket-expired", 4408)


async def test_a_connection_ends_when_an_office_lapses_by_its_date_with_nobody_acting(edge: Edge) -> None:
    # Connecting may take a second on a busy machine, and a ticket that has lapsed opens nothing.
    lapses = int(time.time()) + 4
    async with edge.socket("in.mp.", unt=lapses) as listener:
        bye, code = await _ending(listener)
        assert (bye["reason"], code, 0 <= time.time() - lapses < PATIENCE_S) == ("ticket-expired", 4408, True)


async def test_on_sigterm_everybody_is_told_when_to_come_back_and_the_edge_leaves_in_order(
    start_edge: StartEdge,
) -> None:
    edge = await start_edge()
    async with edge.socket("in.") as listener:
        edge.process.send_signal(signal.SIGTERM)
        bye, code = await _ending(listener)
    assert (bye["reason"], code, 500 <= bye["retry_ms"] <= 10_000) == ("draining", 1001, True)
    assert await asyncio.to_thread(edge.process.wait, 20) == 0


async def test_several_processes_leave_in_order_too(start_edge: StartEdge) -> None:
    edge = await start_edge(live_processes="2")
    edge.process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(edge.process.wait, 20) == 0


async def test_while_the_broker_is_away_connections_stay_and_readiness_says_so(
    own_broker: Broker, start_edge: StartEdge
) -> None:
    await own_broker.start()
    edge = await start_edge(own_broker)
    async with edge.socket("in.") as listener:
        known = await own_broker.say("in.")
        await listener.seqs(1)
        await asyncio.to_thread(own_broker.server.stop)
        async with asyncio.timeout(PATIENCE_S):
            while (await edge.get("/readyz")).status_code != 503:
                await asyncio.sleep(0.05)
        assert (await edge.get("/livez")).status_code == 200
        await asyncio.to_thread(own_broker.server.start, own_broker.port)
        gap = await listener.next()
        assert (gap["type"], gap["after"]) == ("gap", known)
        seq = await own_broker.say("in.")
        assert await listener.seqs(1) == [seq]
        await edge.ready()


@pytest.mark.parametrize(
    "pause_s",
    [
        pytest.param(0, id="short"),
        pytest.param(6, id="long"),
    ],
)
async def test_after_an_outage_of_the_broker_revocations_still_cut(
    own_broker: Broker, start_edge: StartEdge, pause_s: float
) -> None:
    await own_broker.start()
    edge = await start_edge(own_broker)
    who = Who()
    async with edge.socket("in.", **who.claims) as listener:
        await own_broker.say("in.")
        await listener.next()
        await asyncio.to_thread(own_broker.server.stop)
        await asyncio.sleep(pause_s)
        await asyncio.to_thread(own_broker.server.start, own_broker.port)
        assert (await listener.next())["type"] == "gap"
        await own_broker.publish("identity", who.signed_out())
        assert (await listener.next())["reason"] == "signed-out"


async def test_when_the_supervisor_is_killed_its_processes_let_go_of_the_port(start_edge: StartEdge) -> None:
    edge = await start_edge(live_processes="2")
    edge.process.kill()
    async with asyncio.timeout(PATIENCE_S):
        while not is_free(edge.port):
            await asyncio.sleep(0.1)


async def test_a_process_that_dies_is_begun_again(start_edge: StartEdge) -> None:
    edge = await start_edge(live_processes="2")
    one = psutil.Process(edge.process.pid).children()[0]
    one.kill()
    async with asyncio.timeout(PATIENCE_S):
        while one in (now := psutil.Process(edge.process.pid).children()) or len(now) < 2:
            await asyncio.sleep(0.1)
    await edge.ready()
