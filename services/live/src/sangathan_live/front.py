"""The first thing a connection meets: reads one request head, and answers it or hands the connection on.

picows serves WebSockets, not HTTP: it closes after any answer that is not an upgrade, so that it can hold no SSE
stream; it knows GET alone, and wants ``Connection`` to be exactly ``upgrade``, which Firefox's is not. This front takes
the head, and for a WebSocket gives the transport to picows's own protocol with a head of its own making. That also
keeps the ticket out of what picows remembers of each request, and costs nothing once the connection is made.

One request per connection, since a client of the edge comes to stay; every other answer closes.
"""

import asyncio
import binascii
import logging
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import cast
from urllib.parse import parse_qsl

from picows import (
    WSAutoPingStrategy,
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
)
from picows.picows import WSProtocol  # type: ignore[attr-defined]  # Public by name, missing in the stub.

from sangathan_live.admission import PROTOCOL
from sangathan_live.members import SocketMember, StreamMember

_HEAD_LIMIT = 8192
_HEAD_SECONDS = 5.0
_LINGER_SECONDS = 1.0
_READ_BUFFER = 2048
_FRAME_LIMIT = 4096

# An adapter, since picows makes a further logger per connection out of a plain one.
_picows_log = logging.LoggerAdapter(logging.getLogger("picows"), {})

# What ws_create_server would pass: disconnect on an exception, no handshake timeout (the front has one), no pings of
# its own (the sweep pings, without a task per connection), pongs, frame limit, no extra headers, read buffer.
_PICOWS = (
    _picows_log,
    True,
    None,
    False,
    20,
    20,
    WSAutoPingStrategy.PING_WHEN_IDLE,
    True,
    _FRAME_LIMIT,
    None,
    _READ_BUFFER,
)


@dataclass(frozen=True, slots=True)
class Request:
    """A request's head; header names are lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    address: str = ""

    @property
    def upgrades(self) -> bool:
        """Whether the client asks for a WebSocket (RFC 6455, section 4.2.1)."""
        tokens = {t.strip().lower() for t in self.headers.get("connection", "").split(",")}
        return "upgrade" in tokens and self.headers.get("upgrade", "").lower() == "websocket"


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer, after which the connection closes."""

    status: int
    body: bytes = b""
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BecomeStream:
    """The connection becomes an SSE stream: its head's extra headers, and what makes and greets the member."""

    headers: Mapping[str, str]
    make: Callable[[asyncio.Transport], StreamMember]
    greet: Callable[[StreamMember], None]


Answer = Reply | SocketMember | BecomeStream
Router = Callable[[Request], Answer]


class Front(asyncio.Protocol):
    """Reads the head within 5 s and 8 KB, asks the router, does what it says."""

    def __init__(self, router: Router) -> None:
        self._router = router
        self._head = bytearray()
        self._transport: asyncio.Transport
        self._timer: asyncio.TimerHandle
        self._answered = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Starts the clock."""
        # uvloop's transports do not derive from asyncio's, so that there is nothing to check at run time.
        self._transport = cast("asyncio.Transport", transport)
        self._timer = asyncio.get_running_loop().call_later(_HEAD_SECONDS, self._transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature.
        """Stops the clock."""
        self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        """Collects the head; what comes after an answer is thrown away."""
        if self._answered:
            return
        self._head += data
        end = self._head.find(b"\r\n\r\n")
        if end < 0 and len(self._head) <= _HEAD_LIMIT:
            return
        self._answered = True
        self._timer.cancel()
        if end < 0 or end > _HEAD_LIMIT:
            self._reply(Reply(431, b"the request's head is too large", "text/plain"), head_only=False)
            return
        request = parse(bytes(self._head[:end]))
        if request is None:
            self._reply(Reply(400, b"the request cannot be read", "text/plain"), head_only=False)
            return
        peer = self._transport.get_extra_info("peername")
        request = replace(request, address=peer[0] if peer else "")
        self._obey(self._router(request), request, bytes(self._head[end + 4 :]))

    def _obey(self, answer: Answer, request: Request, rest: bytes) -> None:
        self._head.clear()
        if isinstance(answer, Reply):
            self._reply(answer, head_only=request.method == "HEAD")
        elif isinstance(answer, BecomeStream):
            self._become_stream(answer)
        else:
            become_socket(self._transport, answer, request.headers["sec-websocket-key"], rest)

    def _reply(self, reply: Reply, *, head_only: bool) -> None:
        """Answers, and waits a moment for the client to have read it before closing on what it may still be sending."""
        headers = {"connection": "close"}
        if reply.status != 204:
            headers |= {"content-type": reply.media_type, "content-length": str(len(reply.body))}
        head = _render(reply.status, {**headers, **reply.headers})
        self._transport.write(head if head_only else head + reply.body)
        self._transport.write_eof()
        self._timer = asyncio.get_running_loop().call_later(_LINGER_SECONDS, self._transport.abort)

    def _become_stream(self, answer: BecomeStream) -> None:
        member = answer.make(self._transport)
        self._transport.set_protocol(member)
        self._transport.write(_render(200, answer.headers))
        answer.greet(member)


def become_socket(transport: asyncio.Transport, member: SocketMember, key: str, rest: bytes) -> None:
    """Hands the connection to picows, with a head that holds the handshake's key and nothing else."""
    response = WSUpgradeResponse.create_101_response({"Sec-WebSocket-Protocol": PROTOCOL})

    def listener(_request: WSUpgradeRequest) -> WSUpgradeResponseWithListener:
        return WSUpgradeResponseWithListener(response, member)

    protocol = WSProtocol(None, None, False, listener, *_PICOWS)  # noqa: FBT003 - picows's signature.
    protocol.connection_made(transport)
    transport.set_protocol(protocol)
    head = (
        "GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    )
    given = head.encode("ascii") + rest
    while given:
        room = protocol.get_buffer(-1)
        part, given = given[: len(room)], given[len(room) :]
        room[: len(part)] = part
        protocol.buffer_updated(len(part))


def is_handshake_key(text: str) -> bool:
    """Whether it is base64 of 16 bytes (RFC 6455, section 4.1)."""
    try:
        return len(b64decode(text, validate=True)) == 16
    except (binascii.Error, ValueError):
        return False


def parse(head: bytes) -> Request | None:
    """Reads a request head of HTTP/1.1 (RFC 9112) in origin form; None when it is anything else."""
    line, *lines = head.split(b"\r\n")
    parts = line.split(b" ")
    if len(parts) != 3 or parts[2] not in {b"HTTP/1.1", b"HTTP/1.0"} or not parts[1].startswith(b"/"):
        return None
    headers: dict[str, str] = {}
    for raw in lines:
        name, colon, value = raw.partition(b":")
        if not colon or not name or name.strip() != name:
            return None
        key, text = name.decode("latin-1").lower(), value.strip().decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    path, _, query = parts[1].decode("latin-1").partition("?")
    try:
        pairs = dict(parse_qsl(query, keep_blank_values=True, max_num_fields=20))
    except ValueError:
        return None
    return Request(parts[0].decode("latin-1"), path, pairs, headers)


def _render(status: int, headers: Mapping[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{lines}\r\n".encode("latin-1")
