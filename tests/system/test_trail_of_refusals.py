"""What the gateway refuses, and what a service does, stands on the trail of the unit and of the person who asked."""

import time
from collections.abc import Callable
from typing import Any

from tests.system.demo_system import DemoSystem


def until(demo: DemoSystem, token: str, path: str, wanted: Callable[[Any], bool]) -> Any:
    """The first entry of the trail that is wanted, for as long as events may take to arrive."""
    headers = {"Authorization": f"Bearer {token}"}
    for _ in range(100):
        items = demo.http.get(path, headers=headers, params={"limit": 200}).json()["items"]
        found = next((entry for entry in items if wanted(entry)), None)
        if found is not None:
            return found
        time.sleep(0.1)
    raise AssertionError(items)


def refused_to(person: str, action: str) -> Callable[[Any], bool]:
    return lambda one: (one["outcome"], one["action"], one["person_id"]) == ("refused", action, person)


def test_a_right_that_an_office_lacks_is_on_identitys_trail(demo: DemoSystem) -> None:
    booth = demo.truth.level("booth").sign_in
    body = {"phone": demo.truth.known_worker.phone, "purpose": "a test of the trail"}
    token = demo.token("booth")
    answer = demo.http.post("/v1/cross-checks", headers={"Authorization": f"Bearer {token}"}, json=body)
    assert answer.status_code == 403
    wanted = refused_to(booth.person_id, "worker.cross-check")
    for reader, path in ((token, "/v1/my-audit-entries"), (demo.token("state"), "/v1/identity-audit-entries")):
        entry = until(demo, reader, path, wanted)
        assert (entry["office"], entry["detail"]["reason"]) == ("booth-president", "forbidden")


def test_a_record_outside_is_on_the_registrys_trail(demo: DemoSystem) -> None:
    booth = demo.truth.level("booth")
    outside = f"/v1/workers/{booth.beside().worker_id}"
    assert demo.http.get(outside, headers={"Authorization": f"Bearer {demo.token('booth')}"}).status_code == 404
    wanted = refused_to(booth.sign_in.person_id, "worker.read")
    for reader, path in (("booth", "/v1/my-registry-audit-entries"), ("state", "/v1/audit-entries")):
        assert until(demo, demo.token(reader), path, wanted)["appointment_id"] == booth.sign_in.appointment_id
