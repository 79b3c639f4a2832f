"""The gateway starts only when its policy and the services' own documents agree, word for word."""

import copy
from typing import Any

import pytest

from sangathan_gateway.policy import PolicyError, load_routes
from tests.gateway.world import POLICY, documents_for, operation


def faults(policy: dict[str, Any], documents: dict[str, Any]) -> str:
    with pytest.raises(PolicyError) as error:
        load_routes(policy, documents)
    return str(error.value)


def changed(key: str, **changes: Any) -> dict[str, Any]:
    policy = copy.deepcopy(POLICY)
    policy["routes"][key] |= changes
    return policy


def test_an_agreeing_policy_loads_every_route() -> None:
    assert {route.key for route in load_routes(POLICY, documents_for(POLICY))} == set(POLICY["routes"])


def test_an_operation_that_declares_no_action_keeps_it_from_starting() -> None:
    documents = documents_for(POLICY)
    del documents["registry"]["paths"]["/v1/workers"]["get"]["x-sangathan-action"]
    assert "GET /v1/workers: registry offers it without a declared action" in faults(POLICY, documents)


def test_an_operation_that_the_policy_does_not_name_keeps_it_from_starting() -> None:
    documents = documents_for(POLICY)
    documents["registry"]["paths"]["/v1/exports"] = {"post": operation("worker.list")}
    assert "POST /v1/exports: registry offers it, the policy does not declare it" in faults(POLICY, documents)


def test_a_route_that_no_service_offers_keeps_it_from_starting() -> None:
    documents = documents_for(POLICY)
    del documents["registry"]["paths"]["/v1/workers"]["get"]
    assert "GET /v1/workers: declared for registry, which does not offer it" in faults(POLICY, documents)


def test_another_action_than_the_service_declares_keeps_it_from_starting() -> None:
    policy = changed("GET /v1/workers", action="worker.read")
    assert "registry declares worker.list, the policy registry and worker.read" in faults(policy, documents_for(POLICY))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"action": "worker.devour"}, "no action 'worker.devour'"),
        ({"target": "public"}, "no action 'worker.list' for target 'public'"),
        ({"target": "self"}, "no action 'worker.list' for target 'self'"),
        ({"target": "somewhere"}, "target must be one of"),
        ({"target": "unit"}, "needs {unit_id} in the path"),
        ({"rate": "generous"}, "rate must be one of"),
        ({"service": "payroll"}, "service must be one of"),
        ({"sensible": True}, "unknown keys ['sensible']"),
        ({"passes_authorization": True}, "passes_authorization is for the public places of the OpenID provider alone"),
    ],
)
def test_a_row_that_makes_no_sense_keeps_it_from_starting(changes: dict[str, Any], said: str) -> None:
    assert said in faults(changed("GET /v1/workers", **changes), documents_for(POLICY))


@pytest.mark.parametrize("path", ["/oauth2/anything", "/.well-known/security.txt", "/oauth2/token/", "/admin", "/v2/x"])
def test_a_place_outside_v1_that_no_standard_fixes_keeps_it_from_starting(path: str) -> None:
    policy = copy.deepcopy(POLICY)
    policy["routes"][f"GET {path}"] = {"service": "identity", "action": "key.read", "target": "public"}
    assert "a route is named like 'GET /v1/workers'" in faults(policy, documents_for(policy))


def test_every_fault_is_named_at_once() -> None:
    documents = documents_for(POLICY)
    documents["registry"]["paths"]["/v1/exports"] = {"post": operation("worker.list")}
    documents["registry"]["paths"]["/v1/imports"] = {"post": operation("worker.list")}
    assert faults(POLICY, documents).count("does not declare it") == 2


def test_a_rate_factor_widens_every_rate() -> None:
    routes = load_routes(POLICY, documents_for(POLICY), rate_factor=2.0)
    assert {route.rate.per_s for route in routes} == {2000.0}
