"""Assertion keys change under the running system: no request is refused, and no process is started anew."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import httpx
import pytest

from sangathan_chassis.assertion import HEADER, Claims, KeyFile, Minter
from sangathan_embedded.key_rotation import Waits, key_files, rotate
from sangathan_embedded.services import DATABASES
from tests.system.demo_system import DemoSystem

READINGS = {
    "identity": "/v1/units?limit=1",
    "registry": "/v1/workers?limit=1",
    "notify": "/v1/broadcasts?limit=1",
    "workshops": "/v1/workshops?limit=1",
}
# Each process looks at its file once a second; a ticket is shown as soon as it is there.
WAITS = Waits(settle_s=1.3, outlive_s=0.7)


@dataclass
class Callers:
    """One caller of each service, and one who opens live connections, for as long as the rotation takes."""

    demo: DemoSystem
    token: str
    over: threading.Event = field(default_factory=threading.Event)
    answered: dict[str, list[int]] = field(default_factory=lambda: {name: [] for name in (*READINGS, "live")})

    def read(self, service: str) -> None:
        headers = {"Authorization": f"Bearer {self.token}"}
        while not self.over.is_set():
            self.answered[service].append(self.demo.http.get(READINGS[service], headers=headers).status_code)

    def listen(self) -> None:
        headers = {"Authorization": f"Bearer {self.token}"}
        with httpx.Client(base_url=self.demo.system.plan.live_url, timeout=60, trust_env=False) as edge:
            while not self.over.is_set():
                ticket = self.demo.http.post("/v1/live-tickets", headers=headers).json()["ticket"]
                with edge.stream("GET", "/live/events", headers={"Authorization": f"Bearer {ticket}"}) as stream:
                    self.answered["live"].append(stream.status_code)


@contextmanager
def under_way(demo: DemoSystem) -> Iterator[Callers]:
    callers = Callers(demo, demo.token("district"))
    threads = [threading.Thread(target=callers.read, args=[service]) for service in READINGS]
    threads.append(threading.Thread(target=callers.listen))
    for thread in threads:
        thread.start()
    try:
        yield callers
    finally:
        callers.over.set()
        for thread in threads:
            thread.join()


def forged(demo: DemoSystem, service: str, minter: Minter) -> int:
    """How a service answers an assertion that this key has signed, sent past the gateway."""
    now = int(time.time())
    claims = Claims(aud=service, act="key.read", iat=now, exp=now + 30, m="GET", p="/v1/jwks", rid=str(uuid4()))
    [port] = [child.port for child in demo.system.children if child.name == service]
    url = f"http://127.0.0.1:{port}/v1/jwks"
    return httpx.get(url, headers={HEADER: minter.mint(claims)}, trust_env=False).status_code


def processes(demo: DemoSystem) -> dict[str, int | None]:
    return {child.name: child.pid for child in demo.system.children}


def test_keys_change_while_requests_run_and_none_is_refused(demo: DemoSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    files = key_files(demo.servers.layout.secrets)
    before = processes(demo)
    # A thief's copy of identity's key, as it was.
    monkeypatch.setattr(KeyFile, "CHECK_EVERY_S", 3_600.0)
    stolen = Minter(KeyFile(files["identity"][0]))
    assert forged(demo, "identity", stolen) == 200
    with under_way(demo) as callers:
        said = list(rotate(files, WAITS))
        time.sleep(1.3)
    assert len(said) == 3
    assert {code for codes in callers.answered.values() for code in codes} == {200}, callers.answered
    assert min(map(len, callers.answered.values())) > 10
    assert processes(demo) == before
    assert forged(demo, "identity", stolen) == 401
    assert set(DATABASES) == set(READINGS)
