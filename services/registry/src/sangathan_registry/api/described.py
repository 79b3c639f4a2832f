"""Describes a route whose body and reply are msgspec types, so that the OpenAPI document says exactly what it takes."""

from collections.abc import Mapping
from typing import Any, Final, cast

import msgspec
from fastapi import Response

from sangathan_chassis.describe import refuses
from sangathan_chassis.edge import Opens, declares

_BYTES: Final = {"type": "string", "format": "binary"}
_DESCRIBED: Final = {200: "Done.", 201: "Made.", 202: "Begun.", 204: "Done; there is nothing more to say."}
_REF: Final = "#/$defs/"
_IF_MATCH: Final = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag of the version that was read.",
    "schema": {"type": "string"},
}
_IF_NONE_MATCH: Final = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of the version already held.",
    "schema": {"type": "string"},
}
_HEADERS: Final = {
    "ETag": {"description": "The version, strong.", "schema": {"type": "string"}},
    "Location": {"description": "Where it is.", "schema": {"type": "string"}},
    "Link": {"description": "The next page, if there is one (RFC 8288).", "schema": {"type": "string"}},
}


def described(
    action: str,
    *,
    reply: Any = None,
    body: Any = None,
    opens: Opens | None = None,
    status: int = 200,
    headers: tuple[str, ...] = (),
    media: tuple[str, ...] = (),
    refusals: tuple[int, ...] = (),
) -> dict[str, Any]:
    """Keyword arguments for a route: its action, what it takes, gives, and refuses.

    A ``body`` of media types, and ``media`` for the reply, are what is not JSON; a ``reply`` beside is JSON's form.
    With "If-Match" among ``headers`` the version is to be named only when there is one.
    """
    extra = dict(declares(action, opens=opens)["openapi_extra"])
    if body is not None:
        extra["requestBody"] = {"required": True, "content": _content(body)}
    if_match = {**_IF_MATCH, "required": "If-Match" not in headers}
    parameters = [if_match] * (428 in refusals) + [_IF_NONE_MATCH] * ("304" in headers)
    if parameters:
        extra["parameters"] = parameters
    responses: dict[int | str, dict[str, Any]] = refuses(*refusals)
    responses[status] = {
        "description": _DESCRIBED[status],
        "content": {name: {"schema": _BYTES} for name in media} | _json(reply),
        "headers": {name: _HEADERS[name] for name in headers if name in _HEADERS},
    }
    if "304" in headers:
        responses[304] = {"description": "The version that If-None-Match names is the newest.", "headers": {}}
    return {
        "openapi_extra": extra,
        "responses": responses,
        "status_code": status,
        "response_class": Response,
        "response_model": None,
    }


def _json(reply: Any) -> dict[str, Any]:
    return {} if reply is None else {"application/json": {"schema": schema_of(reply)}}


def _content(body: Any) -> dict[str, Any]:
    if isinstance(body, tuple):
        return {name: {"schema": _BYTES} for name in body}
    return {"application/json": {"schema": schema_of(body)}}


def schema_of(type_: Any) -> dict[str, Any]:
    """The JSON schema of a msgspec type, with every reference put in its place."""
    schema = msgspec.json.schema(type_)
    return cast("dict[str, Any]", _inlined(schema, schema.get("$defs", {})))


def _inlined(node: Any, definitions: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_inlined(one, definitions) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _inlined(definitions[node["$ref"].removeprefix(_REF)], definitions)
    return {key: _inlined(value, definitions) for key, value in node.items() if key != "$defs"}
