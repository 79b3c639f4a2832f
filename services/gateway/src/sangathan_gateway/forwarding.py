"""The head of a request as a service gets it: the caller's own headers, and what the gateway vouches for."""

from functools import cache
from typing import TYPE_CHECKING

from sangathan_chassis.assertion import HEADER

if TYPE_CHECKING:
    from sangathan_gateway.exchange import Exchange

_ASSERTION = b"\r\n" + HEADER.encode() + b": "


def request_head(exchange: "Exchange", length: int) -> bytes:
    """All header lines, the empty one included; a negative length means chunks."""
    upstream, stamp, route = exchange.upstream, exchange.stamp, exchange.route
    assert upstream is not None and stamp is not None and route is not None  # noqa: S101, PT018 - it is admitted.
    path, method, trace = exchange.path, exchange.method, exchange.trace
    request_id = trace.request_id
    if length > 0 or (length == 0 and method != b"GET"):
        end = b"content-length: %d\r\n\r\n" % length
    else:
        end = b"transfer-encoding: chunked\r\n\r\n" if length else b"\r\n"
    # fmt: off
    return b"".join((
        method, b" ", path + b"?" + exchange.query if exchange.query else path, upstream.host_line,
        _ASSERTION, stamp.mint(int(exchange.core.now()), request_id, method, path),
        b"\r\nsangathan-request-id: ", request_id,
        b"\r\ntraceparent: ", trace.traceparent,
        b"\r\nx-forwarded-for: ", exchange.address().encode(), _timeout_line(route.timeout_s),
        *exchange.forward, *(_shown(exchange) if route.passes_authorization else ()), end,
    ))
    # fmt: on


def _shown(exchange: "Exchange") -> tuple[bytes, ...]:
    """An application's own credentials; made for this request alone, since what a connection says is known again."""
    shown = exchange.noted.get("authorization")
    return () if shown is None else (b"authorization: ", shown, b"\r\n")


@cache
def _timeout_line(seconds: float) -> bytes:
    return b"\r\nsangathan-timeout-ms: %d\r\n" % (seconds * 1000)
