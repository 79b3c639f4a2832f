"""Who may connect, and how fast: tickets, recent revocations, origins, and a limit on connects per second.

A ticket is a gateway's assertion for audience ``live`` that lives 30 seconds; it is shown in a header, never in a URL.
"""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sangathan_chassis.assertion import LEEWAY_S, LIFETIME_S, AssertionRefused, Claims, Verifier
from sangathan_chassis.refusal import BUSY, FORBIDDEN, UNAUTHENTICATED, Refusal
from sangathan_chassis.scope import is_path
from sangathan_live.index import keys_of

PROTOCOL = "sangathan.v1"
LISTEN = "live.listen"
_TICKET_PREFIX = "ticket."


@dataclass(frozen=True, slots=True)
class Admitted:
    """A connection that may be made: the keys it is found under, those of them that are units, and for how long.

    ``seconds`` is the time until one of its offices begins or lapses by its date, which no event tells.
    """

    keys: tuple[str, ...]
    seconds: float = float("inf")

    @property
    def units(self) -> frozenset[str]:
        """Its units and all their ancestors: casts to any of them are for it."""
        return frozenset(key for key in self.keys if key.endswith("."))


class Bucket:
    """Lets ``rate`` connects a second through, and twice as many at once after a quiet spell."""

    def __init__(self, rate: float, now: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._now = now
        self._level = 2 * rate
        self._at = now()

    def take(self) -> bool:
        """Whether one more may connect now."""
        now = self._now()
        self._level = min(2 * self._rate, self._level + (now - self._at) * self._rate)
        self._at = now
        if self._level < 1:
            return False
        self._level -= 1
        return True


class Revocations:
    """What was revoked lately: a ticket minted before must not connect after, though it has not expired.

    A session or an appointment that has ended never comes back. A ticket that names one is void whenever it was minted:
    a gateway that had not heard of the end, or whose clock is ahead, may have minted it since.
    """

    EVERYTHING = "*"
    KEPT_S = LIFETIME_S + 2 * LEEWAY_S

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._revoked: dict[str, float] = {}
        self._ended: dict[str, float] = {}
        self._sweep_at = 10_000

    def add(self, key: str, *, for_good: bool = False) -> None:
        """Notes that tickets for a person, session, appointment, or the place of a unit are void from now on."""
        now = self._now()
        self._revoked[key] = now
        if for_good:
            self._ended[key] = now
        if len(self._revoked) > self._sweep_at:
            self._revoked = {k: at for k, at in self._revoked.items() if now - at < self.KEPT_S}
            self._ended = {k: at for k, at in self._ended.items() if now - at < self.KEPT_S}
            self._sweep_at = max(10_000, 2 * len(self._revoked))

    def until(self, moment: int) -> float:
        """How many seconds are left until a moment of a ticket; 0 there stands for none."""
        return moment - self._now() if moment else float("inf")

    def hit(self, keys: tuple[str, ...], minted_at: float) -> bool:
        """Whether any of the keys was revoked after a ticket with them was minted, or has ended for good."""
        if any(key in self._ended for key in keys):
            return True
        return any(self._revoked.get(key, 0.0) >= minted_at for key in (self.EVERYTHING, *keys))


class Tickets:
    """Turns a shown ticket into an admission; raises a Refusal otherwise."""

    def __init__(self, verifier: Verifier, revocations: Revocations) -> None:
        self._verifier = verifier
        self._revocations = revocations

    def claims(self, token: str, action: str) -> Claims:
        """The verified claims of a token minted for this action."""
        try:
            claims = self._verifier.verify(token)
        except AssertionRefused:
            claims = None
        if claims is None or claims.act != action:
            raise unauthenticated()
        return claims

    def admit(self, token: str) -> Admitted:
        """Verifies a ticket; 401 when it is not genuine or void by now, 403 when it names no unit."""
        claims = self.claims(token, LISTEN)
        if not claims.paths or not all(is_path(path) for path in claims.paths):
            raise Refusal(FORBIDDEN, "Only a holder of an office at a unit can listen.")
        keys = keys_of(claims.paths, (claims.sub, claims.sid, *claims.apts))
        if self._revocations.hit(keys, claims.iat):
            raise unauthenticated()
        return Admitted(keys, self._revocations.until(claims.unt))


def unauthenticated() -> Refusal:
    """Says how to get in: a ticket from the gateway, in a header."""
    return Refusal(
        UNAUTHENTICATED,
        "Show a live ticket, at most 30 seconds old, from POST /v1/live-tickets.",
        headers={"www-authenticate": 'Bearer realm="live"'},
    )


def busy(detail: str, spread_s: float) -> Refusal:
    """503 whose Retry-After differs from client to client, so that they do not all come back together."""
    wait = random.uniform(1, max(spread_s, 2))  # noqa: S311 - spreads load, hides nothing.
    return Refusal(BUSY, detail, headers={"retry-after": str(round(wait))})


def socket_ticket(headers: Mapping[str, str]) -> str:
    """The ticket among the offered subprotocols, beside `PROTOCOL`; raises a Refusal when either is missing."""
    offered = [p.strip() for p in headers.get("sec-websocket-protocol", "").split(",")]
    tickets = [p[len(_TICKET_PREFIX) :] for p in offered if p.startswith(_TICKET_PREFIX)]
    if PROTOCOL not in offered or len(tickets) != 1:
        raise unauthenticated()
    return tickets[0]


def bearer_ticket(headers: Mapping[str, str]) -> str:
    """The ticket in the Authorization header (RFC 6750, section 2.1); raises a Refusal when there is none."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise unauthenticated()
    return token.strip()


def check_origin(origin: str, allowed: frozenset[str]) -> None:
    """Refuses a browser's page from elsewhere; clients that are not browsers send no origin."""
    if origin and "*" not in allowed and origin.rstrip("/") not in allowed:
        raise Refusal(FORBIDDEN, "Pages of this origin may not connect.")
