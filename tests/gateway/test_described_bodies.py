"""What a caller can set at all: no request takes what the system alone decides, none what it does not name."""

import json
from collections.abc import Iterator
from typing import Any, Final

from sangathan_gateway.merged import shipped_document

DOCUMENT: Final[dict[str, Any]] = json.loads(shipped_document())
# Set by the system from who asks and what is on record: a request that took one would be a way up.
NOBODY_SETS: Final = {
    *("path", "status", "verified", "version", "role", "roles", "acr", "field_classes", "may_appoint", "suspended_at"),
    *("appointed_by", "captured_by", "created_by", "done_by", "delegated_from", "ended_at", "tree_version", "next"),
}
# Which workers are taken out, and none is changed.
FILTERS: Final = {("POST /v1/exports", "status")}
# Keys and passkeys are objects of other standards, which may carry more than is read of them.
OF_OTHER_STANDARDS: Final = {"public_key", "credential", "passkey", "response"}


def objects(schema: dict[str, Any], name: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object that a request may hold, with the name that it has there."""
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for one in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from objects(one, name)
    if isinstance(schema.get("items"), dict):
        yield from objects(schema["items"], name)
    if "properties" in schema:
        yield name, schema
        for field, inner in schema["properties"].items():
            yield from objects(inner, field)


BODIES: Final = {
    f"{method.upper()} {path}": [*objects(body["content"]["application/json"]["schema"])]
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if "application/json" in (body := operation.get("requestBody", {})).get("content", {})
}


def test_no_request_sets_what_the_system_alone_decides() -> None:
    assert len(BODIES) > 40
    taken = {
        (operation, field)
        for operation, found in BODIES.items()
        for _, schema in found
        for field in NOBODY_SETS & set(schema["properties"])
    }
    assert taken == FILTERS


def test_every_object_of_a_request_refuses_what_it_does_not_name() -> None:
    open_ones = {
        (operation, name)
        for operation, found in BODIES.items()
        for name, schema in found
        if schema.get("additionalProperties") is not False and name not in OF_OTHER_STANDARDS
    }
    assert open_ones == set()
