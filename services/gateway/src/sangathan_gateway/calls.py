"""The gateway's own questions to identity, over the same pooled connections as everybody's requests."""

import asyncio
from dataclasses import dataclass

from sangathan_gateway.upstream import Failure, Noted, Upstream, UpstreamConnection


class CallFailed(Exception):  # noqa: N818 - the caller decides what that means.
    """No answer came."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A small answer, held whole."""

    status: int
    body: bytes


class _Call:
    """A request known whole, whose answer is awaited."""

    def __init__(self, request: bytes, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self.connection: UpstreamConnection | None = None
        self.gone = False
        self._request = request
        self._status = 0
        self._body = bytearray()
        self.answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

    def take(self) -> bytes:
        return self._request

    def whole(self) -> bool:
        return True

    def on_head(self, status: int, lines: list[bytes], noted: Noted) -> None:  # noqa: ARG002 - the asker's signature.
        self._status = status

    def on_body(self, data: bytes) -> None:
        self._body += data

    def on_pause(self) -> None:
        pass

    def on_drained(self) -> None:
        pass

    def on_end(self) -> None:
        if not self.answer.done():
            self.answer.set_result(Answer(self._status, bytes(self._body)))

    def on_failure(self, failure: Failure) -> None:
        if not self.answer.done():
            self.answer.set_exception(CallFailed(failure.name))


async def call(upstream: Upstream, head: bytes, body: bytes = b"", *, timeout_s: float = 2.0) -> Answer:
    """Sends one request (request line and own headers, each ended by CRLF); raises CallFailed without an answer."""
    rest = b"host: %b\r\ncontent-length: %d\r\n\r\n" % (upstream.authority, len(body))
    asking = _Call(head + rest + body, timeout_s)
    upstream.submit(asking)
    try:
        async with asyncio.timeout(timeout_s):
            return await asking.answer
    except TimeoutError:
        raise CallFailed from None
    finally:
        asking.gone = True
        upstream.withdraw(asking)
