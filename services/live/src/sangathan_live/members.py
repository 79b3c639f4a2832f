"""The two kinds of connection: a WebSocket kept by picows, and an SSE stream.

Neither queues anything of its own. What a client has not read waits in the transport's buffer; when that passes its
limit the client is cut as slow, and resumes with its last sequence. So a stalled phone costs a bounded few kilobytes.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

from sangathan_live.admission import Admitted
from sangathan_live.messages import HEADROOM, Message, bye

_FLUSH_S = 5.0
_CHATTER_LIMIT = 64
_HEARTBEAT = b":\n\n"


class Ending:
    """Why the edge ends a connection: WebSocket close codes (RFC 6455, section 7.4); from 4000 on they are our own."""

    DRAINING = (1001, "draining")
    EXPIRED = (4408, "ticket-expired")
    REVOKED = (4401, "signed-out")
    SCOPE_CHANGED = (4409, "scope-changed")
    CHATTER = (1008, "listen-only")


class Desk(Protocol):
    """What a connection reports to: the registry of the edge it belongs to."""

    buffer_bytes: int

    def socket_opened(self, member: "SocketMember") -> None:
        """A WebSocket is ready to be spoken to."""

    def socket_closed(self, member: "SocketMember") -> None:
        """A WebSocket is gone, whoever ended it."""

    def stream_closed(self, member: "StreamMember") -> None:
        """An SSE stream is gone, whoever ended it."""

    def slow(self) -> None:
        """A client was cut since it reads too slowly."""


class SocketMember(WSListener):
    """One WebSocket. Clients only listen: what they send proves that they are there, and is otherwise ignored."""

    __slots__ = ("_chatter", "_desk", "_transport", "after", "keys", "misses", "send", "until")

    def __init__(self, desk: Desk, admitted: Admitted, after: int | None, until: float) -> None:
        self._desk = desk
        self._transport: WSTransport | None = None
        self._chatter = 0
        self.keys = admitted.keys
        self.after = after
        self.until = until
        self.misses = 0
        self.send: Callable[[WSMsgType, bytearray, int], Any] = _nowhere

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Joins the audience; what it missed is filled in before anything new."""
        self._transport = transport
        transport.underlying_transport.set_write_buffer_limits(high=self._desk.buffer_bytes)
        self.send = transport.send_reuse_external_bytearray
        self._desk.socket_opened(self)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Any frame is a sign of life; a close is answered."""
        self.misses = 0
        if frame.msg_type == WSMsgType.CLOSE:
            transport.send_close(WSCloseCode.OK)
            transport.disconnect()
        elif frame.msg_type != WSMsgType.PONG:
            self._chatter += 1
            if self._chatter > _CHATTER_LIMIT:
                self.end(Ending.CHATTER, None)

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: ARG002 - picows's signature.
        """Leaves the audience."""
        self.send = _nowhere
        self._desk.socket_closed(self)

    def pause_writing(self) -> None:
        """More than the limit is unread: cut, but not before the next turn, since this runs inside a send."""
        self.send = _nowhere
        self._desk.slow()
        asyncio.get_running_loop().call_soon(self.abort)

    def resume_writing(self) -> None:
        """Comes too late: the client is being cut."""

    def deliver(self, message: Message) -> None:
        """Sends one message."""
        self.send(WSMsgType.TEXT, message.socket, HEADROOM)

    def probe(self) -> None:
        """Asks whether the client is still there; counts what stays unanswered."""
        self.misses += 1
        self._chatter = 0
        if self._transport:
            self._transport.send_ping()

    def end(self, ending: tuple[int, str], retry_ms: int | None) -> None:
        """Says why, closes, and makes sure that it is closed soon whatever the client does."""
        transport = self._transport
        if transport is None or transport.is_close_frame_sent or transport.is_disconnected:
            return
        self.deliver(bye(ending[1], retry_ms))
        self.send = _nowhere
        # picows's type says enum; any code goes on the wire as it is.
        transport.send_close(ending[0], ending[1].encode())  # type: ignore[arg-type]
        transport.disconnect()
        asyncio.get_running_loop().call_later(_FLUSH_S, self.abort)

    def abort(self) -> None:
        """Closes without waiting for anything to be read."""
        if self._transport and not self._transport.is_disconnected:
            self._transport.underlying_transport.abort()


class StreamMember(asyncio.Protocol):
    """One SSE stream (WHATWG HTML, section 9.2), for networks that let no WebSocket through."""

    __slots__ = ("_desk", "_transport", "keys", "misses", "until")

    def __init__(self, desk: Desk, admitted: Admitted, transport: asyncio.Transport, until: float) -> None:
        self._desk = desk
        self._transport = transport
        self.keys = admitted.keys
        self.until = until
        self.misses = 0
        transport.set_write_buffer_limits(high=desk.buffer_bytes)

    def data_received(self, data: bytes) -> None:
        """A stream's client has nothing more to say."""

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature.
        """Leaves the audience."""
        self._desk.stream_closed(self)

    def pause_writing(self) -> None:
        """More than the limit is unread: cut at once."""
        self._desk.slow()
        asyncio.get_running_loop().call_soon(self.abort)

    def resume_writing(self) -> None:
        """Comes too late: the client is being cut."""

    def deliver(self, message: Message) -> None:
        """Sends one event."""
        if not self._transport.is_closing():
            self._transport.write(message.stream)

    def probe(self) -> None:
        """A comment keeps proxies from closing an idle stream; a dead client shows as a write that fails."""
        if not self._transport.is_closing():
            self._transport.write(_HEARTBEAT)

    def end(self, ending: tuple[int, str], retry_ms: int | None) -> None:
        """Says why, and closes."""
        self.deliver(bye(ending[1], retry_ms))
        self._transport.close()
        asyncio.get_running_loop().call_later(_FLUSH_S, self.abort)

    def abort(self) -> None:
        """Closes without waiting for anything to be read."""
        self._transport.abort()


Member = SocketMember | StreamMember


def _nowhere(_kind: WSMsgType, _buffer: bytearray, _offset: int) -> None:
    """Where a connection that is being ended sends."""
