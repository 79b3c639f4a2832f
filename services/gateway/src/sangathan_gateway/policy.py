"""The reviewed policy: which operation goes to which service, what right it needs, and its limits.

Read from ``policy.toml`` and checked against what the services say they offer (their OpenAPI documents, shipped beside
it) before the first request: an operation nobody has declared, or a declared one nobody offers, and nothing starts.
"""

import json
import tomllib
from collections.abc import Mapping
from importlib import resources
from typing import Any, Final

from sangathan_contracts.offices import CATALOGUE, Catalogue
from sangathan_gateway.limits import Rate
from sangathan_gateway.routes import OWN_SERVICE, Route, Target
from sangathan_gateway.stats import RouteStats

ACTION: Final = "x-sangathan-action"
METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
SERVICES: Final = ("identity", "registry", "notify", "workshops")
# The few places outside /v1, which the standards of OpenID and OAuth fix; a further one is added here or not at all.
OPENID_PATHS: Final = frozenset(
    {
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
        "/oauth2/authorize",
        "/oauth2/token",
        "/oauth2/userinfo",
        "/oauth2/introspect",
        "/oauth2/revoke",
    }
)
_ROUTE_KEYS: Final = frozenset(
    {"service", "action", "target", "rate", "max_body", "timeout_s", "sensitive", "reads", "passes_authorization"}
)

Document = dict[str, Any]


class PolicyError(ValueError):
    """The policy contradicts itself or the services; the message lists every fault."""


def shipped_policy() -> Document:
    """The policy file of this release."""
    return tomllib.loads(_text("policy.toml"))


def shipped_documents() -> dict[str, Document]:
    """Each service's OpenAPI document of this release."""
    return {service: json.loads(_text(f"openapi/{service}.json")) for service in SERVICES}


def public_operations(raw: Document) -> frozenset[str]:
    """The operations that need no token."""
    return frozenset(key for key, row in raw["routes"].items() if row.get("target") == Target.PUBLIC)


def _text(name: str) -> str:
    return resources.files("sangathan_gateway").joinpath(name).read_text(encoding="utf-8")


def load_routes(
    raw: Document, documents: Mapping[str, Document], *, catalogue: Catalogue = CATALOGUE, rate_factor: float = 1.0
) -> list[Route]:
    """The routes; raises PolicyError naming every contradiction, so that one look suffices to mend them."""
    rates = {name: Rate(name, row["burst"], row["per_s"]).times(rate_factor) for name, row in raw["rates"].items()}
    faults: list[str] = []
    routes = []
    for key, row in raw["routes"].items():
        wrong = [*_wrong_row(row, rates), *_wrong_place(key, row), *_wrong_right(row, catalogue)]
        faults += [f"{key}: {fault}" for fault in wrong]
        if not wrong:
            routes.append(_route(key, row, rates, raw["defaults"]))
    faults += _disagreements({route.key: route for route in routes}, documents)
    if faults:
        raise PolicyError("the gateway does not start:\n  " + "\n  ".join(faults))
    return routes


def _route(key: str, row: Document, rates: Mapping[str, Rate], defaults: Document) -> Route:
    method, _, template = key.partition(" ")
    return Route(
        method=method,
        template=template,
        service=row["service"],
        action=row["action"],
        target=Target(row["target"]),
        rate=rates[row.get("rate", "standard")],
        own_rate="rate" in row,
        max_body=int({**defaults, **row}["max_body"]),
        timeout_s=float({**defaults, **row}["timeout_s"]),
        sensitive=row.get("sensitive", False),
        reads=method == "GET" or row.get("reads", False),
        passes_authorization=row.get("passes_authorization", False),
        stats=RouteStats(key),
    )


def _wrong_row(row: Document, rates: Mapping[str, Rate]) -> list[str]:
    faults = []
    if unknown := sorted(row.keys() - _ROUTE_KEYS):
        faults.append(f"unknown keys {unknown}")
    if missing := sorted({"service", "action", "target"} - row.keys()):
        faults.append(f"missing keys {missing}")
    if row.get("target", "scope") not in set(Target):
        faults.append(f"target must be one of {[str(target) for target in Target]}")
    if row.get("rate", "standard") not in rates:
        faults.append(f"rate must be one of {sorted(rates)}")
    if row.get("service", OWN_SERVICE) not in {*SERVICES, OWN_SERVICE}:
        faults.append(f"service must be one of {[*SERVICES, OWN_SERVICE]}")
    return faults


def _wrong_place(key: str, row: Document) -> list[str]:
    method, _, template = key.partition(" ")
    faults = []
    if method not in METHODS or not (template.startswith("/v1/") or template in OPENID_PATHS):
        faults.append("a route is named like 'GET /v1/workers'")
    if row.get("passes_authorization") and (template not in OPENID_PATHS or row.get("target") != "public"):
        faults.append("passes_authorization is for the public places of the OpenID provider alone")
    if row.get("target") == "unit" and "{unit_id}" not in template:
        faults.append("target 'unit' needs {unit_id} in the path")
    return faults


def _wrong_right(row: Document, catalogue: Catalogue) -> list[str]:
    """An action belongs to offices, to everybody signed in, or to the public; the target must say the same."""
    action, target = row.get("action", ""), row.get("target")
    kinds = {"self": catalogue.self_actions, "public": catalogue.public_actions}
    known = kinds.get(str(target), catalogue.actions)
    return [] if action in known else [f"the catalogue of offices has no action '{action}' for target '{target}'"]


def operations(document: Document) -> dict[str, Document]:
    """Every operation of an OpenAPI document by its policy key."""
    return {
        f"{method.upper()} {path}": operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method.upper() in METHODS
    }


def _disagreements(routes: Mapping[str, Route], documents: Mapping[str, Document]) -> list[str]:
    faults = []
    offered: set[str] = set()
    for service, document in documents.items():
        for key, operation in operations(document).items():
            offered.add(key)
            faults += _disagreement(service, key, operation, routes.get(key))
    for key, route in routes.items():
        if route.service != OWN_SERVICE and key not in offered:
            faults.append(f"{key}: declared for {route.service}, which does not offer it")
    return faults


def _disagreement(service: str, key: str, operation: Document, route: Route | None) -> list[str]:
    action = operation.get(ACTION)
    if action is None:
        return [f"{key}: {service} offers it without a declared action"]
    if route is None:
        return [f"{key}: {service} offers it, the policy does not declare it"]
    if (route.service, route.action) != (service, action):
        return [f"{key}: {service} declares {action}, the policy {route.service} and {route.action}"]
    return []
