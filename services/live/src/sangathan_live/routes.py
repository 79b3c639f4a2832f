"""What the edge answers on which path: the two ways to listen, presence for operators, and health."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import msgspec

from sangathan_chassis import languages, problems
from sangathan_chassis.refusal import INVALID_INPUT, MALFORMED_INPUT, NOT_FOUND, Kind, Pointer, ProblemType, Refusal
from sangathan_chassis.scope import Scope, is_path
from sangathan_chassis.telemetry import Telemetry
from sangathan_live.admission import (
    Admitted,
    Bucket,
    Tickets,
    bearer_ticket,
    busy,
    check_origin,
    socket_ticket,
)
from sangathan_live.connections import Connections
from sangathan_live.front import Answer, BecomeStream, Reply, Request, is_handshake_key
from sangathan_live.members import SocketMember, StreamMember
from sangathan_live.settings import LiveSettings
from sangathan_live.tallies import Tallies, Tally

PRESENCE = "live.presence"
_UPGRADE_REQUIRED = ProblemType("upgrade-required", Kind.INVALID, "A WebSocket is expected here", "यहाँ वेबसॉकेट अपेक्षित है")
_NOT_OFFERED = ProblemType(
    "method-not-allowed", Kind.INVALID, "This method is not offered here", "यह विधि यहाँ उपलब्ध नहीं है"
)
_STREAM_HEAD = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    "connection": "close",
    "x-accel-buffering": "no",
}
_LARGEST = 2**63


@dataclass(slots=True)
class State:
    """What readiness tells of: the broker, the feed of revocations, and whether the process is about to stop."""

    checks: Callable[[], dict[str, str]]
    draining: bool = False

    def report(self) -> tuple[bool, dict[str, str]]:
        """Ready or not, and per check 'ok' or what is wrong."""
        answers = self.checks()
        if self.draining:
            answers["draining"] = "this process is about to stop"
        return not any(answers.values()), {name: wrong or "ok" for name, wrong in answers.items()}


class Routes:
    """Routes one process's requests."""

    def __init__(
        self,
        settings: LiveSettings,
        connections: Connections,
        tickets: Tickets,
        *,
        tallies: Tallies,
        telemetry: Telemetry,
        state: State,
    ) -> None:
        self._settings = settings
        self._origins = settings.origins
        self._connections = connections
        self._tickets = tickets
        self._tallies = tallies
        self._telemetry = telemetry
        self._state = state
        self._bucket = Bucket(settings.live_connects_per_s)
        self._table: dict[str, Callable[[Request], Answer]] = {
            "/live": self._socket,
            "/live/": self._socket,
            "/live/events": self._stream,
            "/live/presence": self._presence,
            "/livez": self._livez,
            "/readyz": self._readyz,
            "/metrics": self._metrics,
        }

    def __call__(self, request: Request) -> Answer:
        """The answer; every refusal becomes a problem (RFC 9457)."""
        try:
            return self._route(request)(request)
        except Refusal as refusal:
            return self._problem(refusal, request)

    def _route(self, request: Request) -> Callable[[Request], Answer]:
        route = self._table.get(request.path)
        if route is None:
            raise Refusal(NOT_FOUND)
        if request.method == "OPTIONS":
            return self._preflight
        if request.method not in {"GET", "HEAD"}:
            raise Refusal(_NOT_OFFERED, headers={"allow": "GET, HEAD, OPTIONS"})
        return route

    def _socket(self, request: Request) -> Answer:
        if not request.upgrades or request.method != "GET":
            raise Refusal(_UPGRADE_REQUIRED, headers={"upgrade": "websocket"})
        self._let_in(request)
        after = _after(request.query.get("after"))
        headers = request.headers
        if headers.get("sec-websocket-version") != "13" or not is_handshake_key(headers.get("sec-websocket-key", "")):
            raise Refusal(MALFORMED_INPUT, "The handshake must be that of RFC 6455, version 13.")
        admitted = self._tickets.admit(socket_ticket(headers))
        return SocketMember(self._connections, admitted, after, self._until(admitted))

    def _stream(self, request: Request) -> Answer:
        self._let_in(request)
        after = _after(request.query.get("after", request.headers.get("last-event-id") or None))
        admitted = self._tickets.admit(bearer_ticket(request.headers))
        if request.method == "HEAD":
            return Reply(200, b"", "text/event-stream; charset=utf-8")
        connections, until = self._connections, self._until(admitted)
        return BecomeStream(
            {**_STREAM_HEAD, **self._cross_origin(request)},
            lambda transport: StreamMember(connections, admitted, transport, until),
            lambda member: connections.stream_opened(member, after),
        )

    def _let_in(self, request: Request) -> None:
        """The checks that cost least come first: a storm of reconnects must not be able to spend our time."""
        spread = self._settings.live_retry_seconds
        if self._state.draining or len(self._connections) >= self._settings.live_max_connections:
            raise busy("This edge has no room now.", spread)
        if not self._bucket.take():
            raise busy("Too many connect at once.", spread)
        check_origin(request.headers.get("origin", ""), self._origins)

    def _until(self, admitted: Admitted) -> float:
        return time.monotonic() + min(self._settings.live_max_age_seconds, admitted.seconds)

    def _presence(self, request: Request) -> Answer:
        """How many listen at a unit and directly below, in this process; for operators, within their scope."""
        claims = self._tickets.claims(bearer_ticket(request.headers), PRESENCE)
        unit = request.query.get("unit", "")
        if not is_path(unit):
            raise Refusal(INVALID_INPUT, errors=[Pointer("#query/unit", "a unit path such as in.mp.d07.")])
        if not Scope(claims.lo, claims.hi).contains(unit):
            raise Refusal(NOT_FOUND)
        both = (self._connections.sockets, self._connections.streams)
        units = dict.fromkeys([unit, *sorted(child for index in both for child in index.children(unit))])
        counts = {path: sum(index.count(path) for index in both) for path in units}
        body = msgspec.json.encode({"unit": unit, "listening": counts, "processes": self._settings.live_processes})
        return Reply(200, body, headers={"cache-control": "no-store"})

    def _livez(self, _request: Request) -> Answer:
        return Reply(200, b'{"status":"ok"}')

    def _readyz(self, _request: Request) -> Answer:
        ready, checks = self._state.report()
        body = msgspec.json.encode({"status": "ready" if ready else "not ready", "checks": checks})
        return Reply(200 if ready else 503, body)

    def _metrics(self, request: Request) -> Answer:
        if not self._settings.shows_metrics(request.address, forwarded="x-forwarded-for" in request.headers):
            raise Refusal(NOT_FOUND)
        return Reply(200, self._telemetry.page(), "text/plain; version=0.0.4; charset=utf-8")

    def _preflight(self, request: Request) -> Reply:
        allow = {
            "allow": "GET, HEAD, OPTIONS",
            "access-control-allow-methods": "GET",
            "access-control-allow-headers": "authorization, last-event-id",
            "access-control-max-age": "7200",
        }
        return Reply(204, headers={**allow, **self._cross_origin(request)})

    def _cross_origin(self, request: Request) -> dict[str, str]:
        """Lets an allowed page read the answer (WHATWG Fetch, section 3.3)."""
        origin = request.headers.get("origin", "")
        if not origin:
            return {}
        try:
            check_origin(origin, self._origins)
        except Refusal:
            return {}
        return {"access-control-allow-origin": origin, "vary": "origin"}

    def _problem(self, refusal: Refusal, request: Request) -> Reply:
        kind = refusal.type
        if kind.kind in {Kind.BUSY, Kind.UNAUTHENTICATED}:
            self._tallies.add(Tally.REFUSED_BUSY if kind.kind is Kind.BUSY else Tally.REFUSED_TICKET)
        status = {_UPGRADE_REQUIRED.slug: 426, _NOT_OFFERED.slug: 405}.get(kind.slug, problems.STATUS[kind.kind])
        rendered = problems.render(refusal, hindi=_hindi(request.headers), status=status)
        headers = {k: v for k, v in rendered.headers.items() if k not in {"content-length", "content-type"}}
        return Reply(status, bytes(rendered.body), problems.MEDIA_TYPE, {**headers, **self._cross_origin(request)})


def _hindi(headers: Mapping[str, str]) -> bool:
    return languages.prefers_hindi(headers.get("accept-language", ""))


def _after(text: str | None) -> int | None:
    """The last sequence number the client has; raises a Refusal when it is not a number."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 20) or int(text) >= _LARGEST:
        raise Refusal(INVALID_INPUT, errors=[Pointer("#query/after", "the last sequence number you have, 0 or more")])
    return int(text)
