"""An application that signs people in, played by a test: it registers, sends the browser, and exchanges what comes."""

import re
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from httpx import Response

from sangathan_testkit.harness import Harness, Person
from tests.identity import world

REDIRECT = "https://app.example/callback"
ISSUER = "http://127.0.0.1:8000"
SOMEBODY = world.holder(world.BOOTH)
FORM = {"content-type": "application/x-www-form-urlencoded"}


@dataclass
class Application:
    """A registered application with its secret, and the verifier of the sign-in under way."""

    identity: Harness
    id: str
    secret: str | None
    verifier: str = ""

    def request(self, **changes: Any) -> dict[str, str]:
        """The parameters of an authorization request; a change to None leaves one out."""
        self.verifier = secrets.token_urlsafe(48)
        challenge = urlsafe_b64encode(sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.id,
            "redirect_uri": REDIRECT,
            "scope": "openid profile offices",
            "state": "a-state",
            "nonce": "a-nonce",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        } | changes
        return {name: str(value) for name, value in asked.items() if value is not None}

    async def page(self, *, language: str = "en", **changes: Any) -> Response:
        """What the browser shows."""
        return await self.identity.ask(
            "GET",
            "/oauth2/authorize",
            action="openid.authorize",
            params=dict(self.request(**changes)),
            headers={"accept-language": language},
        )

    async def send(self, page: Response, **typed: str) -> Response:
        """Sends the page's form as a browser does."""
        return await self.post("/oauth2/authorize", "openid.authorize", {"sealed": sealed(page), **typed})

    async def sign_in(self, person: Person = SOMEBODY, **changes: Any) -> Response:
        """The answer that the browser carries to the application after phone and password."""
        page = await self.page(**changes)
        return await self.send(page, phone=world.phone(person), password=world.PASSWORD, do="password")

    async def code(self, **changes: Any) -> str:
        return told(await self.sign_in(**changes))["code"]

    async def exchange(self, code: str, **changes: Any) -> Response:
        """Exchanges a code at the token endpoint."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT,
            "code_verifier": self.verifier,
        } | changes
        return await self.token(form)

    async def refresh(self, token: str) -> Response:
        return await self.token({"grant_type": "refresh_token", "refresh_token": token})

    async def tokens(self, **changes: Any) -> dict[str, Any]:
        """Signs in and exchanges the code."""
        answer = await self.exchange(await self.code(**changes))
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def token(self, form: dict[str, str | None]) -> Response:
        return await self.post("/oauth2/token", "client.token", self.credentials() | form)

    async def revoke(self, token: str) -> Response:
        return await self.post("/oauth2/revoke", "client.revoke", self.credentials() | {"token": token})

    async def introspect(self, token: str) -> dict[str, Any]:
        form = self.credentials() | {"token": token}
        body: dict[str, Any] = (await self.post("/oauth2/introspect", "client.introspect", form)).json()
        return body

    async def user_info(self, token: str) -> Response:
        headers = {"authorization": f"Bearer {token}"}
        return await self.identity.ask("GET", "/oauth2/userinfo", action="openid.userinfo", headers=headers)

    def credentials(self) -> dict[str, str | None]:
        return {"client_id": self.id, "client_secret": self.secret}

    async def post(self, path: str, action: str, form: dict[str, Any]) -> Response:
        content = urlencode({name: value for name, value in form.items() if value is not None}).encode()
        return await self.identity.ask("POST", path, action=action, content=content, headers=FORM)


async def registered(identity: Harness, kind: str = "confidential", *uris: str) -> Application:
    """Registers an application as the state's IT office does."""
    body = {"name_hi": "प्रशिक्षण", "name_en": "Training <b>", "kind": kind, "redirect_uris": uris or [REDIRECT]}
    officer = world.holder(world.STATE, "state-it-in-charge")
    answer = await identity.ask("POST", "/v1/clients", action="client.make", person=officer, json=body)
    assert answer.status_code == 201, answer.text
    return Application(identity, answer.json()["id"], answer.json()["secret"])


def sealed(page: Response) -> str:
    """What the page's form carries."""
    found = re.search(r'name="sealed" value="([^"]+)"', page.text)
    assert found, page.text
    return unescape(found[1])


def told(answer: Response) -> dict[str, str]:
    """What a redirect tells the application."""
    assert answer.status_code == 303, answer.text
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: values[0] for name, values in query.items()}
