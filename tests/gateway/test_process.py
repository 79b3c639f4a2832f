"""The real process on the real broker: ready when it knows keys and tree, refusing within moments, ending in order."""

import asyncio
import json
import re
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import msgspec
import psutil
import pytest

from sangathan_bench.gateway_rig import PERSON, PROGRAM, Address, GatewayRig
from sangathan_contracts.envelope import Event, subject_of
from sangathan_contracts.identity import PersonReinstated, PersonSuspended, SessionEnded
from sangathan_embedded.ports import free_port
from tests.gateway.upstream import TinyService, answer
from tests.gateway.world import NO_TLS


class Running:
    """A running gateway, asked over HTTP."""

    def __init__(self, rig: GatewayRig, address: Address, service: TinyService) -> None:
        self.rig = rig
        self.address = address
        self.service = service
        self.client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{address.port}", verify=NO_TLS)

    async def ask(self, path: str, session: UUID) -> httpx.Response:
        token = self.rig.token(session=session)
        return await self.client.get(path, headers={"authorization": f"Bearer {token}"})

    async def publish(self, event: Event) -> None:
        headers = {
            "ce-id": str(uuid4()),
            "ce-type": event.type,
            "ce-source": "sangathan/identity",
            "ce-time": "2022-01-20T09:00:00+00:00",
            "ce-specversion": "1.0",
        }
        js = self.rig.identity.jetstream()
        await js.publish(subject_of(event.type, ""), msgspec.json.encode(event), headers=headers)

    async def becomes(self, status: int, session: UUID) -> None:
        """Waits until an own thing is answered with this status; raises TimeoutError after 15 s."""
        async with asyncio.timeout(15):
            while (await self.ask("/v1/me", session)).status_code != status:
                await asyncio.sleep(0.005)


@pytest.fixture(scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    service = TinyService()
    await service.start()
    rig = GatewayRig(tmp_path_factory.mktemp("gateway"), service.port, settings={"SANGATHAN_RATE_FACTOR": "1000"})
    service.on("/v1/jwks", answer("200 OK", rig.keys()))
    async with rig as address:
        running = Running(rig, address, service)
        yield running
        await running.client.aclose()
    await service.stop()


async def test_it_says_that_it_is_ready_and_why(running: Running) -> None:
    answered = await running.client.get("/readyz")
    assert answered.json() == {"status": "ready", "checks": {"keys": "ok", "units": "ok", "feed": "ok"}}


async def test_it_passes_a_request_of_an_office_bearer(running: Running) -> None:
    assert (await running.ask("/v1/workers", uuid4())).content == b'{"items":[]}'


async def test_an_ended_session_is_refused_within_moments(running: Running) -> None:
    session = uuid4()
    assert (await running.ask("/v1/me", session)).status_code == 200
    await running.publish(SessionEnded(session_id=session, person_id=PERSON))
    await running.becomes(401, session)


async def test_a_suspended_person_is_refused_until_reinstated(running: Running) -> None:
    session, version = uuid4(), int(time.time())
    await running.publish(PersonSuspended(person_id=PERSON, version=version))
    await running.becomes(401, session)
    await running.publish(PersonReinstated(person_id=PERSON, version=version + 1))
    await running.becomes(200, session)


async def test_it_counts_answers_by_route_and_status_and_never_by_id(running: Running) -> None:
    worker = str(uuid4())
    await running.ask(f"/v1/workers/{worker}", uuid4())
    page = (await running.client.get("/metrics")).text
    assert 'sangathan_gateway_requests_total{route="GET /v1/workers/{worker_id}",status="200"}' in page
    assert 'sangathan_gateway_request_seconds_bucket{le="+Inf",route="GET /v1/workers/{worker_id}"}' in page
    assert worker not in page


async def test_the_metrics_are_missing_for_whoever_comes_through_a_proxy(running: Running) -> None:
    answer = await running.client.get("/metrics", headers={"x-forwarded-for": "192.0.2.1"})
    assert answer.status_code == 404


REPORT = ("/report", "/report.js")
CONFIRM = ("/confirm", "/confirm.js")
VERIFY = ("/verify", "/verify.css", "/verify.js", "/verify-card.js", "/both.js", "/verify-worker.js")
STATEMENT = ("/statement", "/statement.js")


OTHERS = ("/", "/docs", "/docs/docs.js", "/docs/docs.css", "/openapi.json")


@pytest.mark.parametrize("path", [*OTHERS, *VERIFY, *STATEMENT, *REPORT, *CONFIRM])
async def test_its_pages_load_nothing_from_elsewhere(running: Running, path: str) -> None:
    answered = await running.client.get(path)
    assert answered.status_code == 200
    assert "default-src 'none'" in answered.headers["content-security-policy"]
    assert "//" not in answered.text.replace("://", "") or path.endswith((".js", "/openapi.json"))


async def test_the_page_that_checks_cards_asks_only_here_and_writes_no_script_into_itself(running: Running) -> None:
    texts = {path: (await running.client.get(path)).text for path in VERIFY}
    assert [url for text in texts.values() for url in re.findall(r"https?://[^\s\"']+", text)] == []
    assert re.findall(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=", texts["/verify"]) == []
    asked = set(re.findall(r'"(/[a-z0-9./-]+)"', "".join(texts.values())))
    assert asked == {*VERIFY, "/v1/card-keys", "/v1/card-status-list", "/v1/card-verifications"}


async def test_the_page_that_checks_statements_sends_them_here_and_nowhere_else(running: Running) -> None:
    page, script = [(await running.client.get(path)).text for path in STATEMENT]
    assert re.findall(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=|https?://", page) == []
    asked = set(re.findall(r'"(/[a-z0-9./-]+)"', page + script))
    assert asked == {"/both.js", "/statement.js", "/verify.css", "/v1/statement-verifications"}


async def test_the_page_for_reports_sends_what_the_route_takes_in_both_languages(running: Running) -> None:
    page, script = [(await running.client.get(path)).text for path in REPORT]
    assert re.findall(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=", page) == []
    assert len(re.findall(r"<label ", page)) == len(re.findall(r'<label [^>]*>[^<]+<span lang="en">', page)) == 8
    document = (await running.client.get("/openapi.json")).json()
    body = document["paths"]["/v1/case-reports"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    sent = set(re.findall(r"^    (\w+): ", script, re.MULTILINE))
    assert sent == set(body["properties"])
    files = document["paths"]["/v1/case-reports/{reference}/files"]["post"]["requestBody"]["content"]
    accepted = re.search(r'accept="([^"]*)"', page)
    assert accepted
    assert set(accepted[1].split(",")) == set(files)
    claimed = re.search(r"claim: \{([^}]*)\}", script)
    assert claimed
    assert set(re.findall(r"(\w+): value", claimed[1])) == set(body["properties"]["claim"]["properties"])


async def test_the_page_to_confirm_says_no_link_to_any_server_but_in_a_body(running: Running) -> None:
    page, script = [(await running.client.get(path)).text for path in CONFIRM]
    assert re.findall(r"<script(?![^>]* src=)|<style| style=| on[a-z]+=", page) == []
    assert len(re.findall(r'<span lang="en">', page)) == len(
        re.findall(r"<h1>|<label |<button(?! id=\"in-)|<noscript|<summary|without-link|id=\"confirmed\"", page)
    )
    asked = set(re.findall(r'"(/v1/[a-z-]+)"', script))
    document = (await running.client.get("/openapi.json")).json()
    assert asked == {"/v1/consent-confirmations", "/v1/consent-confirmation-codes", "/v1/record-denials"}
    assert all("post" in document["paths"][path] for path in asked)
    assert "location.hash" in script
    assert "location.search" not in script


async def test_its_document_lists_the_routes_of_every_service(running: Running) -> None:
    document = (await running.client.get("/openapi.json")).json()
    assert {"/v1/workers", "/v1/units", "/v1/workshops", "/v1/live-tickets"} <= set(document["paths"])


async def test_the_command_prints_the_same_document(running: Running) -> None:
    printed = await asyncio.to_thread(lambda: subprocess.run([PROGRAM, "openapi"], capture_output=True, check=True))
    assert json.loads(printed.stdout) == (await running.client.get("/openapi.json")).json()


async def test_a_port_that_is_taken_is_said_plainly(running: Running) -> None:
    rig = running.rig
    process = await asyncio.to_thread(rig.launch)
    code = await asyncio.to_thread(process.wait, 60)
    assert (code, f"cannot listen on 127.0.0.1:{rig.port}" in rig.log()) == (1, True)


async def test_without_identity_it_lives_but_is_not_ready_and_ends_in_order(tmp_path: Path) -> None:
    rig = GatewayRig(tmp_path, 1)
    rig.broker.start(free_port())
    process = await asyncio.to_thread(rig.launch)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{rig.port}", verify=NO_TLS) as client:
        statuses = await _when_up(client)
    psutil.Process(process.pid).terminate()
    code = await asyncio.to_thread(process.wait, 20)
    rig.broker.stop()
    assert (statuses, code) == ((200, 503), 0)


async def _when_up(client: httpx.AsyncClient) -> tuple[int, int]:
    async with asyncio.timeout(60):
        while True:
            try:
                return (await client.get("/livez")).status_code, (await client.get("/readyz")).status_code
            except httpx.TransportError:
                await asyncio.sleep(0.05)
