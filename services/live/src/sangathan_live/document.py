"""The edge's part of the system's description (OpenAPI 3.1): the SSE stream, and what can be said of a WebSocket."""

from typing import Any

_AFTER = {
    "name": "after",
    "in": "query",
    "required": False,
    "description": "The last sequence number the client has; what came since is filled in, or a `gap` message says "
    "where to fetch it.",
    "schema": {"type": "integer", "minimum": 0},
}

_EVENT = """\
id: 42
event: cast
data: {"type":"cast","seq":42,"path":"in.mp.d07.","title_hi":"कल की बैठक","title_en":"Tomorrow's meeting"}

"""


def document() -> dict[str, Any]:
    """The OpenAPI document."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Sangathan live", "version": "1"},
        "paths": {"/live": {"get": _socket()}, "/live/events": {"get": _stream()}},
        "components": {
            "securitySchemes": {
                "ticket": {"type": "http", "scheme": "bearer", "description": "From POST /v1/live-tickets."}
            },
            "schemas": {"Problem": {"type": "object", "description": "RFC 9457."}},
        },
    }


def _socket() -> dict[str, Any]:
    return {
        "operationId": "listen_by_socket",
        "summary": "Listen over a WebSocket",
        "description": "Offer the subprotocols `sangathan.v1` and `ticket.<ticket>`. Messages are JSON with a `type`: "
        "hello, cast, gap, bye.",
        "parameters": [_AFTER],
        "responses": {"101": {"description": "The WebSocket is open."}, **_refusals("401", "403", "422", "426", "503")},
    }


def _stream() -> dict[str, Any]:
    return {
        "operationId": "listen_by_stream",
        "summary": "Listen over server-sent events, where a network lets no WebSocket through",
        "security": [{"ticket": []}],
        "parameters": [_AFTER],
        "responses": {
            "200": {
                "description": "Events without end.",
                "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EVENT}},
            },
            **_refusals("401", "403", "422", "503"),
        },
    }


def _refusals(*statuses: str) -> dict[str, Any]:
    meaning = {
        "401": "The ticket is missing, forged, expired or void.",
        "403": "No office at a unit, or a page of a foreign origin.",
        "422": "The sequence number is not a number.",
        "426": "A WebSocket is expected here.",
        "503": "No room or too many at once; Retry-After says when.",
    }
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": meaning[status], "content": content} for status in statuses}
