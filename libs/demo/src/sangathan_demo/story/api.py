"""Calls the gateway as any outside system would: JSON over HTTP, patient where the server asks for patience."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import uuid4

import httpx

from sangathan_demo.second_factor import code_at, secret_of, until_next
from sangathan_demo.story.expect import StepFailed

_PATIENCE_S: Final = 60.0
_ASKS_FOR_PATIENCE: Final = {429, 503}
_PAGE: Final = 200
_UNAUTHENTICATED: Final = 401
_CODES: Final = 3


@dataclass(frozen=True, slots=True)
class Call:
    """One request; `expects` are the status codes that the story goes on from."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    expects: tuple[int, ...] = (200,)


def get(path: str, expects: tuple[int, ...] = (200,), **params: str) -> Call:
    """A GET with query parameters."""
    return Call("GET", path, params=params, expects=expects)


def post(path: str, expects: tuple[int, ...] = (200, 201, 202), **body: Any) -> Call:
    """A POST with a JSON body and a fresh Idempotency-Key, so that waiting and sending again is safe."""
    return Call("POST", path, body=body, headers={"Idempotency-Key": str(uuid4())}, expects=expects)


@dataclass(frozen=True, slots=True)
class Api:
    """The gateway, without anybody signed in."""

    http: httpx.AsyncClient

    async def send(
        self,
        call: Call,
        headers: Mapping[str, str] | None = None,
        or_else: Callable[[httpx.Response], bool] = lambda _reply: False,
    ) -> httpx.Response:
        """Sends `call`, waiting as told on 429 and 503; raises StepFailed on an answer that is not expected."""
        deadline = time.monotonic() + _PATIENCE_S
        while True:
            reply = await self._once(call, {**call.headers, **(headers or {})})
            if reply.status_code in call.expects or or_else(reply):
                return reply
            if reply.status_code not in _ASKS_FOR_PATIENCE or time.monotonic() > deadline:
                raise StepFailed(_otherwise(call, reply))
            await asyncio.sleep(min(_retry_after(reply), max(0.0, deadline - time.monotonic()) + 0.1))

    async def _once(self, call: Call, headers: Mapping[str, str]) -> httpx.Response:
        try:
            return await self.http.request(
                call.method,
                call.path,
                params=dict(call.params) or None,
                json=None if call.body is None else dict(call.body),
                headers=dict(headers),
            )
        except httpx.HTTPError as error:
            raise StepFailed(f"{call.method} {call.path} got no answer: {type(error).__name__} {error}") from error


@dataclass(slots=True)
class Actor:
    """One person signed in, speaking under one appointment; signs in at the first call."""

    api: Api
    phone: str
    password: str = field(repr=False)
    appointment_id: str = ""
    device_token: str = field(default="", repr=False)
    session: dict[str, Any] = field(default_factory=dict, repr=False)
    _expires: float = 0.0

    async def sign_in(self) -> dict[str, Any]:
        """Signs in with phone and password, on the device it did before, and gives the reply."""
        body = {"phone": self.phone, "password": self.password}
        if self.device_token:
            body["device_token"] = self.device_token
        self._keep((await self.api.send(Call("POST", "/v1/sign-in", body=body))).json())
        self.device_token = self.session.get("device_token") or self.device_token
        return self.session

    async def send(self, call: Call) -> httpx.Response:
        """Sends `call` as this person; where the system wants a second factor, shows it and sends again."""
        if _UNAUTHENTICATED in call.expects:
            return await self.send_once(call)
        await self._be_signed_in()
        reply = await self.api.send(call, self._headers(), or_else=_wants_step_up)
        if reply.status_code in call.expects:
            return reply
        await self.step_up()
        return await self.send_once(call)

    async def send_once(self, call: Call) -> httpx.Response:
        """Sends `call` as this person with the assurance that there is."""
        await self._be_signed_in()
        return await self.api.send(call, self._headers())

    async def step_up(self) -> None:
        """Shows the code of the person's authenticator; one that was used already is waited for."""
        secret = secret_of(self.password, self.phone)
        for _ in range(_CODES):
            body = {"authenticator_code": code_at(secret, time.time())}
            reply = await self.send_once(Call("POST", "/v1/step-ups", body=body, expects=(200, 403)))
            if reply.status_code == httpx.codes.OK:
                self.session = {**self.session, "access_token": reply.json()["access_token"]}
                return
            await asyncio.sleep(until_next(time.time()))
        raise StepFailed("the code of the demo's authenticator must step up, but does not")

    async def json(self, call: Call) -> Any:
        """The body of the answer."""
        return (await self.send(call)).json()

    async def pages(self, call: Call, most: int) -> AsyncIterator[list[dict[str, Any]]]:
        """Pages of a list, until it ends or `most` items were given."""
        given, params = 0, {"limit": str(_PAGE), **call.params}
        while True:
            page = await self.json(Call(call.method, call.path, params=params, expects=call.expects))
            yield page["items"]
            given += len(page["items"])
            if not page.get("next") or given >= most:
                return
            params["cursor"] = page["next"]

    async def everything(self, call: Call) -> list[dict[str, Any]]:
        """All items of a short list."""
        return [item async for page in self.pages(call, most=10_000) for item in page]

    async def _be_signed_in(self) -> None:
        if not self.session:
            await self.sign_in()
        elif time.monotonic() > self._expires:
            body = {"refresh_token": self.session["refresh_token"]}
            self._keep((await self.api.send(Call("POST", "/v1/token-refreshes", body=body))).json())

    def _keep(self, session: dict[str, Any]) -> None:
        self.session = session
        self._expires = time.monotonic() + float(session["expires_in"]) * 0.8

    def _headers(self) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.session['access_token']}"}
        if self.appointment_id:
            headers["Sangathan-Appointment"] = self.appointment_id
        return headers


def _wants_step_up(reply: httpx.Response) -> bool:
    challenge = reply.headers.get("WWW-Authenticate", "")
    return reply.status_code == _UNAUTHENTICATED and "insufficient_user_authentication" in challenge


def _retry_after(reply: httpx.Response) -> float:
    value = reply.headers.get("Retry-After", "1")
    return float(value) if value.isdigit() else 1.0


def _otherwise(call: Call, reply: httpx.Response) -> str:
    expected = " or ".join(map(str, call.expects))
    return f"{call.method} {call.path} must answer {expected}, but answered {reply.status_code}: {reply.text[:400]}"
