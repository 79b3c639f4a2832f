"""The OpenAPI document says what the routes take and give, and the gateway ships the newest one."""

import json
from importlib import resources
from typing import Any

import pytest

from sangathan_contracts.offices import ACTIONS, PUBLIC_ACTIONS, SELF_ACTIONS
from sangathan_contracts.topology import CONSUMERS
from sangathan_registry.main import SERVICE, TREE_CONSUMER

DOCUMENT: dict[str, Any] = SERVICE.app().openapi()
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
}
NOT_JSON = {"GET /v1/card-keys", "GET /v1/card-status-list", "GET /v1/cards/{card_id}/face"} | {
    "GET /v1/case-statements/{statement_id}",
    "GET /v1/worker-imports/{import_id}/rejects",
    "GET /v1/worker-imports/{import_id}/office-bearers",
    "GET /v1/cases/{case_id}/evidence/{evidence_id}",
    "GET /v1/exports/{export_id}/file",
    "GET /v1/forms/{form_version_id}/xlsform",
    "POST /v1/drives/{drive_id}/booth-sheets",
    *("GET /v1/workers/{worker_id}/photo", "DELETE /v1/workers/{worker_id}/photo", "GET /v1/my-photo"),
    "GET /v1/my-card",
    *("GET /v1/workers/{worker_id}/consent-evidence/{kind}", "GET /v1/my-consent-evidence/{kind}"),
    "DELETE /v1/workers/{worker_id}/consent-evidence/{kind}",
}
NO_JSON_IN = {"POST /v1/cases/{case_id}/evidence", "POST /v1/form-imports", "POST /v1/assignment-imports"} | {
    *("PUT /v1/workers/{worker_id}/photo", "PUT /v1/workers/{worker_id}/consent-evidence/{kind}"),
    "POST /v1/case-reports/{reference}/files",
}


def test_the_gateway_ships_this_document() -> None:
    shipped = resources.files("sangathan_gateway").joinpath("openapi/registry.json").read_text(encoding="utf-8")
    assert json.loads(shipped) == DOCUMENT, (
        "run: sangathan-registry openapi > …/sangathan_gateway/openapi/registry.json"
    )


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_says_everything(name: str) -> None:
    operation = OPERATIONS[name]
    assert operation["x-sangathan-action"] in ACTIONS | PUBLIC_ACTIONS | SELF_ACTIONS
    assert operation["summary"]
    assert operation["description"]
    assert ("requestBody" in operation) == (not name.startswith(("GET", "DELETE")))
    success = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
    if name in NOT_JSON:
        return
    schema = success["content"]["application/json"]["schema"]
    assert set(schema["required"]) == set(schema["properties"])


def test_no_personal_data_is_taken_in_a_url() -> None:
    parameters = {p["name"] for operation in OPERATIONS.values() for p in operation.get("parameters", [])}
    assert parameters == {
        *("unit_id", "status", "limit", "cursor", "worker_id", "person_id", "If-Match", "If-None-Match"),
        *("drive_id", "form_version_id", "held_id", "decided", "duplicate_id", "card_id", "format", "language"),
        *("case_id", "statement_id", "evidence_id", "erasure_id", "opening_id", "unreviewed", "version"),
        *("import_id", "outcome"),
        *("flag_id", "rule", "settled", "from", "to"),
        *("transfer_id", "waiting", "export_id", "form_id", "dry_run", "only_valid"),
        *("look_up", "reference", "grievance_id", "kind", "state", "only_primary", "assignment_id"),
    }


def test_every_field_that_is_taken_says_what_it_takes() -> None:
    for name, operation in OPERATIONS.items():
        if body := operation.get("requestBody"):
            if (json_content := body["content"].get("application/json")) is None:
                assert name in NO_JSON_IN
                continue
            schema = json_content["schema"]
            assert schema["additionalProperties"] is False, name
            assert all(field.get("description") for field in schema["properties"].values()), name


def test_the_broker_knows_the_consumer() -> None:
    assert [(one.stream, one.owner) for one in CONSUMERS if one.name == TREE_CONSUMER] == [("EV_IDENTITY", "registry")]
