"""What ships with the gateway is of this release: policy and documents agree with each other and with the services."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from sangathan_gateway.policy import OPENID_PATHS, SERVICES, load_routes, shipped_documents, shipped_policy
from sangathan_gateway.routes import Target


def test_the_shipped_policy_and_documents_agree() -> None:
    assert load_routes(shipped_policy(), shipped_documents())


@pytest.mark.parametrize("service", SERVICES)
async def test_a_shipped_document_is_what_the_service_says_today(service: str) -> None:
    program = Path(sys.executable).with_name(f"sangathan-{service}")
    printed = await asyncio.to_thread(lambda: subprocess.run([program, "openapi"], capture_output=True, check=True))
    assert json.loads(printed.stdout) == shipped_documents()[service]


def test_whatever_changes_units_appointments_or_sessions_of_others_is_sensitive() -> None:
    routes = load_routes(shipped_policy(), shipped_documents())
    grave = ("unit.", "appointment.", "person.")
    changing = [route for route in routes if route.method != "GET" and route.action.startswith(grave)]
    lax = {route.key for route in changing if not route.sensitive}
    assert lax == set()


def test_nothing_is_public_but_what_has_to_be() -> None:
    routes = load_routes(shipped_policy(), shipped_documents())
    public = {route.action for route in routes if route.target is Target.PUBLIC}
    provider = {"openid.read", "openid.authorize", "openid.userinfo", "client.token", "client.introspect"}
    signing_in = {"session.sign-in", "session.refresh", "session.code", "device.add"}
    reporting = {"case.report", "statement.verify", "consent.confirm", "grievance.file", "record.deny"}
    telling = {"notice.read", "retention.read"}
    assert public == {*signing_in, *telling, "key.read", "card.verify", "client.revoke", *provider, *reporting}


def test_outside_v1_there_is_the_openid_provider_and_nothing_else() -> None:
    routes = load_routes(shipped_policy(), shipped_documents())
    assert {route.template for route in routes if not route.template.startswith("/v1/")} == OPENID_PATHS


def test_the_authorization_header_goes_on_only_where_applications_show_their_own() -> None:
    routes = load_routes(shipped_policy(), shipped_documents())
    assert {route.template for route in routes if route.passes_authorization} == {
        "/oauth2/token",
        "/oauth2/userinfo",
        "/oauth2/introspect",
        "/oauth2/revoke",
    }
