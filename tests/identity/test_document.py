"""The OpenAPI document that the gateway ships is what the service offers today."""

import json
import os
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from sangathan_identity.main import SERVICE

SHIPPED = Path(str(resources.files("sangathan_gateway"))) / "openapi" / "identity.json"
DOCUMENT: dict[str, Any] = SERVICE.app().openapi()
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
}


def as_text() -> str:
    return json.dumps(DOCUMENT, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def test_the_shipped_document_is_fresh() -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        SHIPPED.write_text(as_text(), encoding="utf-8")
    assert SHIPPED.read_text(encoding="utf-8") == as_text(), "run with UPDATE_GOLDEN=1"


def test_what_is_for_the_gateway_alone_is_not_described() -> None:
    assert "/v1/introspections" not in DOCUMENT["paths"]


@pytest.mark.parametrize("key", sorted(OPERATIONS))
def test_every_route_says_what_it_does(key: str) -> None:
    assert OPERATIONS[key]["summary"]
    assert OPERATIONS[key]["description"]


@pytest.mark.parametrize("key", sorted(key for key in OPERATIONS if "/oauth2/" not in key))
def test_every_refusal_is_a_problem(key: str) -> None:
    refusals = {status: answer for status, answer in OPERATIONS[key]["responses"].items() if status >= "400"}
    assert {tuple(answer["content"]) for answer in refusals.values()} <= {("application/problem+json",)}


@pytest.mark.parametrize("name", sorted(DOCUMENT["components"]["schemas"]))
def test_every_body_forbids_unknown_fields(name: str) -> None:
    schema = DOCUMENT["components"]["schemas"][name]
    if name.endswith(("In", "Change")):
        assert schema["additionalProperties"] is False
