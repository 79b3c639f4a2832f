"""One OpenAPI document for everything: whole, without clashes, the gateway's own refusals on every operation."""

import json
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from sangathan_gateway.merged import REFUSALS, merged_document, shipped_document


def service(name: str, shape: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/PersonOut"}}}
    operation = {
        "operationId": "read",
        "tags": [name],
        "x-sangathan-action": "me.read",
        "responses": {"200": {"description": "It.", "content": content}},
    }
    schemas = {"PersonOut": {"type": shape}, "Problem": {"type": "object", "title": name}}
    return {"paths": {f"/v1/{name}": {"get": operation}}, "components": {"schemas": schemas}}


@pytest.fixture
def merged() -> dict[str, Any]:
    documents = {"identity": service("identity", "object"), "registry": service("registry", "string")}
    document: dict[str, Any] = json.loads(merged_document(documents, frozenset({"GET /v1/identity"})))
    return document


@pytest.fixture
def shipped() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(shipped_document())
    return document


def test_two_shapes_of_one_name_stay_two(merged: dict[str, Any]) -> None:
    schemas = merged["components"]["schemas"]
    assert (schemas["PersonOut"], schemas["RegistryPersonOut"]) == ({"type": "object"}, {"type": "string"})


def test_a_reference_follows_its_renamed_shape(merged: dict[str, Any]) -> None:
    content = merged["paths"]["/v1/registry"]["get"]["responses"]["200"]["content"]
    assert content["application/json"]["schema"]["$ref"] == "#/components/schemas/RegistryPersonOut"


def test_operation_ids_differ(merged: dict[str, Any]) -> None:
    ids = [operation["operationId"] for item in merged["paths"].values() for operation in item.values()]
    assert len(ids) == len(set(ids))


def test_a_public_operation_needs_no_token_and_no_appointment(merged: dict[str, Any]) -> None:
    operation = merged["paths"]["/v1/identity"]["get"]
    assert (operation["security"], operation["parameters"]) == ([], [])


def test_every_other_operation_needs_one(merged: dict[str, Any]) -> None:
    operation = merged["paths"]["/v1/registry"]["get"]
    assert operation["security"] == [{"access_token": []}]
    assert [parameter["name"] for parameter in operation["parameters"]] == [
        "Sangathan-Appointment",
        "Sangathan-View-As",
    ]


def test_every_operation_documents_the_gateways_refusals(shipped: dict[str, Any]) -> None:
    for item in shipped["paths"].values():
        for operation in item.values():
            assert REFUSALS.keys() <= operation["responses"].keys()


def test_every_reference_leads_somewhere(shipped: dict[str, Any]) -> None:
    schemas = shipped["components"]["schemas"]
    named = {part.split('"')[0] for part in json.dumps(shipped).split('"#/components/schemas/')[1:]}
    assert named - schemas.keys() == set()


def test_every_tag_used_is_described(shipped: dict[str, Any]) -> None:
    used = {tag for item in shipped["paths"].values() for operation in item.values() for tag in operation["tags"]}
    assert used == {tag["name"] for tag in shipped["tags"]}


def test_the_document_is_valid_openapi_3_1(shipped: dict[str, Any]) -> None:
    faults = [
        f"{'/'.join(map(str, one.absolute_path))}: {one.message}"
        for one in OpenAPIV31SpecValidator(shipped).iter_errors()
    ]
    assert (shipped["openapi"], faults) == ("3.1.0", [])
