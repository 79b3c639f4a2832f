"""Every body and every reply of the merged document has an example, which is one of what its schema describes."""

import json
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

import jsonschema_rs
import pytest

from sangathan_chassis.described_examples import add_examples
from sangathan_gateway.merged import shipped_document
from sangathan_live.document import document as live_document

METHODS = {"get", "post", "put", "patch", "delete"}
NEEDS_ONE = {"application/json", "application/x-www-form-urlencoded", "text/csv"}


@cache
def merged() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(shipped_document())
    return document


def contents() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in merged()["paths"].items():
        for method, operation in item.items():
            if method not in METHODS:
                continue
            name = f"{method.upper()} {path}"
            yield f"{name} takes", operation.get("requestBody", {}).get("content", {})
            for status, response in operation["responses"].items():
                if status.startswith("2"):
                    yield f"{name} gives {status}", response.get("content", {})


def described() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, content in contents():
        for kind, media in content.items():
            if kind in NEEDS_ONE and not (kind == "text/csv" and "gives" in name):
                yield name, media


def test_every_body_and_every_reply_of_json_has_an_example() -> None:
    assert [name for name, media in described() if "example" not in media] == []


def test_an_example_is_what_its_schema_describes() -> None:
    faults = [
        f"{name}: {error}" for name, media in described() for error in _faults(media["schema"], media.get("example"))
    ]
    assert faults == []


def _faults(schema: dict[str, Any], example: Any) -> list[str]:
    whole = {**schema, "components": merged()["components"]}
    checker = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
    return [f"{'/'.join(map(str, one.instance_path))} {one.message}" for one in checker.iter_errors(example)]


def test_no_example_has_an_empty_word() -> None:
    texts = [(name, text) for name, media in described() for text in _texts(media.get("example"))]
    assert [name for name, text in texts if not text] == []


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(one)


def test_examples_speak_hindi_and_english() -> None:
    texts = [text for _name, media in described() for text in _texts(media["example"])]
    assert any("नमूना" in text for text in texts)
    assert any("Namuna" in text for text in texts)


def test_each_value_of_the_contracts_file_stands_in_a_document() -> None:
    file = resources.files("sangathan_contracts").joinpath("examples.toml").read_text(encoding="utf-8")
    schemas: list[tuple[str, str]] = []
    for _name, media in described():
        schemas.extend(_fields(media["schema"]))
    known = {name for _owner, name in schemas} | {f"{owner}.{name}" for owner, name in schemas} | {"*_at"}
    assert sorted(tomllib.loads(file).keys() - known) == []


def _fields(schema: Any, seen: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        if name not in seen:
            yield from _fields(merged()["components"]["schemas"][name], (*seen, name))
        return
    fields = schema.get("properties", {})
    yield from ((schema.get("title", ""), name) for name in fields)
    for one in (*fields.values(), *schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from _fields(one, seen)
    if isinstance(schema.get("items"), dict):
        yield from _fields(schema["items"], seen)


def test_the_live_edge_shows_an_event() -> None:
    stream = live_document()["paths"]["/live/events"]["get"]["responses"]["200"]["content"]["text/event-stream"]
    lines = dict(line.split(": ", 1) for line in stream["example"].strip().splitlines())
    assert (lines["event"], json.loads(lines["data"])["seq"]) == ("cast", int(lines["id"]))


@pytest.fixture
def small() -> dict[str, Any]:
    schema = {
        "type": "object",
        "title": "Somebody",
        "required": ["name_hi", "id"],
        "properties": {
            "name_hi": {"type": "string"},
            "id": {"type": "string", "format": "uuid"},
            "nick": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "own": {"type": "integer", "examples": [7]},
        },
    }
    content = {"application/json": {"schema": schema}}
    operation = {
        "requestBody": {"content": content},
        "responses": {"200": {"content": json.loads(json.dumps(content))}},
    }
    return {"paths": {"/v1/somebody": {"post": operation}}}


def test_a_request_leaves_out_what_it_need_not_say_and_a_reply_shows_all(small: dict[str, Any]) -> None:
    add_examples(small)
    operation = small["paths"]["/v1/somebody"]["post"]
    asked = operation["requestBody"]["content"]["application/json"]["example"]
    given = operation["responses"]["200"]["content"]["application/json"]["example"]
    assert (asked["name_hi"], asked["own"]) == ("रमेश नमूना", 7)
    assert given == {**asked, "nick": None}
    assert "nick" not in asked


def test_an_example_of_its_own_stays(small: dict[str, Any]) -> None:
    content = small["paths"]["/v1/somebody"]["post"]["requestBody"]["content"]["application/json"]
    content["example"] = {"name_hi": "कोई"}
    add_examples(small)
    assert content["example"] == {"name_hi": "कोई"}
