"""Reads a request's head: framing, target, headers and route, each strictly, before anybody is asked who they are."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from sangathan_gateway.problems import (
    HEADERS_TOO_LARGE,
    MALFORMED,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    TOO_LARGE,
    Refused,
)
from sangathan_gateway.replies import Reply
from sangathan_gateway.target import read_target

if TYPE_CHECKING:
    from sangathan_gateway.exchange import Exchange

_LONGEST_KEY: Final = 255
TWICE: Final = "twice"
_ONCE: Final = frozenset(
    {"authorization", "host", "idempotency-key", "sangathan-appointment", "sangathan-view-as", "expect"}
)


class Waits(Exception):  # noqa: N818 - a turn of the road, not a fault.
    """The decision needs identity's word; ``done`` waits for it and admits the exchange, or raises Refused."""

    def __init__(self, done: "Callable[[Exchange], Awaitable[None]]") -> None:
        super().__init__()
        self.done = done


def read(exchange: "Exchange") -> Reply | None:
    """Fills the exchange from its head; gives the answer when that is one of the gateway's own pages."""
    _read_headers(exchange)
    exchange.begin_trace()
    try:
        _read_framing(exchange)
    except Refused:
        exchange.keep_alive = False  # Where the next request begins is not sure.
        raise
    if exchange.url == b"*" and exchange.method == b"OPTIONS":
        return Reply.options(("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"))
    return _find_route(exchange)


def read_again(exchange: "Exchange") -> Reply | None:
    """The same for a request whose headers were read with an earlier one of the connection."""
    exchange.begin_trace()
    return _find_route(exchange)


def _find_route(exchange: "Exchange") -> Reply | None:
    exchange.path, exchange.query = read_target(exchange.url)
    route, exchange.parameters, offered = exchange.core.router.find(exchange.method, exchange.path)
    if route is None:
        return _without_route(exchange, offered)
    exchange.route = route
    if exchange.length > route.max_body:
        raise Refused(TOO_LARGE, f"At most {route.max_body} bytes are accepted here.")
    return None


def _without_route(exchange: "Exchange", offered: tuple[str, ...]) -> Reply:
    if not offered:
        offered = exchange.core.pages.offered(exchange.path)
    if not offered:
        raise Refused(NOT_FOUND)
    if exchange.method == b"OPTIONS":
        return Reply.options(offered)
    if exchange.method.decode() not in offered:
        allow = b"allow: " + ", ".join(offered).encode() + b"\r\n"
        raise Refused(METHOD_NOT_ALLOWED, f"Offered here: {', '.join(offered)}.", allow)
    return exchange.core.pages.page(exchange)


def _read_headers(exchange: "Exchange") -> None:
    noted = exchange.noted
    if TWICE in noted:
        raise Refused(MALFORMED, f"The header {noted[TWICE].decode()} is given more than once.")
    connection = noted.get("connection")
    if connection is not None and connection.lower() not in {b"keep-alive", b"close"}:
        exchange.forward = _without_named(exchange.forward, connection)
    if "accept-language" in noted:
        exchange.forward += (b"accept-language: ", noted["accept-language"], b"\r\n", b"")


def again(name: str, noted: dict[str, bytes], value: bytes) -> bytes:
    """A header said twice: a list goes on; anything else could be read in two ways and is noted as that."""
    if name in _ONCE:
        noted[TWICE] = name.encode()
    return noted[name] + b", " + value


def _without_named(forward: list[bytes], connection: bytes) -> list[bytes]:
    """Drops the headers that the Connection header names (RFC 9110, section 7.6.1)."""
    named = {token.strip() for token in connection.lower().split(b",")}
    kept: list[bytes] = []
    for at in range(0, len(forward), 4):
        if forward[at].lower() not in named:
            kept += forward[at : at + 4]
    return kept


def _read_upgrade(exchange: "Exchange") -> None:
    """An offer to upgrade is passed over; with a body it would hide where the body ends."""
    exchange.keep_alive = False
    if exchange.length or exchange.method == b"CONNECT":
        raise Refused(MALFORMED, "Nothing is upgraded here.")


def _read_version(exchange: "Exchange") -> None:
    if exchange.version not in {"1.1", "1.0"}:
        raise Refused(MALFORMED, "HTTP/1.1 is spoken here.")
    if "host" not in exchange.noted and exchange.version == "1.1":
        raise Refused(MALFORMED, "HTTP/1.1 needs a Host header.")


def _read_framing(exchange: "Exchange") -> None:
    noted = exchange.noted
    _read_version(exchange)
    if "transfer-encoding" in noted:
        if noted["transfer-encoding"].lower() != b"chunked":
            raise Refused(MALFORMED, "The only transfer coding accepted is chunked.")
        exchange.length = -1
    elif "content-length" in noted:
        exchange.length = int(noted["content-length"])
    if exchange.upgrade:
        _read_upgrade(exchange)
    if exchange.oversized:
        raise Refused(HEADERS_TOO_LARGE)
    if "idempotency-key" in noted:
        _keep_key(exchange, noted["idempotency-key"])


def _keep_key(exchange: "Exchange", key: bytes) -> None:
    """Checks the key's form and passes it on: the service keeps it, in the transaction of the request itself."""
    if not (1 <= len(key) <= _LONGEST_KEY and all(0x21 <= byte <= 0x7E for byte in key)):
        raise Refused(MALFORMED, "Idempotency-Key takes 1 to 255 visible ASCII characters, such as a UUID.")
    exchange.forward += (b"idempotency-key: ", key, b"\r\n", b"")
