"""One request and its answer: opened, admitted, passed to its service, and the answer passed back.

The body is bytes all the way. A body of up to 64 KB is gathered first, so that a slow phone holds none of a service's
connections and a lost one can be asked again; a larger one streams.
"""

import asyncio
from typing import TYPE_CHECKING, Final

from sangathan_gateway import requests
from sangathan_gateway.forwarding import request_head
from sangathan_gateway.problems import TOO_LARGE, TOO_LATE, UNAVAILABLE, Refused
from sangathan_gateway.replies import Reply, answer_head
from sangathan_gateway.routes import OWN_SERVICE, Route
from sangathan_gateway.upstream import Failure, Noted, Upstream, UpstreamConnection

if TYPE_CHECKING:
    from collections.abc import Callable

    from sangathan_gateway.line import Line
    from sangathan_gateway.stamps import Stamp
    from sangathan_gateway.tokens import Verified
    from sangathan_gateway.tracing import Trace

GATHER: Final = 64 * 1024
BODY_WITHIN_S: Final = 30.0
SLOWEST_BYTES_S: Final = 2000
_REPEATABLE: Final = frozenset({b"GET", b"PUT", b"DELETE"})
_MOVES: Final = 3
_MOVE_WAIT_S: Final = 0.1
SCOPE_MOVED: Final = "sangathan-scope-moved"
_NO_BODY: Final = frozenset({204, 304})


class Exchange:
    """The state of one request and its answer; what most requests never need stands at the class."""

    trace: "Trace"
    traced = False
    version = "1.1"
    keep_alive = True
    upgrade = False
    path = b""
    query = b""
    route: Route | None = None
    stamp: "Stamp | None" = None
    verified: "Verified | None" = None
    appointment_id = ""
    viewing = False
    oversized = False
    upstream: Upstream | None = None
    connection: UpstreamConnection | None = None
    limit_headers = b""
    timeout_s = 0.0
    status = 0
    length = 0
    received = 0
    body_done = False
    answering = False
    gone = False
    _admission: asyncio.Task[None] | None = None
    _admitted = False
    _submitted = False
    _streaming = False
    chunks = False
    _moved = False
    _buffered = 0
    _attempts = 0
    _reply: Reply | None = None
    _sent: bytes | None = None

    def __init__(self, line: "Line", method: bytes, url: bytes) -> None:
        core = self.core = line.core
        self.line = line
        self.head_only = method == b"HEAD"
        self.method = b"GET" if self.head_only else method
        self.url = url
        self.begun_at = core.now()
        self.noted, self.forward = line.noted, line.forward
        self.parameters: dict[str, str] = {}
        self._body: list[bytes] = []
        self._out: list[bytes] = []

    def begin_trace(self) -> None:
        """Gives the request its names."""
        self.trace = self.core.tracing.begin(self.noted.get("traceparent"))
        self.traced = True

    def address(self) -> str:
        """The caller's address: the peer's, or the one that a proxy of ours speaks for."""
        line = self.line
        if line.trusted and (chain := self.noted.get("x-forwarded-for")):
            for hop in reversed(chain.decode("latin-1").split(",")):
                if not self.core.trusts(hop.strip()):
                    return hop.strip()[:45]
        return line.address

    # The request.

    def open(self, read: "Callable[[Exchange], Reply | None]" = requests.read) -> None:
        """Reads the head and decides, as far as that needs no waiting."""
        try:
            page = read(self)
            if page is None:
                self.core.access.admit(self)
        except Refused as refused:
            self.refuse(refused)
        except requests.Waits as waits:
            self._admission = asyncio.get_running_loop().create_task(self._admit(waits))
        else:
            self._opened(page)

    def open_late(self) -> None:
        """Opens an exchange that had to wait for those before it on the same connection; its body may be there."""
        ended, self.body_done = self.body_done, False
        self.open()
        if self._too_large():
            self.refuse(Refused(TOO_LARGE))
        if ended:
            self.on_request_end()

    async def _admit(self, waits: requests.Waits) -> None:
        """Decides what needs identity's word first: a key it alone knows, a session while the feed is stale."""
        try:
            await waits.done(self)
        except Refused as refused:
            if not self.gone:
                self.refuse(refused)
            return
        if not self.gone:
            self._opened(None)

    def _opened(self, page: Reply | None) -> None:
        self._admitted = True
        if page is not None:
            self.reply(page)
        elif self.body_done or self._buffered > GATHER:
            self._submit()
        else:
            self._expect_body()

    def _expect_body(self) -> None:
        most = self.length if self.length >= 0 else self._most()
        if most:
            self.line.wait_for_body(BODY_WITHIN_S + most / SLOWEST_BYTES_S)
        if "expect" in self.noted:
            self.line.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _most(self) -> int:
        return self.route.max_body if self.route else GATHER

    def _too_large(self) -> bool:
        return self.received > self._most() and self._reply is None and not self.answering

    def on_request_body(self, data: bytes) -> None:
        """Takes a piece of the body: gathers it, passes it on, or drops it behind a refusal."""
        self.received += len(data)
        if self._reply is not None or self.answering:
            self._drop_body()
        elif self.route is not None and self._too_large():
            self._let_go()
            self.refuse(Refused(TOO_LARGE, f"At most {self._most()} bytes are accepted here."), at_once=True)
        elif self._streaming and self.connection is not None:
            if not self.connection.send(self._framed(data)):
                self.line.pause_reading()
        else:
            self._gather(data)

    def _gather(self, data: bytes) -> None:
        self._body.append(data)
        self._buffered += len(data)
        if self._buffered <= GATHER:
            return
        self.line.pause_reading()
        if self._admitted and not self._submitted:
            self._submit()

    def _drop_body(self) -> None:
        if self.received > GATHER and self._reply is not None:
            self.keep_alive = False
            self._write_reply()

    def on_request_end(self) -> None:
        """The request is complete."""
        self.body_done = True
        if self._reply is not None:
            self._write_reply()
        elif self._streaming and self.connection is not None:
            if self._chunks_out():
                self.connection.send(b"0\r\n\r\n")
        elif self._admitted and not self._submitted:
            self._submit()

    # To the service and back.

    def _submit(self) -> None:
        self._submitted = True
        route = self.route
        assert route is not None  # noqa: S101 - an admitted exchange has one.
        if route.service == OWN_SERVICE:
            self._reply_self()
            return
        self.timeout_s = route.timeout_s
        self.upstream = self.core.upstreams[route.service]
        self._sent = None
        self.upstream.submit(self)

    def _reply_self(self) -> None:
        try:
            self.reply(self.core.pages.own(self))
        except Refused as refused:
            self.refuse(refused)

    def take(self) -> bytes:
        """The request's bytes so far; kept when they are all of it, so that they can be sent again."""
        if self._sent is not None:
            return self._sent
        if not self._streaming and self._body:
            self._streaming = not self.body_done
        body = b"".join(self._body)
        length = self.length if not self.body_done else len(body)
        head = request_head(self, length)
        if self._streaming:
            self._body.clear()
            self._buffered = 0
            self.line.resume_reading()
            return head + self._framed(body)
        self._sent = head + body
        return self._sent

    def whole(self) -> bool:
        """Whether all of the request has been handed over."""
        return self.body_done

    def _chunks_out(self) -> bool:
        return self.length < 0

    def _framed(self, data: bytes) -> bytes:
        return b"%x\r\n%b\r\n" % (len(data), data) if self._chunks_out() else data

    def on_drained(self) -> None:
        """The service can take more of the body."""
        self.line.resume_reading()

    def on_head(self, status: int, lines: list[bytes], noted: Noted) -> None:
        """Passes the answer's head on, with what the gateway adds."""
        if status == 503 and self._sent is not None and SCOPE_MOVED in noted:
            self._moved = True
            return
        self.status = status
        self.answering = True
        if "content-length" not in noted and not self.head_only and status not in _NO_BODY:
            self.chunks = self.version == "1.1"
            self.keep_alive = self.keep_alive and self.chunks
        if not self.body_done or self.core.draining:
            self.keep_alive = False
        self._out.append(answer_head(self, status, lines, noted))

    def on_body(self, data: bytes) -> None:
        """Passes a piece of the answer's body on."""
        if self.head_only or self._moved:
            return
        if self.chunks:
            self._out += (b"%x\r\n" % len(data), data, b"\r\n")
        else:
            self._out.append(data)

    def on_pause(self) -> None:
        """Writes what has come."""
        if self._out:
            self.line.write(b"".join(self._out))
            self._out.clear()

    def on_end(self) -> None:
        """The answer is complete."""
        if self._moved:
            self._ask_again()
            return
        if self.chunks:
            self._out.append(b"0\r\n\r\n")
        self.line.write(b"".join(self._out))
        self._finish()

    def _ask_again(self) -> None:
        """The caller's unit moved meanwhile: resolves its place anew once the feed has told."""
        self._moved = False
        self._attempts += 1
        if self._attempts > _MOVES:
            moved = "आपकी इकाई अभी-अभी स्थानांतरित हुई है; फिर पूछें।"
            self.refuse(Refused(UNAVAILABLE, "Your unit has just moved; ask again.", b"retry-after: 1\r\n", hi=moved))
            return
        asyncio.get_running_loop().call_later(_MOVE_WAIT_S * self._attempts, self._resolve_again)

    def _resolve_again(self) -> None:
        if self.gone:
            return
        try:
            self.core.access.resolve(self)
        except Refused as refused:
            self.refuse(refused)
        else:
            self._submit()

    def on_failure(self, failure: Failure) -> None:
        """Asks again where that is safe, else says that the service is not there."""
        if self.gone:
            return
        if self.answering:
            self.gone = True
            self.line.transport.abort()
            return
        assert self.upstream is not None  # noqa: S101 - it has just failed.
        if self._may_repeat(failure) and self.upstream.resubmit(self):
            return
        if failure is Failure.LATE:
            self.refuse(Refused(TOO_LATE, "The service did not answer in time; the request may have been carried out."))
            return
        wait = max(1, round(self.upstream.breaker.wait_s() + 0.5))
        self.refuse(Refused(UNAVAILABLE, f"{self.upstream.name} does not answer.", b"retry-after: %d\r\n" % wait))

    def _may_repeat(self, failure: Failure) -> bool:
        """Once, and only when nothing was sent or doing it twice does no more than doing it once."""
        if self._attempts or self.answering:
            return False
        self._attempts = 1
        if failure is Failure.UNREACHABLE:
            return not self._streaming
        return failure is Failure.LOST and self._sent is not None and self.method in _REPEATABLE

    # The gateway's own answers.

    def refuse(self, refused: Refused, *, at_once: bool = False) -> None:
        """Answers with a problem."""
        if not self.traced:
            self.begin_trace()
        self.core.refusals.note(self, refused)
        self.reply(Reply.of_problem(refused, self), at_once=at_once)

    def reply(self, reply: Reply, *, at_once: bool = False) -> None:
        """Answers from here: after the body has come when that is small, so that the connection can go on."""
        if self.answering:
            return
        self._reply = reply
        if not self.body_done and (at_once or "expect" in self.noted or self.length > GATHER):
            self.keep_alive = False
            self._write_reply()
        elif self.body_done:
            self._write_reply()
        else:
            self.line.wait_for_body(BODY_WITHIN_S)

    def _write_reply(self) -> None:
        reply, self._reply = self._reply, None
        if reply is None or self.answering:
            return
        self.answering = True
        self.status = reply.status
        self.line.write(reply.encoded(self))
        self._finish()

    def _finish(self) -> None:
        self.core.finished(self)
        self.line.done(self)

    # The end.

    def _let_go(self) -> None:
        if self.upstream is not None:
            self.upstream.withdraw(self)

    def abandon(self) -> None:
        """The caller has gone."""
        self.gone = True
        if self._admission is not None:
            self._admission.cancel()
        self._let_go()

    def hold(self) -> None:
        """The caller cannot take more of the answer for now."""
        if self.connection is not None:
            self.connection.transport.pause_reading()

    def go_on(self) -> None:
        """The caller can take more of the answer."""
        if self.connection is not None:
            self.connection.transport.resume_reading()
