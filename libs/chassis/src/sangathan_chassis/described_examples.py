"""Puts an example beside every body and reply of an OpenAPI document, made of its fields' own examples.

A whole example at a model goes before what is put together; the contracts' `examples.toml` has a value for whatever
field has none of its own, so that the same made-up person, unit and day stand in every operation.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Any, Final, TypeAlias

from fastapi import FastAPI

Schema: TypeAlias = dict[str, Any]

_METHODS: Final = frozenset({"get", "post", "put", "patch", "delete"})
_COMPOSED: Final = ("application/json", "application/x-www-form-urlencoded")
_CHOICES: Final = ("anyOf", "oneOf")
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
_FORMATS: Final = {
    "uuid": re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "date": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "date-time": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T.+(?:Z|[+-][0-9]{2}:[0-9]{2})"),
}
_BY_FORMAT: Final = {
    "uuid": "0190d2f0-6c1e-7000-8000-000000000063",
    "date": "2022-01-20",
    "date-time": "2022-01-20T09:00:00+05:30",
}


def describe_examples(app: FastAPI) -> None:
    """Has the application's document carry its examples."""
    plain = app.openapi

    def openapi() -> Schema:
        document = plain()
        add_examples(document)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document.


def add_examples(document: Schema) -> None:
    """Gives each JSON or form body and each JSON reply of a success an example, unless it has one."""
    schemas = document.get("components", {}).get("schemas", {})
    for item in document["paths"].values():
        for method in _METHODS & item.keys():
            operation = item[method]
            _fill(operation.get("requestBody", {}).get("content", {}), _Composer(schemas, sparing=True))
            for status, response in operation["responses"].items():
                if str(status).startswith("2"):
                    _fill(response.get("content", {}), _Composer(schemas, sparing=False))


def _fill(content: Schema, composer: "_Composer") -> None:
    for name in _COMPOSED:
        media = content.get(name)
        if media is not None and "schema" in media and not media.keys() & {"example", "examples"}:
            media["example"] = composer.example("", media["schema"], "")


@lru_cache(maxsize=1)
def _values() -> Mapping[str, list[Any]]:
    text = resources.files("sangathan_contracts").joinpath("examples.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _known(name: str) -> list[Any]:
    values = _values()
    return [*values.get(name, ()), *(values["*_at"] if name.endswith("_at") else ())]


class _Composer:
    """Puts an example together; a sparing one leaves out optional fields for which nobody has given a value."""

    def __init__(self, schemas: Mapping[str, Schema], *, sparing: bool) -> None:
        self._schemas = schemas
        self._sparing = sparing

    def example(self, name: str, schema: Schema, owner: str) -> Any:
        """What stands at the field ``name`` of the model ``owner``."""
        schema = self._resolved(schema)
        own = self._given(name, schema, owner)
        if own:
            return own[0]
        for choice in _CHOICES:
            if choice in schema:
                return self._chosen(name, schema[choice], owner)
        return self._made(name, schema, owner)

    def _resolved(self, schema: Schema) -> Schema:
        while "$ref" in schema or len(schema.get("allOf", ())) == 1:
            one = schema if "$ref" in schema else schema["allOf"][0]
            schema = self._schemas[one["$ref"].rsplit("/", 1)[1]] if "$ref" in one else one
        return schema

    def _given(self, name: str, schema: Schema, owner: str) -> list[Any]:
        """The values that somebody wrote down for it, best first."""
        own = _values().get(f"{owner}.{name}")
        if own is not None:
            return own
        if "const" in schema:
            return [schema["const"]]
        if "examples" in schema:
            return list(schema["examples"][:1])
        if "example" in schema:
            return [schema["example"]]
        return [value for value in _known(name) if self._fits(value, schema)]

    def _fits(self, value: Any, schema: Schema) -> bool:
        schema = self._resolved(schema)
        for choice in _CHOICES:
            if choice in schema:
                return any(self._fits(value, one) for one in schema[choice])
        kinds = schema.get("type")
        listed = kinds if isinstance(kinds, list) else [kinds]
        if kinds is not None and not any(_is(value, kind) for kind in listed):
            return False
        if "enum" in schema:
            return value in schema["enum"]
        if isinstance(value, dict):
            return value.keys() >= set(schema.get("required", ()))
        return not isinstance(value, str) or _reads(value, schema)

    def _chosen(self, name: str, choices: list[Schema], owner: str) -> Any:
        if any(one.get("type") == "null" for one in choices) and not self._is_made_of_fields(choices):
            return None
        return self.example(name, next(one for one in choices if one.get("type") != "null"), owner)

    def _is_made_of_fields(self, choices: list[Schema]) -> bool:
        return any({"properties", "items"} & self._resolved(one).keys() for one in choices)

    def _made(self, name: str, schema: Schema, owner: str) -> Any:
        if "enum" in schema:
            return schema["enum"][0]
        kind = schema.get("type")
        if "properties" in schema:
            return self._object(schema)
        if kind == "array":
            return [self.example(name, schema["items"], owner)] if "items" in schema else []
        if isinstance(kind, list):
            return None if "null" in kind else self._made(name, {**schema, "type": kind[0]}, owner)
        return _plain(kind, schema)

    def _object(self, schema: Schema) -> Schema:
        owner = schema.get("title", "")
        required = schema.get("required", ())
        return {
            name: self.example(name, one, owner)
            for name, one in schema["properties"].items()
            if not self._sparing or name in required or self._given(name, self._resolved(one), owner)
        }


def _is(value: Any, kind: str | None) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES.get(str(kind), ()))


def _reads(value: str, schema: Schema) -> bool:
    form = _FORMATS.get(schema.get("format", ""))
    if form is not None and not form.fullmatch(value):
        return False
    return re.search(schema.get("pattern", ""), value) is not None


def _plain(kind: Any, schema: Schema) -> Any:
    """Of a value that says nothing by itself: an id, a moment, a number within its bounds."""
    match kind:
        case "string":
            return _BY_FORMAT.get(schema.get("format", ""), "")
        case "integer" | "number":
            return max(int(schema.get("minimum", 0)), 0)
        case "boolean":
            return False
        case _:
            return {}
