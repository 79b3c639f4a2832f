"""Every operation of the merged document refuses bad input with a problem that points at it, and writes nothing."""

import json
import time
from typing import Any

import httpx

from sangathan_gateway.merged import shipped_document
from tests.system.demo_system import DemoSystem

DOCUMENT = json.loads(shipped_document())
OPERATIONS = [
    (method.upper(), path, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method in {"get", "post", "put", "patch", "delete"}
]
# The OpenID provider takes forms and answers as OAuth has it; tests/identity/test_openid.py bends those.
WITH_BODY = [one for one in OPERATIONS if "application/json" in one[2].get("requestBody", {}).get("content", {})]
LISTS = [one for one in OPERATIONS if any(p["name"] == "limit" for p in one[2].get("parameters", []))]
NOBODY = "00000000-0000-4000-8000-000000000000"
# What no operation may have written; sign-in attempts are counted on purpose, and are not among these bodies.
BODIES = {
    "bad JSON": (b"{bad", {400}),
    "nothing": (b"", {400, 422}),
    "a list": (b"[]", {400, 422}),
    "a number": (b"7", {400, 422}),
    "an unknown field": (b'{"no_such_field_here": 1}', {422}),
    "a NUL byte": (b'{"a": "\x00"}', {400}),
    "a lone surrogate": (b'{"unit_id": "\\ud800"}', {400, 422}),
    "deep nesting": (b'{"a":' * 4_000 + b"1" + b"}" * 4_000, {400, 413, 422}),
    "10 MB": (b'{"a": "' + b"a" * 10_000_000 + b'"}', {413}),
}
QUERIES = {
    "limit=abc": {422},
    "limit=100000": {422},
    "limit=0": {422},
    "limit=-1": {422},
    "limit=5&limit=6": {422},
    "cursor=bent": {422},
    "no_such_filter=1": {422},
}


# Who may send to a place at all, where it is not the state.
SENDERS = {"/v1/break-glass-openings": "district"}


def ask(demo: DemoSystem, method: str, path: str, **more: Any) -> httpx.Response:
    sender = SENDERS.get(path, "state")
    # The gateway itself looks a unit up, before any service reads the body.
    path = path.replace("{unit_id}", demo.truth.level("booth").unit.unit_id)
    for name in ("{" + part.partition("}")[0] + "}" for part in path.split("{")[1:]):
        path = path.replace(name, NOBODY)
    headers = {"Authorization": f"Bearer {demo.token(sender)}", "If-Match": '"1"', **more.pop("headers", {})}
    reply = demo.http.request(method, path, headers=headers, **more)
    # An address has a bucket for reports of the public, which the tests of one system share.
    while reply.status_code == 429:
        time.sleep(float(reply.headers["retry-after"]))
        reply = demo.http.request(method, path, headers=headers, **more)
    return reply


def wrong(name: str, reply: httpx.Response, statuses: set[int]) -> list[str]:
    if reply.status_code not in statuses:
        return [f"{name}: {reply.status_code} {reply.text[:150]}"]
    if not reply.headers["content-type"].startswith("application/problem+json"):
        return [f"{name}: {reply.headers['content-type']}"]
    if reply.status_code == 422 and not reply.json().get("errors"):
        return [f"{name}: no pointers {reply.text[:150]}"]
    return []


def test_a_bad_body_is_refused_by_every_operation_and_nothing_is_written(demo: DemoSystem) -> None:
    faults = []
    json_type = {"Content-Type": "application/json"}
    with demo.nothing_written(*SENDERS.values()):
        for method, path, _ in WITH_BODY:
            for name, (body, statuses) in BODIES.items():
                reply = ask(demo, method, path, content=body, headers=json_type)
                faults += wrong(f"{method} {path} {name}", reply, statuses)
    assert faults == [], "\n".join(faults)


def test_a_bad_query_is_refused_by_every_list(demo: DemoSystem) -> None:
    faults = []
    with demo.nothing_written(*SENDERS.values()):
        for method, path, _ in LISTS:
            for query, statuses in QUERIES.items():
                faults += wrong(f"{method} {path}?{query}", ask(demo, method, f"{path}?{query}"), statuses)
    assert faults == [], "\n".join(faults)


def test_a_bent_token_is_refused_by_every_operation_that_needs_one(demo: DemoSystem) -> None:
    faults = []
    for method, path, operation in OPERATIONS:
        if operation["security"]:
            bent = {"Authorization": f"Bearer {demo.token('state')[:-4]}AAAA"}
            faults += wrong(f"{method} {path}", ask(demo, method, path, headers=bent), {401})
    assert faults == [], "\n".join(faults)
