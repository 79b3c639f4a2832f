"""Someone with a device: signs in, and asks again as long as it takes, each time after a longer rest."""

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from sangathan_demo.second_factor import code_at, secret_of
from tests.faults.ledger import Ledger

_FIRST_REST_S, _LONGEST_REST_S = 0.2, 4.0
_PATIENCE_S = 240.0
_WANTS_MORE = "insufficient_user_authentication"
_ASK_AGAIN = frozenset({401, 409, 429, 500, 502, 503, 504})


class GaveUp(Exception):  # noqa: N818 - what the device did, not what went wrong.
    """The system has not answered for so long that it cannot be called healed."""


@dataclass(slots=True)
class Device:
    """One signed-in person; a lost answer is asked for again with the same body and the same key."""

    http: httpx.AsyncClient
    ledger: Ledger
    phone: str
    password: str
    _token: str = field(default="", repr=False)

    async def get(self, path: str, **params: str) -> Any:
        """The answer's body."""
        return (await self.ask("GET", path, params=params)).json()

    async def post(self, path: str, **body: Any) -> Any:
        """The answer's body, once it has come; a refusal is noted, and gives nothing."""
        reply = await self.ask("POST", path, json=body, headers={"Idempotency-Key": str(uuid4())})
        if reply.status_code >= 400:
            self.ledger.refused.append(f"POST {path}: {reply.status_code} {reply.text[:200]}")
            return None
        return reply.json() if reply.content else None

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """An answer that is one: nothing lost on the way, no server that asks for patience."""
        deadline, rest = time.monotonic() + _PATIENCE_S, _FIRST_REST_S
        while True:
            reply = await self.once(method, path, **more)
            if reply is not None and reply.status_code not in _ASK_AGAIN:
                return reply
            if time.monotonic() > deadline:
                said = "nothing" if reply is None else f"{reply.status_code} {reply.text[:200]}"
                raise GaveUp(f"{method} {path}: {said}")
            await asyncio.sleep(rest * random.uniform(0.5, 1.5))
            rest = min(rest * 2, _LONGEST_REST_S)

    async def once(self, method: str, path: str, **more: Any) -> httpx.Response | None:
        """Whatever answer comes to one question; None when none does."""
        try:
            if not self._token and not await self._sign_in():
                return None
            headers = {"Authorization": f"Bearer {self._token}", **more.pop("headers", {})}
            reply = await self.http.request(method, path, headers=headers, **more)
        except httpx.HTTPError as error:
            self.ledger.met(type(error).__name__)
            return None
        self.ledger.met(str(reply.status_code))
        if reply.status_code == 401:
            self._token = await self._stepped_up() if _WANTS_MORE in reply.headers.get("www-authenticate", "") else ""
        self._hold_to_its_word(f"{method} {path}", reply)
        return reply

    def _hold_to_its_word(self, asked: str, reply: httpx.Response) -> None:
        """Nothing may fail without a word, and whoever asks for patience says for how long."""
        if reply.status_code == 500 or (
            reply.status_code == 503 and not reply.headers.get("retry-after", "").isdigit()
        ):
            self.ledger.refused.append(f"{asked}: {reply.status_code} {reply.text[:300]}")

    async def _stepped_up(self) -> str:
        """A token that two factors vouch for; nothing while the authenticator's code has been used already."""
        body = {"authenticator_code": code_at(secret_of(self.password, self.phone), time.time())}
        headers = {"Authorization": f"Bearer {self._token}"}
        reply = await self.http.post("/v1/step-ups", json=body, headers=headers)
        self.ledger.met(f"step-up {reply.status_code}")
        return str(reply.json()["access_token"]) if reply.status_code == 200 else ""

    async def _sign_in(self) -> bool:
        reply = await self.http.post("/v1/sign-in", json={"phone": self.phone, "password": self.password})
        self.ledger.met(f"sign-in {reply.status_code}")
        self._hold_to_its_word("sign-in", reply)
        self._token = str(reply.json()["access_token"]) if reply.status_code == 200 else ""
        return bool(self._token)
