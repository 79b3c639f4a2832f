"""One OpenAPI 3.1 document for the whole system, from the services' own and the gateway's."""

import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

from sangathan_gateway.policy import ACTION, METHODS, Document, public_operations, shipped_documents, shipped_policy

_PROBLEM: Final = "#/components/schemas/Problem"
_HEADERS_OF: Final = {
    "401": {"WWW-Authenticate": "Which token is needed, or what is wrong with the one sent (RFC 6750)."},
    "405": {"Allow": "Every method offered here."},
    "429": {"Retry-After": "Seconds to wait."},
    "503": {"Retry-After": "Seconds to wait."},
}
REFUSALS: Final = {
    "400": "The request cannot be read.",
    "401": "Not signed in, or no longer.",
    "403": "The office held does not allow it.",
    "404": "Nothing here, or nothing within the caller's unit: the two read the same.",
    "405": "This method is not offered here.",
    "408": "The request did not arrive in time.",
    "413": "The body is too large.",
    "429": "Too many requests.",
    "431": "The headers are too large.",
    "500": "Something went wrong on our side.",
    "503": "The service is not available just now.",
    "504": "The service did not answer in time.",
}
_DESCRIPTION: Final = """\
The record of an organisation's workers, its units and offices, workshops, messages and live broadcasts.

Every answer is scoped by the office its caller holds: what lies outside reads like what does not exist (404).
Sign in with `POST /v1/sign-in`, send the access token as `Authorization: Bearer`, and, with several offices, name one
by `Sangathan-Appointment`. Refusals are problem documents (RFC 9457) in English or Hindi by `Accept-Language`.
"""
_APPOINTMENT: Final = {
    "name": "Sangathan-Appointment",
    "in": "header",
    "required": False,
    "description": "The appointment under which the caller acts; needed by those who hold several.",
    "schema": {"type": "string", "format": "uuid"},
}
_OPENS: Final = "x-sangathan-opens"
"""What else than a work a POST opens, which keeps no reply."""
_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A request sent again under the same key within 30 days is answered from the first.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
_TICKETS: Final[Document] = {
    "post": {
        "operationId": "open_live_ticket",
        "summary": "Get a ticket for the live edge",
        "description": "Connect to `url` within `expires_in` seconds, offering the subprotocols `protocol` and "
        "`ticket.<ticket>`, or send the ticket as a bearer token to the SSE stream. A ticket never goes into a URL.",
        "tags": ["live"],
        ACTION: "live.listen",
        "responses": {
            "201": {
                "description": "The ticket.",
                "content": {
                    "application/json": {
                        "schema": {"$ref": "#/components/schemas/LiveTicketOut"},
                        "example": {
                            "ticket": "eyJhbGciOiJFZDI1NTE5In0.eyJ1bml0cyI6WyJpbi5tcC5kMDcuIl19.c2lnbmF0dXJl",
                            "url": "wss://live.sangathan.example/live",
                            "protocol": "sangathan.v1",
                            "expires_in": 30,
                        },
                    }
                },
            }
        },
    }
}
_SCHEMAS: Final[Document] = {
    "LiveTicketOut": {
        "type": "object",
        "required": ["ticket", "url", "protocol", "expires_in"],
        "properties": {
            "ticket": {"type": "string"},
            "url": {"type": "string", "format": "uri"},
            "protocol": {"type": "string"},
            "expires_in": {"type": "integer"},
        },
    },
    "Problem": {
        "type": "object",
        "description": "A refusal (RFC 9457).",
        "required": ["type", "title", "status"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "trace_id": {"type": "string"},
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["pointer", "detail"],
                    "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
                },
            },
        },
    },
}


_VIEW_AS: Final[Document] = {
    "name": "Sangathan-View-As",
    "in": "header",
    "schema": {"type": "string", "format": "uuid"},
    "description": (
        "Show what this appointment would see: at the caller's unit or beneath it, not above the caller's level, "
        "with no field class that the caller lacks, and not what belongs to a person. Needs `appointment.view-as`; "
        "every use is on the audit trail."
    ),
}


def shipped_document() -> bytes:
    """The document of this release."""
    return merged_document(shipped_documents(), public_operations(shipped_policy()))


def merged_document(documents: Mapping[str, Document], public: frozenset[str] = frozenset()) -> bytes:
    """The document as JSON; ``public`` names the operations (``GET /v1/jwks``) that need no token."""
    paths: Document = {"/v1/live-tickets": json.loads(json.dumps(_TICKETS))}
    schemas: Document = json.loads(json.dumps(_SCHEMAS))
    for service, document in documents.items():
        own = _renamed(service, document, schemas)
        schemas |= own.get("components", {}).get("schemas", {})
        for path, item in own["paths"].items():
            paths.setdefault(path, {}).update(item)
    for path, item in paths.items():
        for method, operation in item.items():
            if method.upper() in METHODS:
                _complete(operation, method, public=f"{method.upper()} {path}" in public)
    tags = sorted({tag for item in paths.values() for operation in item.values() for tag in operation.get("tags", [])})
    return json.dumps(_document(paths, schemas, tags), ensure_ascii=False, separators=(",", ":")).encode()


def _document(paths: Document, schemas: Document, tags: list[str]) -> Document:
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Sangathan",
            "version": version("sangathan-gateway"),
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "contact": {"name": "The operator of this installation"},
        },
        "servers": [{"url": "/", "description": "This gateway."}],
        "tags": [{"name": tag, "description": f"Everything about {tag.replace('-', ' ')}."} for tag in tags],
        "security": [{"access_token": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": {
                "access_token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "From POST /v1/sign-in.",
                }
            },
            "schemas": dict(sorted(schemas.items())),
        },
    }


def _renamed(service: str, document: Document, taken: Mapping[str, Any]) -> Document:
    """The document with every schema renamed whose name another service uses for something else."""
    schemas = document.get("components", {}).get("schemas", {})
    others = schemas.keys() & taken.keys() - {"Problem"}
    clashing = sorted(name for name in others if taken[name] != schemas[name])
    text = json.dumps(document)
    for name in clashing:
        new = f"{service.title()}{name}"
        text = text.replace(f'"#/components/schemas/{name}"', f'"#/components/schemas/{new}"')
    renamed: Document = json.loads(text)
    own = renamed.get("components", {}).get("schemas", {})
    for name in clashing:
        own[f"{service.title()}{name}"] = own.pop(name)
    own.pop("Problem", None)
    for item in renamed["paths"].values():
        for operation in item.values():
            operation["operationId"] = f"{service}_{operation['operationId']}"
    return renamed


def _complete(operation: Document, method: str, *, public: bool) -> None:
    """Adds what holds at the gateway for every operation: its own refusals, its headers, whether a token is needed."""
    responses = operation["responses"]
    for status, description in REFUSALS.items():
        response = responses.setdefault(status, {"description": description})
        response.setdefault("content", {})["application/problem+json"] = {"schema": {"$ref": _PROBLEM}}
        if headers := _HEADERS_OF.get(status):
            response["headers"] = {
                name: {"description": text, "schema": {"type": "string"}} for name, text in headers.items()
            }
    added = [] if public else [_APPOINTMENT]
    if method == "get" and not public:
        added.append(_VIEW_AS)
    if method == "post" and operation.get(_OPENS, "work") == "work":
        added.append(_KEY)
    known = {parameter["name"].lower() for parameter in operation.get("parameters", [])}
    parameters = operation.setdefault("parameters", [])
    parameters += [parameter for parameter in added if str(parameter["name"]).lower() not in known]
    operation["security"] = [] if public else [{"access_token": []}]
