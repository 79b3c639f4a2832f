"""A request finds its route by method and path; a path knows every method it offers."""

import copy
from typing import Any

import pytest

from sangathan_gateway.policy import load_routes
from sangathan_gateway.routes import Router
from tests.gateway.world import POLICY, documents_for

ROWS: dict[str, Any] = {
    "GET /v1/workers": {"service": "registry", "action": "worker.list", "target": "scope"},
    "POST /v1/workers": {"service": "registry", "action": "worker.enrol", "target": "body"},
    "GET /v1/workers/{worker_id}": {"service": "registry", "action": "worker.read", "target": "record"},
    "GET /v1/workers/lost": {"service": "registry", "action": "worker.list", "target": "scope"},
    "PUT /v1/workers/{worker_id}/units/{unit_id}": {"service": "registry", "action": "worker.change", "target": "unit"},
    "GET /v1/{kind}/lost/found": {"service": "registry", "action": "worker.list", "target": "scope"},
}


@pytest.fixture
def router() -> Router:
    policy = copy.deepcopy(POLICY) | {"routes": ROWS}
    return Router(load_routes(policy, documents_for(policy)))


@pytest.mark.parametrize(
    ("asked", "key", "parameters"),
    [
        ((b"GET", b"/v1/workers"), "GET /v1/workers", {}),
        ((b"GET", b"/v1/workers/lost"), "GET /v1/workers/lost", {}),
        ((b"GET", b"/v1/workers/7"), "GET /v1/workers/{worker_id}", {"worker_id": "7"}),
        ((b"GET", b"/v1/workers/%E0%A4%B0"), "GET /v1/workers/{worker_id}", {"worker_id": "र"}),
        (
            (b"PUT", b"/v1/workers/7/units/8"),
            "PUT /v1/workers/{worker_id}/units/{unit_id}",
            {"worker_id": "7", "unit_id": "8"},
        ),
        ((b"GET", b"/v1/workers/lost/found"), "GET /v1/{kind}/lost/found", {"kind": "workers"}),
    ],
)
def test_a_path_finds_its_route(
    router: Router, asked: tuple[bytes, bytes], key: str, parameters: dict[str, str]
) -> None:
    route, found, _ = router.find(*asked)
    assert (route.key if route else None, found) == (key, parameters)


@pytest.mark.parametrize("path", [b"/", b"/v1/workers/", b"/v1/workers//", b"/v1//workers", b"/v1/workers/7/units"])
def test_a_path_that_nobody_declared_offers_nothing(router: Router, path: bytes) -> None:
    assert router.find(b"GET", path) == (None, {}, ())


@pytest.mark.parametrize(
    ("path", "offered"),
    [
        (b"/v1/workers", ("GET", "HEAD", "OPTIONS", "POST")),
        (b"/v1/workers/7", ("GET", "HEAD", "OPTIONS")),
        (b"/v1/workers/7/units/8", ("OPTIONS", "PUT")),
    ],
)
def test_a_wrong_method_is_told_every_method_offered(router: Router, path: bytes, offered: tuple[str, ...]) -> None:
    assert router.find(b"DELETE", path) == (None, {}, offered)
