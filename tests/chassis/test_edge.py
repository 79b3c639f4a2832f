"""The edge: nobody without the gateway's word, one commit, one application per key."""

import json

import pytest
from fastapi import FastAPI

from sangathan_chassis.assertion import HEADER
from sangathan_chassis.edge import EdgeRoute, declares, edge_router
from sangathan_testkit.harness import Harness, Person
from tests.chassis import notes

DISTRICT = Person("in.mp.d07.")
NOTE = {"path": "in.mp.d07.v1.", "text": "नमस्ते"}


async def notes_seen(service: Harness) -> list[str]:
    answer = await service.ask("GET", "/v1/notes", action="note.list", person=DISTRICT)
    return list(answer.json())


async def outbox_size(service: Harness) -> int:
    return int(await service.database.pool.fetchval("SELECT count(*) FROM outbox"))


def test_a_route_without_a_declared_action_does_not_start() -> None:
    router = edge_router(tags=["x"])
    with pytest.raises(TypeError, match="declares no action"):
        router.get("/v1/open")(lambda: None)


async def test_a_request_without_an_assertion_is_refused(service: Harness) -> None:
    answer = await service.client.get("/v1/notes")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "action"),
    [("GET", "/v1/notes", "note.write"), ("POST", "/v1/notes", "note.list"), ("GET", "/v1/other", "note.list")],
)
async def test_an_assertion_for_another_request_is_refused(
    service: Harness, method: str, path: str, action: str
) -> None:
    token = service._minter.mint(service.claims(method, path, action, DISTRICT))
    answer = await service.client.get("/v1/notes", headers={HEADER: token})
    assert answer.status_code == 401


async def test_a_write_commits_with_its_event(service: Harness) -> None:
    answer = await service.ask("POST", "/v1/notes", action="note.write", person=DISTRICT, json=NOTE)
    assert answer.status_code == 201
    assert await notes_seen(service) == ["नमस्ते"]
    assert await outbox_size(service) == 1


async def test_a_failing_write_leaves_neither_row_nor_event(service: Harness) -> None:
    broken = {**NOTE, "text": "break"}
    answer = await service.ask("POST", "/v1/notes", action="note.write", person=DISTRICT, json=broken)
    assert answer.status_code == 500
    assert "RuntimeError" not in answer.text
    assert await notes_seen(service) == []
    assert await outbox_size(service) == 0


async def test_the_same_key_twice_applies_once_and_replays_the_reply(service: Harness) -> None:
    headers = {"idempotency-key": "k-1"}
    ask = {"action": "note.write", "person": DISTRICT, "json": NOTE, "headers": headers}
    first = await service.ask("POST", "/v1/notes", **ask)  # type: ignore[arg-type]
    second = await service.ask("POST", "/v1/notes", **ask)  # type: ignore[arg-type]
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert second.headers["idempotent-replayed"] == "true"
    assert len(await notes_seen(service)) == 1


async def test_the_same_key_with_another_body_is_refused(service: Harness) -> None:
    headers = {"idempotency-key": "k-2"}
    await service.ask("POST", "/v1/notes", action="note.write", person=DISTRICT, json=NOTE, headers=headers)
    other = {**NOTE, "text": "other"}
    answer = await service.ask("POST", "/v1/notes", action="note.write", person=DISTRICT, json=other, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["type"].endswith("idempotency-key-reused")


async def test_anothers_key_is_not_ones_own(service: Harness) -> None:
    headers = {"idempotency-key": "k-3"}
    await service.ask("POST", "/v1/notes", action="note.write", person=DISTRICT, json=NOTE, headers=headers)
    someone = Person("in.mp.d07.")
    answer = await service.ask("POST", "/v1/notes", action="note.write", person=someone, json=NOTE, headers=headers)
    assert "idempotent-replayed" not in answer.headers


async def test_the_kept_reply_cannot_be_read_without_the_clients_key(service: Harness) -> None:
    headers = {"idempotency-key": "k-4"}
    answer = await service.ask("POST", "/v1/notes", action="note.write", person=DISTRICT, json=NOTE, headers=headers)
    sealed = await service.database.pool.fetchval("SELECT sealed_reply FROM idempotency_keys")
    assert answer.json()["id"].encode() not in sealed


@pytest.mark.parametrize(
    ("language", "says"),
    [("en", "unknown, or given more than once"), ("hi", "यह अज्ञात है, या एक से अधिक बार दिया गया है")],
)
async def test_an_unknown_filter_is_refused_and_not_ignored(service: Harness, language: str, says: str) -> None:
    headers, params = {"accept-language": language}, dict[str, str | int](untid="x")
    answer = await service.ask("GET", "/v1/notes", action="note.list", person=DISTRICT, params=params, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": "#query/untid", "detail": says}]


@pytest.mark.parametrize("body", [b"{bad", b"\xff\xfe", b"", b'{"path": "a."', b"[1"])
async def test_malformed_json_is_a_problem_and_writes_nothing(service: Harness, body: bytes) -> None:
    answer = await service.ask(
        "POST",
        "/v1/notes",
        action="note.write",
        person=DISTRICT,
        content=body,
        headers={"content-type": "application/json"},
    )
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    assert await notes_seen(service) == []


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
async def test_text_that_cannot_be_stored_is_a_problem(service: Harness, text: str) -> None:
    answer = await service.ask(
        "POST",
        "/v1/notes",
        action="note.write",
        person=DISTRICT,
        content=json.dumps({**NOTE, "text": text}).encode(),
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 422
    assert await notes_seen(service) == []


@pytest.mark.parametrize(
    ("accepted", "language", "title"),
    [
        ("hi-IN,hi;q=0.9", "hi", "पहले साइन इन करें"),
        ("en;q=0.5, hi;q=0.7", "hi", "पहले साइन इन करें"),
        ("fr, hi;q=0.8", "hi", "पहले साइन इन करें"),
        ("hi;q=0.5, en", "en", "Sign in first"),
        ("hi;q=much", "en", "Sign in first"),
        ("fr", "en", "Sign in first"),
    ],
)
async def test_titles_come_in_the_callers_language_and_say_so(
    service: Harness, accepted: str, language: str, title: str
) -> None:
    answer = await service.client.get("/v1/notes", headers={"accept-language": accepted})
    assert answer.json()["title"] == title
    assert (answer.headers["content-language"], answer.headers["vary"]) == (language, "accept-language")


async def test_readiness_says_what_is_missing(service: Harness) -> None:
    answer = await service.client.get("/readyz")
    assert answer.status_code == 200
    service.app.state.readiness.draining = True
    draining = await service.client.get("/readyz")
    assert draining.status_code == 503
    assert "draining" in draining.json()["checks"]
    service.app.state.readiness.draining = False


def test_the_app_can_describe_itself_without_settings() -> None:
    app: FastAPI = notes.SERVICE.app()
    operation = app.openapi()["paths"]["/v1/notes"]["get"]
    assert operation["x-sangathan-action"] == "note.list"


def test_an_operation_is_summed_up_by_how_its_docstring_begins() -> None:
    async def taken() -> None:
        """Take this, or that.

        More.
        """

    async def told() -> None:
        """Take what lies
        about; nothing goes by v1.2.
        """

    router = edge_router(tags=["things"])
    router.post("/v1/things", **declares("thing.take"))(taken)
    router.get("/v1/things", **declares("thing.tell"))(told)
    router.put("/v1/things", summary="Put", **declares("thing.put"))(told)
    summaries = [route.summary for route in router.routes if isinstance(route, EdgeRoute)]
    assert summaries == ["Take this, or that", "Take what lies about", "Put"]
