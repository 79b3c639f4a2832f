"""The gateway's own answers, and the head it puts before a service's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sangathan_gateway.problems import MEDIA_TYPE, Refused, body_of, prefers_hindi
from sangathan_gateway.upstream import Noted
from sangathan_gateway.wire import NOTHING_RUNS, SECURITY, STATUS_LINES, UNCACHED

if TYPE_CHECKING:
    from sangathan_gateway.exchange import Exchange

_API_HEADERS = SECURITY + NOTHING_RUNS


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer from here: status, media type, body, and header lines each ended by CRLF."""

    status: int
    media_type: bytes = b""
    body: bytes = b""
    headers: bytes = _API_HEADERS + UNCACHED

    @classmethod
    def of_problem(cls, refused: Refused, exchange: "Exchange") -> "Reply":
        """The problem document in the caller's language."""
        hindi = prefers_hindi(exchange.noted.get("accept-language", b""))
        body = body_of(refused, hindi=hindi, trace_id=exchange.trace.trace_id)
        language = b"content-language: hi\r\n" if hindi else b"content-language: en\r\n"
        headers = _API_HEADERS + UNCACHED + b"vary: accept-language\r\n" + language + refused.headers
        return cls(refused.problem.status, MEDIA_TYPE, body, headers)

    @classmethod
    def options(cls, offered: Sequence[str]) -> "Reply":
        """The answer to OPTIONS: every method offered."""
        allow = b"allow: " + ", ".join(offered).encode() + b"\r\n"
        return cls(204, headers=_API_HEADERS + UNCACHED + allow)

    def encoded(self, exchange: "Exchange") -> bytes:
        """All of the answer's bytes; for HEAD without the body."""
        lines = [STATUS_LINES[self.status], exchange.core.date_line, self.headers, *common_lines(exchange)]
        if self.media_type:
            lines.append(b"content-type: %b\r\ncontent-length: %d\r\n" % (self.media_type, len(self.body)))
        elif self.status not in {204, 304}:
            lines.append(b"content-length: 0\r\n")
        lines.append(b"\r\n")
        if not exchange.head_only:
            lines.append(self.body)
        return b"".join(lines)


def common_lines(exchange: "Exchange") -> Sequence[bytes]:
    """What every answer says: which request it was, what is left of the rate, and whether the connection ends."""
    closing = b"" if exchange.keep_alive else b"connection: close\r\n"
    return (b"sangathan-request-id: ", exchange.trace.request_id, b"\r\n", exchange.limit_headers, closing)


def answer_head(exchange: "Exchange", status: int, lines: list[bytes], noted: Noted) -> bytes:
    """The head of a service's answer as the caller gets it: one without a length comes in chunks, to HTTP/1.1."""
    policy = noted.get("content-security-policy")
    out = [STATUS_LINES[status]]
    # The sign-in page alone says what it needs; two policies would add up to the stricter.
    out += [_API_HEADERS] if policy is None else [SECURITY, b"content-security-policy: %b\r\n" % policy]
    date = noted.get("date")
    out.append(exchange.core.date_line if date is None else b"date: %b\r\n" % date)
    out += lines
    cached = noted.get("cache-control")
    out.append(UNCACHED if cached is None else b"cache-control: %b\r\n" % cached)
    length = noted.get("content-length")
    if length is not None:
        out.append(b"content-length: %b\r\n" % length)
    elif exchange.chunks:
        out.append(b"transfer-encoding: chunked\r\n")
    out += common_lines(exchange)
    out.append(b"\r\n")
    return b"".join(out)
