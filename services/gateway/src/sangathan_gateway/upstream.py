"""The lean client towards one service: pooled keep-alive connections on httptools, bytes passed on as they come.

An HTTP library's client costs more per request than all the rest of the gateway together (measured: httpx 20 times).
"""

import asyncio
import logging
import ssl
from collections import deque
from enum import Enum, auto
from typing import Final, Protocol, cast
from urllib.parse import urlsplit

import httptools

from sangathan_gateway.breaker import Breaker, RetryBudget
from sangathan_gateway.wire import DROP, FORWARD, answering_rules

log = logging.getLogger(__name__)

Noted = dict[str, bytes]

_RULES: Final = answering_rules()

CONNECT_WITHIN_S: Final = 2.0
IDLE_S: Final = 55.0  # Below the services' 75 s, so that it is this side that closes.
BODY_IDLE_S: Final = 30.0
MAX_WAITING: Final = 2048
_NO_BODY: Final = frozenset({204, 304})


class Failure(Enum):
    """Why no answer came, or no whole one."""

    BLOCKED = auto()
    """The breaker is open, or too many wait already: nothing was sent."""
    UNREACHABLE = auto()
    """No connection could be made: nothing was sent."""
    LOST = auto()
    """The connection ended before the first byte of an answer: it may have been acted on."""
    BROKEN = auto()
    """The answer ended in the middle, or was no HTTP."""
    LATE = auto()
    """No answer by the deadline."""


class Asker(Protocol):
    """Whoever sends a request and takes the answer."""

    timeout_s: float
    connection: "UpstreamConnection | None"
    gone: bool

    def take(self) -> bytes:
        """What is to be sent so far, head first."""
        ...

    def whole(self) -> bool:
        """Whether all of the request has been handed over."""
        ...

    def on_head(self, status: int, lines: list[bytes], noted: Noted) -> None:
        """The answer's status, the header lines to pass on, and the headers that the gateway reads."""
        ...

    def on_body(self, data: bytes) -> None:
        """A piece of the answer's body."""
        ...

    def on_pause(self) -> None:
        """Nothing more has come for now: pass on what there is."""
        ...

    def on_drained(self) -> None:
        """The service can take more of the request's body."""
        ...

    def on_end(self) -> None:
        """The answer is complete."""
        ...

    def on_failure(self, failure: Failure) -> None:
        """There is no answer, or it will not be completed."""
        ...


class UpstreamConnection(asyncio.Protocol):
    """One connection; it serves one request at a time."""

    def __init__(self, upstream: "Upstream") -> None:
        self._upstream = upstream
        self._parser = httptools.HttpResponseParser(self)
        self.asker: Asker | None = None
        self.transport: asyncio.Transport
        self.used = False
        self.deadline = 0.0
        self._lines: list[bytes] = []
        self._noted: Noted = {}
        self._begun = self._complete = self._interim = self._until_eof = False
        self._write_paused = self._reusable = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keeps the transport."""
        self.transport = cast("asyncio.Transport", transport)

    def start(self, asker: Asker) -> None:
        """Sends the request."""
        self.asker = asker
        asker.connection = self
        self._begun = self._complete = self._until_eof = False
        self.deadline = self._upstream.tick + asker.timeout_s
        self.transport.write(asker.take())

    def send(self, data: bytes) -> bool:
        """Sends a further piece of the request's body; False when no more should come for now."""
        self.deadline = self._upstream.tick + (self.asker.timeout_s if self.asker else 0.0)
        self.transport.write(data)
        return not self._write_paused

    def pause_writing(self) -> None:
        """The service reads more slowly than the caller sends."""
        self._write_paused = True

    def resume_writing(self) -> None:
        """The service has caught up."""
        self._write_paused = False
        if self.asker is not None:
            self.asker.on_drained()

    def abandon(self, failure: Failure | None = None) -> None:
        """Ends the connection; tells the asker when there is a failure to tell."""
        asker, self.asker = self.asker, None
        self.transport.abort()
        if asker is None:
            return
        asker.connection = None
        if failure is not None:
            asker.on_failure(failure)

    def data_received(self, data: bytes) -> None:
        """Parses what has come and passes it on."""
        if self.asker is None:
            self.transport.abort()  # Bytes that nobody asked for must not become the next answer.
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserCallbackError as error:
            log.exception("an answer could not be passed on", exc_info=error.__context__ or error)
            self._upstream.failed(self, Failure.BROKEN)
            return
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self._upstream.failed(self, Failure.BROKEN)
            return
        if self._complete:
            self._finish()
        else:
            self.deadline = self._upstream.tick + (BODY_IDLE_S if self._begun else self.asker.timeout_s)
            self.asker.on_pause()

    def connection_lost(self, exc: Exception | None) -> None:
        """The end of the answer when nothing else marked it, else a failure."""
        if self.asker is not None and self._until_eof and exc is None:
            self._finish(reusable=False)
        elif self.asker is not None:
            self._upstream.failed(self, Failure.BROKEN if self._begun else Failure.LOST)
        self._upstream.gone(self)

    def _finish(self, *, reusable: bool = True) -> None:
        asker, self.asker = self.asker, None
        if asker is None:
            return
        asker.connection = None
        reusable = reusable and asker.whole() and self._reusable
        self.used = True
        self._upstream.answered(self, reusable=reusable)
        asker.on_end()

    def on_message_begin(self) -> None:
        """A new answer."""
        if self._complete:
            raise httptools.HttpParserError  # A second answer to one question.
        self._lines = []
        self._noted = {}

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header of the answer; one of its trailer comes too late to be passed on."""
        rule = _RULES.find(name) or _RULES.rule(name)
        if rule is FORWARD:
            self._lines += (name, b": ", value, b"\r\n")
        elif rule is not DROP:
            self._noted[rule] = value

    def on_headers_complete(self) -> None:
        """Finds how the body will end and passes the head on."""
        status = self._parser.get_status_code()
        if status < 200:
            self._interim = True
            return
        self._begun = True
        noted = self._noted
        if "content-length" not in noted and status not in _NO_BODY:
            self._until_eof = noted.get("transfer-encoding", b"").lower() != b"chunked"
        if self.asker is not None:
            self.asker.on_head(status, self._lines, noted)

    def on_body(self, data: bytes) -> None:
        """A piece of the body."""
        if self.asker is not None:
            self.asker.on_body(data)

    def on_message_complete(self) -> None:
        """The end of an answer, unless it was an interim one (1xx)."""
        if self._interim:
            self._interim = False
            return
        self._complete = True
        self._reusable = self._parser.should_keep_alive()  # The parser forgets it right after.


class Upstream:
    """One service: its address, its connections, and whether it is worth asking."""

    def __init__(self, name: str, url: str, *, most: int = 128) -> None:
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        self.name = name
        self.host = parts.hostname or "127.0.0.1"
        self.port = parts.port or (443 if secure else 80)
        self.authority = parts.netloc.encode()
        self.host_line = b" HTTP/1.1\r\nhost: " + self.authority
        self.breaker = Breaker()
        self._budget = RetryBudget()
        self._ssl = ssl.create_default_context() if secure else None
        self._most = most
        self._idle: list[UpstreamConnection] = []
        self._all: set[UpstreamConnection] = set()
        self._connecting: set[asyncio.Task[None]] = set()
        self._waiting: deque[Asker] = deque()
        self.now = asyncio.get_running_loop().time
        self.tick = self.now()
        """The time of the latest sweep: near enough for deadlines, and free."""

    def submit(self, asker: Asker) -> None:
        """Sends the request on a free connection, on a new one, or when one is given back."""
        if self.breaker.open and self.breaker.blocked_s(self.now()):
            asker.on_failure(Failure.BLOCKED)
            return
        self._budget.earn()
        while self._idle:
            connection = self._idle.pop()
            if not connection.transport.is_closing():
                connection.start(asker)
                return
        self._connect_or_wait(asker)

    def resubmit(self, asker: Asker) -> bool:
        """Sends the request once more, on a new connection; False when too much has been sent twice already."""
        if not self._budget.spend():
            return False
        self.drop_idle()
        self._connect_or_wait(asker)
        return True

    def withdraw(self, asker: Asker) -> None:
        """The asker has gone: its connection cannot be used again, since its answer is still to come."""
        if asker.connection is not None:
            asker.connection.abandon()
        elif asker in self._waiting:
            self._waiting.remove(asker)

    def _connect_or_wait(self, asker: Asker) -> None:
        if len(self._all) + len(self._connecting) < self._most:
            task = asyncio.get_running_loop().create_task(self._connect(asker))
            self._connecting.add(task)
            task.add_done_callback(self._connecting.discard)
        elif len(self._waiting) < MAX_WAITING:
            self._waiting.append(asker)
        else:
            asker.on_failure(Failure.BLOCKED)

    async def _connect(self, asker: Asker) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_WITHIN_S):
                _, connection = await loop.create_connection(
                    lambda: UpstreamConnection(self), self.host, self.port, ssl=self._ssl
                )
        except (OSError, TimeoutError):
            self._blame()
            asker.on_failure(Failure.UNREACHABLE)
            return
        self._all.add(connection)
        if asker.gone:
            self.answered(connection, reusable=True)
        else:
            connection.start(asker)

    def answered(self, connection: UpstreamConnection, *, reusable: bool) -> None:
        """An answer is complete: the connection goes to whoever waits, or to the idle ones."""
        if self.breaker.open:
            log.info("a service answers again", extra={"fields": {"upstream": self.name}})
        self.breaker.succeeded()
        if not reusable:
            connection.transport.close()
            return
        if self._waiting:
            connection.start(self._waiting.popleft())
            return
        connection.deadline = self.tick + IDLE_S
        self._idle.append(connection)

    def failed(self, connection: UpstreamConnection, failure: Failure) -> None:
        """No answer came, or no whole one; a connection that had grown old in the pool says nothing of the service."""
        if failure is not Failure.LOST or not connection.used:
            self._blame()
        connection.abandon(failure)

    def _blame(self) -> None:
        """Counts a failure; says so once when the service begins to count as down."""
        known = self.breaker.open
        self.breaker.failed(self.now())
        if self.breaker.open and not known:
            log.warning("a service does not answer", extra={"fields": {"upstream": self.name}})

    def gone(self, connection: UpstreamConnection) -> None:
        """The connection has ended; one who waits gets a new one."""
        self._all.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        if self._waiting:
            self._connect_or_wait(self._waiting.popleft())

    def sweep(self) -> None:
        """Ends what is past its deadline: idle connections, and requests nobody has answered."""
        now = self.tick = self.now()
        for connection in [connection for connection in self._all if connection.deadline < now]:
            if connection.asker is None:
                connection.transport.close()
            elif not connection.asker.whole():
                connection.deadline = now + connection.asker.timeout_s
            else:
                self.failed(connection, Failure.LATE)

    def drop_idle(self) -> None:
        """Closes every connection that nobody uses: when one has gone stale, the others have too."""
        while self._idle:
            self._idle.pop().transport.close()

    def close(self) -> None:
        """Ends everything."""
        for task in self._connecting:
            task.cancel()
        for connection in list(self._all):
            connection.transport.abort()
