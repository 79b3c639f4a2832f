"""A caller's connection: HTTP/1.1 parsed by httptools, one exchange after another, bounded in size and in time.

The gateway speaks HTTP itself, on the same uvloop and httptools that uvicorn stands on: a request costs half of what it
does through an ASGI server, whose limits on headers and answers to malformed requests it would have to replace as well.
"""

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING, Final, cast

import httptools

from sangathan_gateway import requests
from sangathan_gateway.exchange import Exchange
from sangathan_gateway.familiar import Familiar, familiar
from sangathan_gateway.problems import HEADERS_TOO_LARGE, MALFORMED, TOO_SLOW, UNAVAILABLE, UNEXPECTED, Refused
from sangathan_gateway.wire import DROP, FORWARD, asking_rules

if TYPE_CHECKING:
    from sangathan_gateway.core import Core

log = logging.getLogger(__name__)

MAX_HEAD: Final = 32 * 1024
HEAD_WITHIN_S: Final = 15.0
IDLE_S: Final = 75.0
WRITE_WITHIN_S: Final = 60.0
LINGER_S: Final = 5.0
_NEVER: Final = float("inf")
_RULES: Final = asking_rules()
_UNREADABLE: Final = "The request is not well-formed HTTP/1.1."


class Line(asyncio.Protocol):
    """One caller's connection."""

    def __init__(self, core: "Core") -> None:
        self.core = core
        self._parser = httptools.HttpRequestParser(self)
        self.transport: asyncio.Transport
        self.address = ""
        self.trusted = False
        self.deadline = 0.0
        self.write_paused = False
        self._current: Exchange | None = None
        self._reading: Exchange | None = None
        self._queue: deque[Exchange] = deque()
        self._url = b""
        self.noted: dict[str, bytes] = {}
        self.forward: list[bytes] = []
        self._head_size = 0
        self._head_done = True
        self._deaf = False
        self._read_paused = False
        self._familiar: Familiar | None = None
        self._begun = 0
        self._complete: Exchange | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Notes who is there."""
        self.transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        self.address = peer[0] if peer else ""
        self.trusted = self.core.trusts(self.address)
        self.deadline = self.core.tick + HEAD_WITHIN_S
        self.core.lines.add(self)
        if len(self.core.lines) > self.core.doors.most_lines:
            self._refuse(Refused(UNAVAILABLE, "Too many are connected.", b"retry-after: 2\r\n"))

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the protocol's signature.
        """Lets go of what was under way."""
        self.core.lines.discard(self)
        self._queue.clear()
        if self._current is not None:
            self._current.abandon()
            self._current = None

    def data_received(self, data: bytes) -> None:
        """Parses what has come; a malformed request is answered with a problem and the connection ends."""
        if self._deaf:
            return
        idle = self._current is None and self._head_done
        if idle:
            if self._familiar is not None and (target := self._familiar.target(data)) is not None:
                self._open_familiar(self._familiar, target)
                return
            self.deadline = self.core.tick + HEAD_WITHIN_S
            self._begun, self._complete = 0, None
        self._head_size = len(data) if self._head_done else self._head_size + len(data)
        if self._head_size > MAX_HEAD and not self._head_done:
            self._refuse(Refused(HEADERS_TOO_LARGE, f"All headers together have at most {MAX_HEAD} bytes."))
            return
        self._parse(data)
        if idle and self._begun == 1 and self._complete is not None:
            self._familiar = familiar(data, self._complete)
            self._complete = None

    def _open_familiar(self, known: Familiar, target: bytes) -> None:
        """A whole request whose headers have been read before."""
        self.deadline = _NEVER
        self.noted, self.forward = known.noted, known.forward
        exchange = self._current = Exchange(self, b"GET", target)
        exchange.body_done = True
        exchange.open(requests.read_again)

    def _parse(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._after_upgrade()
        except httptools.HttpParserCallbackError as error:
            log.exception("a request could not be handled", exc_info=error.__context__ or error)
            self._refuse(Refused(UNEXPECTED))
        except httptools.HttpParserError:
            self._refuse(Refused(MALFORMED, _UNREADABLE))

    def _after_upgrade(self) -> None:
        """Nothing is upgraded here; what follows such a request is not parsed."""
        self._deaf = True
        if self._reading is not None:
            self._reading.keep_alive = False

    def _refuse(self, refused: Refused) -> None:
        """Answers what is no request; behind an answer under way there is nothing to say but the end."""
        self._deaf = True
        current = self._current
        if current is not None and (current.answering or current is not self._reading):
            current.keep_alive = False
            return
        if current is None:
            current = self._current = Exchange(self, b"", b"")
        current.keep_alive = False
        current.refuse(refused, at_once=True)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._url = b""
        self.noted = {}
        self.forward = []
        self._head_done = False
        self._begun += 1

    def on_url(self, url: bytes) -> None:
        """The request target, in one piece or several."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; those of a trailer are dropped."""
        if self._head_done:
            return
        rule = _RULES.find(name) or _RULES.rule(name)
        if rule is FORWARD:
            self.forward += (name, b": ", value, b"\r\n")
        elif rule is not DROP:
            noted = self.noted
            noted[rule] = value if rule not in noted else requests.again(rule, noted, value)

    def on_headers_complete(self) -> None:
        """The head is there: the exchange begins, or waits for those before it."""
        self._head_done = True
        parser = self._parser
        exchange = Exchange(self, parser.get_method(), self._url)
        exchange.version = parser.get_http_version()
        exchange.keep_alive = exchange.version == "1.1" and parser.should_keep_alive()
        exchange.upgrade = parser.should_upgrade()
        if self._head_size > MAX_HEAD:
            exchange.oversized = sum(map(len, self.forward)) + sum(map(len, self.noted.values())) > MAX_HEAD
        self._reading = exchange
        if self._current is None:
            self._current = exchange
            exchange.open()
        else:
            self._queue.append(exchange)
            self.pause_reading()

    def on_body(self, data: bytes) -> None:
        """A piece of the request's body."""
        if self._reading is not None:
            self._reading.on_request_body(data)

    def on_message_complete(self) -> None:
        """The request is complete."""
        reading, self._reading = self._reading, None
        self._complete = reading
        self.deadline = _NEVER
        if reading is not None:
            reading.on_request_end()

    def wait_for_body(self, seconds: float) -> None:
        """The body must be there in so many seconds."""
        self.deadline = self.core.tick + seconds

    def done(self, exchange: Exchange) -> None:
        """The answer is complete: on to the next, or the end."""
        self._current = None
        if not exchange.keep_alive or self.core.draining:
            self._end(unread=self._deaf or self._reading is exchange)
            return
        self.deadline = self.core.tick + IDLE_S
        if self._queue:
            self._current = self._queue.popleft()
            self._current.open_late()
        if not self._queue:
            self.resume_reading()

    def _end(self, *, unread: bool) -> None:
        """Closes; where the caller is still sending, only after listening a while, so that it can read the answer."""
        self._deaf = True
        if unread and self.transport.can_write_eof():
            self.deadline = self.core.tick + LINGER_S
            self.resume_reading()
            self.transport.write_eof()
        else:
            self.transport.close()

    def finish(self) -> None:
        """The process is about to stop: an idle connection ends now, a busy one after its answer."""
        if self._current is None:
            self.transport.close()

    @property
    def busy(self) -> bool:
        """Whether an answer is still owed."""
        return self._current is not None

    def sweep(self, now: float) -> None:
        """Ends what takes too long."""
        if self.deadline > now or self.transport.is_closing():
            return
        current = self._current
        if current is not None and current is self._reading and not current.answering:
            self._refuse(Refused(TOO_SLOW))
        elif current is None or self.write_paused:
            self.transport.abort()

    def write(self, data: bytes) -> None:
        """Sends a part of the answer."""
        if not self.transport.is_closing():
            self.transport.write(data)

    def pause_writing(self) -> None:
        """The caller reads more slowly than the service answers: the service has to wait."""
        self.write_paused = True
        self.deadline = self.core.tick + WRITE_WITHIN_S
        if self._current is not None:
            self._current.hold()

    def resume_writing(self) -> None:
        """The caller has caught up."""
        self.write_paused = False
        self.deadline = _NEVER
        if self._current is not None:
            self._current.go_on()

    def pause_reading(self) -> None:
        """Takes no more from the caller for now."""
        if not self._read_paused and not self.transport.is_closing():
            self._read_paused = True
            self.transport.pause_reading()

    def resume_reading(self) -> None:
        """Takes more from the caller."""
        if self._read_paused and not self.transport.is_closing():
            self._read_paused = False
            self.transport.resume_reading()
