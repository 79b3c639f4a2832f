"""The part of a service's OpenAPI document that every route shares: how it refuses (RFC 9457)."""

from typing import Any, Final

from fastapi import FastAPI

from sangathan_chassis.problems import MEDIA_TYPE

_MEANING: Final = {
    400: "The request cannot be read.",
    401: "Not signed in, or no longer.",
    403: "The office held does not allow it.",
    404: "Nothing here, or nothing within the caller's unit: the two read the same.",
    409: "It conflicts with what is there.",
    412: "It has changed since it was read.",
    413: "The body is too large.",
    415: "The body must be JSON.",
    422: "The input is not acceptable; each error names its place by a JSON pointer.",
    428: "If-Match is missing.",
    429: "Too many requests; Retry-After says when to come back.",
    503: "Try again shortly; Retry-After says when.",
}
_ALWAYS: Final = (400, 401, 403, 413, 422, 429, 503)
_CONTENT: Final = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_PROBLEM: Final = {
    "type": "object",
    "title": "Problem",
    "description": "A refusal (RFC 9457), titled in Hindi or English by Accept-Language.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {
            "type": "string",
            "description": "A stable name for the kind of refusal.",
            "example": "urn:sangathan:problem:not-found",
        },
        "title": {"type": "string", "description": "The kind of refusal in words.", "example": "Nothing here"},
        "status": {"type": "integer", "description": "The status of this answer.", "example": 404},
        "detail": {"type": "string", "description": "What would be accepted."},
        "trace_id": {"type": "string", "description": "Name it when asking for help."},
        "errors": {
            "type": "array",
            "description": "The places in the input that are wrong.",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "A JSON pointer (RFC 6901).", "example": "/phone"},
                    "detail": {"type": "string", "description": "What would be accepted there."},
                },
            },
        },
    },
}


def refuses(*statuses: int, **meanings: str) -> dict[int | str, dict[str, Any]]:
    """A route's documented refusals: those that any route has, these, and ``_409="…"`` for one with its own meaning."""
    own = {int(name.removeprefix("_")): meaning for name, meaning in meanings.items()}
    every = sorted({*_ALWAYS, *statuses, *own})
    return {status: {"description": own.get(status, _MEANING[status]), "content": _CONTENT} for status in every}


def describe_problems(app: FastAPI) -> None:
    """Adds the schema that the refusals refer to, which no reply model brings in by itself."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        document = plain()
        document.setdefault("components", {}).setdefault("schemas", {}).setdefault("Problem", _PROBLEM)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document.
