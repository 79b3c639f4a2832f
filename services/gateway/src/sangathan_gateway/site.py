"""Puts together what the gateway answers itself."""

from importlib import resources
from typing import TYPE_CHECKING

from sangathan_gateway.access import Access
from sangathan_gateway.health import Health
from sangathan_gateway.merged import shipped_document
from sangathan_gateway.pages import LiveTicket, Page, Pages, json_reply, static
from sangathan_gateway.problems import NOT_FOUND, Refused
from sangathan_gateway.replies import Reply
from sangathan_gateway.settings import GatewaySettings
from sangathan_gateway.tracing import Tracing

if TYPE_CHECKING:
    from sangathan_gateway.exchange import Exchange

_VERIFY_SCRIPTS = ("verify.js", "verify-card.js", "verify-worker.js")
_ASSETS = {
    "/": ("index.html", b"text/html; charset=utf-8"),
    "/both.js": ("both.js", b"text/javascript; charset=utf-8"),
    "/confirm": ("confirm.html", b"text/html; charset=utf-8"),
    "/confirm.js": ("confirm.js", b"text/javascript; charset=utf-8"),
    "/docs": ("docs.html", b"text/html; charset=utf-8"),
    "/docs/docs.css": ("docs.css", b"text/css; charset=utf-8"),
    "/docs/docs.js": ("docs.js", b"text/javascript; charset=utf-8"),
    "/report": ("report.html", b"text/html; charset=utf-8"),
    "/report.js": ("report.js", b"text/javascript; charset=utf-8"),
    "/statement": ("statement.html", b"text/html; charset=utf-8"),
    "/statement.js": ("statement.js", b"text/javascript; charset=utf-8"),
    "/verify": ("verify.html", b"text/html; charset=utf-8"),
    "/verify.css": ("verify.css", b"text/css; charset=utf-8"),
    **{f"/{name}": (name, b"text/javascript; charset=utf-8") for name in _VERIFY_SCRIPTS},
}


def site(health: Health, tracing: Tracing, access: Access, *, settings: GatewaySettings) -> Pages:
    """All pages and own routes."""
    pages: dict[bytes, Page] = {
        path.encode(): static(media_type, _asset(name)) for path, (name, media_type) in _ASSETS.items()
    }
    pages[b"/openapi.json"] = static(b"application/json", shipped_document())
    pages[b"/livez"] = health.livez
    pages[b"/readyz"] = health.readyz
    pages[b"/metrics"] = metrics(settings, tracing)
    return Pages(pages, {"POST /v1/live-tickets": live_tickets(access, settings.live_public_url)})


def metrics(settings: GatewaySettings, tracing: Tracing) -> Page:
    """The page for Prometheus, which is missing for everybody else."""

    def answer(exchange: "Exchange") -> Reply:
        if not settings.shows_metrics(exchange.line.address, forwarded="x-forwarded-for" in exchange.noted):
            raise Refused(NOT_FOUND)
        return Reply(200, b"text/plain; version=0.0.4; charset=utf-8", tracing.page())

    return answer


def live_tickets(access: Access, live_url: str) -> Page:
    """The route that gives tickets for the live edge."""

    def answer(exchange: "Exchange") -> Reply:
        assert exchange.verified is not None  # noqa: S101 - the route is not public.
        ticket = access.live_ticket(exchange.verified, exchange.begun_at).decode()
        return json_reply(LiveTicket(ticket, live_url, "sangathan.v1", 30), 201)

    return answer


def _asset(name: str) -> bytes:
    return resources.files("sangathan_gateway").joinpath("site", name).read_bytes()
