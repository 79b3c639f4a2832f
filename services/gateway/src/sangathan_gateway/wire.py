"""The few fixed bytes of HTTP/1.1 that the gateway writes itself, and the rules for what it passes on."""

import http
from collections.abc import Sequence
from typing import Final

_PHRASES: Final = {int(status): status.phrase.encode() for status in http.HTTPStatus}
STATUS_LINES: Final = {
    status: b"HTTP/1.1 %d %b\r\n" % (status, _PHRASES.get(status, b"")) for status in range(200, 600)
}

SECURITY: Final = (
    b"x-content-type-options: nosniff\r\n"
    b"referrer-policy: no-referrer\r\n"
    b"x-frame-options: DENY\r\n"
    b"strict-transport-security: max-age=31536000\r\n"
)
NOTHING_RUNS: Final = b"content-security-policy: default-src 'none'; frame-ancestors 'none'\r\n"
UNCACHED: Final = b"cache-control: private, no-store\r\n"

FORWARD: Final = "forward"
DROP: Final = "drop"

_DROPPED: Final = (
    # Hop-by-hop (RFC 9110, section 7.6.1), and what the gateway states itself.
    "keep-alive", "proxy-connection", "proxy-authenticate", "proxy-authorization", "te", "trailer",
    "forwarded", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port", "x-forwarded-prefix", "x-real-ip",
)  # fmt: skip
_NOTED: Final = (
    "accept-language", "authorization", "connection", "content-length", "expect", "host", "idempotency-key",
    "sangathan-appointment", "sangathan-view-as", "traceparent", "transfer-encoding", "upgrade", "x-forwarded-for",
)  # fmt: skip
_ANSWER_NOTED: Final = (
    "content-length", "transfer-encoding", "cache-control", "content-security-policy", "date", "sangathan-scope-moved",
)  # fmt: skip
_ANSWER_DROPPED: Final = ("connection", "keep-alive", "trailer", "upgrade", "server", "proxy-connection")


class HeaderRules:
    """What becomes of a header: forwarded, dropped, or noted under its lower-case name.

    Spellings are remembered, so that the usual ones cost one look-up; nobody can fill the memory with others. Names
    that begin with ``sangathan`` are the system's own and never pass.
    """

    MOST = 1024

    def __init__(self, *, dropped: Sequence[str], noted: Sequence[str]) -> None:
        self._known: dict[bytes, str] = {}
        for name, rule in [*((name, DROP) for name in dropped), *((name, name) for name in noted)]:
            self._known[name.encode()] = rule
            self._known[name.title().encode()] = rule
        self.find = self._known.get

    def rule(self, name: bytes) -> str:
        """The rule for a spelling that has not been seen yet."""
        low = name.lower()
        rule = self._known.get(low)
        if rule is None:
            rule = DROP if low.startswith(b"sangathan") else FORWARD
        if len(self._known) < self.MOST and len(name) <= 64:
            self._known[name] = rule
        return rule


def asking_rules() -> HeaderRules:
    """For what a caller sends."""
    return HeaderRules(dropped=_DROPPED, noted=_NOTED)


def answering_rules() -> HeaderRules:
    """For what a service answers."""
    return HeaderRules(dropped=_ANSWER_DROPPED, noted=_ANSWER_NOTED)
