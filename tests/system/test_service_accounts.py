"""Another system, with a standard client library and no person behind it, acts within its grant and no further."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from authlib.integrations.httpx_client import OAuth2Client

from tests.system.demo_system import DemoSystem

GRANTED = ["unit.read", "worker.count", "worker.list"]


@dataclass(frozen=True, slots=True)
class Service:
    """A registered system with its grant at the demo's district, and its library."""

    demo: DemoSystem
    id: str
    grant_id: str
    library: OAuth2Client

    def get(self, path: str, **query: str) -> httpx.Response:
        answer: httpx.Response = self.library.get(f"{self.demo.http.base_url}{path}", params=query)
        return answer

    def until_refused(self, path: str) -> None:
        """Asks until what was allowed is not, for 10 s at most."""
        since = time.monotonic()
        while self.get(path).status_code == 200:
            assert time.monotonic() - since < 10, "still allowed"


def by_officer(demo: DemoSystem, path: str, body: Any = None) -> Any:
    """Something the state's office does."""
    headers = {"Authorization": f"Bearer {demo.token('state')}"}
    answer = demo.http.post(path, json=body or {}, headers=headers)
    assert answer.is_success, answer.text
    return answer.json()


@contextmanager
def a_service(demo: DemoSystem) -> Iterator[Service]:
    made = by_officer(demo, "/v1/clients", {"name_hi": "पोर्टल", "name_en": "Portal", "kind": "service"})
    district = demo.truth.level("district").unit
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    body = {"client_id": made["id"], "unit_id": district.unit_id, "actions": GRANTED, "valid_to": until}
    granted = by_officer(demo, "/v1/client-grants", body)
    provider = demo.http.get("/.well-known/openid-configuration").json()
    assert "client_credentials" in provider["grant_types_supported"]
    with OAuth2Client(
        made["id"],
        made["secret"],
        token_endpoint_auth_method="client_secret_basic",
        grant_type="client_credentials",
        token_endpoint=provider["token_endpoint"],
        scope=" ".join(GRANTED),
        trust_env=False,
    ) as library:
        library.fetch_token()
        yield Service(demo, made["id"], granted["id"], library)


def test_a_system_sees_its_district_and_nothing_beside(demo: DemoSystem) -> None:
    own, beside = demo.truth.level("district").unit, demo.truth.level("district").beside().unit
    with a_service(demo) as service:
        until = time.monotonic() + 10
        while service.get("/v1/unit-counts").status_code != 200 and time.monotonic() < until:
            pass  # The grant is on its way to the gateway.
        counted = service.get("/v1/unit-counts", unit_id=own.unit_id)
        outside = service.get("/v1/unit-counts", unit_id=beside.unit_id)
        assert (counted.status_code, outside.status_code) == (200, 404), counted.text
        workers = service.get("/v1/workers", limit="200").json()["items"]
        assert {one["phone"][:8] for one in workers if one["phone"]} == {"*" * 8}
        assert service.get(f"/v1/workers/{workers[0]['id']}").status_code == 403
        assert service.get("/v1/me").status_code == 403
        counted_by_officer = demo.http.get(
            "/v1/unit-counts",
            params={"unit_id": own.unit_id},
            headers={"Authorization": f"Bearer {demo.token('district')}"},
        )
        assert counted.json() == counted_by_officer.json()


def test_a_grant_taken_back_is_refused_from_then_on(demo: DemoSystem) -> None:
    with a_service(demo) as service:
        until = time.monotonic() + 10
        while service.get("/v1/units").status_code != 200 and time.monotonic() < until:
            pass
        by_officer(demo, f"/v1/client-grants/{service.grant_id}/endings")
        service.until_refused("/v1/units")
