"""What a caller may ask of a list: no order or filter by a field that may be hidden, and no more than a page."""

import json
from collections.abc import Iterator
from typing import Any, Final

from sangathan_gateway.merged import shipped_document

DOCUMENT: Final[dict[str, Any]] = json.loads(shipped_document())
READS: Final = {
    path: {one["name"]: one["schema"] for one in item["get"].get("parameters", []) if one["in"] == "query"}
    for path, item in DOCUMENT["paths"].items()
    if "get" in item
}
WORKER: Final = DOCUMENT["paths"]["/v1/workers/{worker_id}"]["get"]["responses"]["200"]
RECORD: Final = WORKER["content"]["application/json"]["schema"]["properties"]
# Of a worker's record only these may be asked for: they say where it stands, not who it is about.
# A notice has a version too.
ASKED_FOR: Final = {"id", "unit_id", "person_id", "status", "version"}
BY_NUMBER: Final = {"offset", "page", "skip", "start"}
ORDERS: Final = {"sort", "sort_by", "order_by"}


def values(schema: dict[str, Any]) -> Iterator[Any]:
    """The values that a parameter takes, when they are few and named."""
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    yield from schema.get("enum", [])
    if "const" in schema:
        yield schema["const"]


def test_no_list_is_filtered_or_ordered_by_a_field_that_may_be_hidden() -> None:
    hidden = set(RECORD) - ASKED_FOR
    assert {"phone", "birth_year", "relation_name"} <= hidden
    assert {path: hidden & set(asked) for path, asked in READS.items() if hidden & set(asked)} == {}
    assert {path for path, asked in READS.items() if ORDERS & set(asked)} == set()
    assert {path: [*values(asked["order"])] for path, asked in READS.items() if "order" in asked} == {
        "/v1/broadcasts": ["oldest", "newest"]
    }


def test_no_list_gives_more_than_a_page_at_once_or_pages_by_number() -> None:
    paged = {path: asked for path, asked in READS.items() if "limit" in asked}
    assert len(paged) > 20
    assert {path for path, asked in paged.items() if not 0 < asked["limit"].get("maximum", 0) <= 200} == set()
    assert {path for path, asked in READS.items() if ("cursor" in asked) != ("limit" in asked)} == set()
    assert {path for path, asked in READS.items() if BY_NUMBER & set(asked)} == set()
