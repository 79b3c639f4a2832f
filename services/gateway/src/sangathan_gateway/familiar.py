"""What a kept connection says again and again: the headers of a caller's last request, read once.

A caller's requests differ in their target, and hardly ever in their headers. When all that follows the target is byte
for byte what the parser has read on this connection as the head of one whole request without a body, it is not read
again; whatever else comes goes to the parser. What the headers *mean* is never remembered: token, revocation, rate,
office and range are asked anew for every request.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sangathan_gateway.exchange import Exchange

_METHOD: Final = b"GET "
_VERSION: Final = b" HTTP/1.1\r\n"
_LONGEST: Final = 8 * 1024


@dataclass(frozen=True, slots=True)
class Familiar:
    """The bytes from the end of the target to the empty line, and what was read in them."""

    tail: bytes
    noted: dict[str, bytes]
    forward: list[bytes]

    def target(self, data: bytes) -> bytes | None:
        """The request target when these bytes are one request with the familiar headers, else None.

        Without a space in it the target cannot hide a second request; `read_target` refuses whatever else is bent.
        """
        if not (data.endswith(self.tail) and data.startswith(_METHOD)):
            return None
        target = data[len(_METHOD) : -len(self.tail)]
        return None if b" " in target else target


def familiar(data: bytes, exchange: "Exchange") -> Familiar | None:
    """What to know again of a request that these bytes were, all of them and nothing but them."""
    plain = exchange.path and not exchange.length and exchange.keep_alive and not exchange.upgrade
    at = data.find(_VERSION)
    if not plain or "expect" in exchange.noted or not data.startswith(_METHOD) or not 0 < at < len(data) <= _LONGEST:
        return None
    return Familiar(data[at:], exchange.noted, [b"".join(exchange.forward)])
