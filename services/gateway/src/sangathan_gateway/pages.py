"""What the gateway answers itself: health, metrics, the API's description, its reading page, and live tickets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from sangathan_gateway.problems import NOT_FOUND, Refused
from sangathan_gateway.replies import Reply
from sangathan_gateway.wire import SECURITY

if TYPE_CHECKING:
    from sangathan_gateway.exchange import Exchange

Page = Callable[["Exchange"], Reply]
_READ: Final = ("GET", "HEAD", "OPTIONS")
_OWN_ONLY: Final = (
    b"content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    b"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
)


class Pages:
    """Pages by path, and the API routes that no service has."""

    def __init__(self, pages: Mapping[bytes, Page], own: Mapping[str, Page]) -> None:
        self._pages = dict(pages)
        self._own = dict(own)

    def offered(self, path: bytes) -> tuple[str, ...]:
        """The methods that a page answers to; none when there is no such page."""
        return _READ if path in self._pages else ()

    def page(self, exchange: "Exchange") -> Reply:
        """The page at the exchange's path."""
        return self._pages[exchange.path](exchange)

    def own(self, exchange: "Exchange") -> Reply:
        """The answer of an API route of the gateway's own; raises Refused when it has none."""
        assert exchange.route is not None  # noqa: S101 - only a routed exchange comes here.
        own = self._own.get(exchange.route.key)
        if own is None:
            raise Refused(NOT_FOUND)
        return own(exchange)


def static(media_type: bytes, body: bytes) -> Page:
    """A page that is always the same; it may be kept a while, and loads nothing from elsewhere."""
    headers = SECURITY + _OWN_ONLY + b"cache-control: public, max-age=300\r\n"
    reply = Reply(200, media_type, body, headers)
    return lambda _exchange: reply


def json_reply(value: object, status: int = 200) -> Reply:
    """A JSON answer that nobody keeps."""
    return Reply(status, b"application/json", msgspec.json.encode(value))


@dataclass(frozen=True, slots=True)
class LiveTicket:
    """What POST /v1/live-tickets answers: where to connect, and the ticket to show there within its 30 seconds."""

    ticket: str
    url: str
    protocol: str
    expires_in: int
