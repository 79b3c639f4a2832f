"""What tests ask identity again and again."""

from typing import Any

import asyncpg
import msgspec
import pytest
from httpx import Response

from sangathan_testkit.harness import Harness, Person
from tests.identity import world


async def sign_in(
    identity: Harness, person: Person, password: str = world.PASSWORD, *, address: str = "", device_token: str = ""
) -> Response:
    body = {
        "phone": world.phone(person),
        "password": password,
        "device": "Redmi 9A",
        "device_token": device_token,
    }
    return await identity.ask("POST", "/v1/sign-in", action="session.sign-in", json=body, headers=coming_from(address))


def coming_from(address: str) -> dict[str, str]:
    return {"x-forwarded-for": address} if address else {}


async def refresh(identity: Harness, token: str) -> Response:
    body = {"refresh_token": token}
    return await identity.ask("POST", "/v1/token-refreshes", action="session.refresh", json=body)


async def ask_for_code(identity: Harness, phone: str, *, address: str = "", **more: str) -> Response:
    body = {"phone": phone, **more}
    headers = coming_from(address)
    return await identity.ask("POST", "/v1/sign-in-codes", action="session.code", json=body, headers=headers)


async def sign_in_with_code(identity: Harness, challenge: str, code: str) -> Response:
    body = {"challenge": challenge, "code": code}
    return await identity.ask("POST", "/v1/sign-ins-by-code", action="session.sign-in", json=body)


class Codes:
    """The codes that the demonstration's sender has written to the log, and the challenge of the newest."""

    def __init__(self, identity: Harness, caplog: pytest.LogCaptureFixture) -> None:
        self.identity = identity
        self.challenge = ""
        self._caplog = caplog

    @property
    def sent(self) -> list[str]:
        return [record.fields["demo_code"] for record in self._caplog.records if "DEMO ONLY" in record.message]  # type: ignore[attr-defined]

    async def ask(self, phone: str = world.phone(world.holder(world.BOOTH)), **more: str) -> str:
        """Asks for a code and gives it, as the person would read it."""
        before = len(self.sent)
        answer = await ask_for_code(self.identity, phone, **more)
        self.challenge = str(answer.json()["challenge"])
        post = self.identity.app.state.parts.send_code.post.__self__
        await post._queue.join()
        return self.sent[-1] if len(self.sent) > before else ""

    async def sign_in(self, code: str) -> Response:
        """Signs in with a code under the newest challenge."""
        return await sign_in_with_code(self.identity, self.challenge, code)


async def rows(identity: Harness, statement: str, *values: Any) -> list[asyncpg.Record]:
    """Rows as the superuser sees them: for a test's own eyes, past every wall."""
    connection = await asyncpg.connect(identity.urls.superuser)
    try:
        return list(await connection.fetch(statement, *values))
    finally:
        await connection.close()


async def events(identity: Harness, event_type: str) -> list[dict[str, Any]]:
    """The bodies of the events of one type that wait in the outbox, in their order."""
    found = await rows(identity, "SELECT body FROM outbox WHERE type = $1 ORDER BY seq", event_type)
    return [msgspec.json.decode(row["body"]) for row in found]


def said(answer: Response) -> tuple[int, dict[str, Any]]:
    """All that an answer says but its trace id, to compare two that must read the same."""
    return answer.status_code, {name: value for name, value in answer.json().items() if name != "trace_id"}


def problem(answer: Response) -> str:
    """The refusal's slug."""
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["type"]).rsplit(":", 1)[1]
