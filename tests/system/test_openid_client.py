"""A standard OpenID client library signs somebody in against the running system, through its gateway."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.system.demo_system import PASSWORD, DemoSystem

CALLBACK = "http://127.0.0.1:9/callback"


def registered(demo: DemoSystem) -> dict[str, Any]:
    """An application, as the state's office registers it."""
    body = {"name_hi": "पोर्टल", "name_en": "Portal", "kind": "confidential", "redirect_uris": [CALLBACK]}
    headers = {"Authorization": f"Bearer {demo.token('state')}"}
    answer = demo.http.post("/v1/clients", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def allowed_by(browser: httpx.Client, url: str, phone: str) -> str:
    """Where the browser is sent once the person has signed in on the page."""
    page = browser.get(url, headers={"accept-language": "hi"})
    assert "form-action" in page.headers["content-security-policy"]
    assert len(page.headers.get_list("content-security-policy")) == 1
    found = re.search(r'name="sealed" value="([^"]+)"', page.text)
    assert found
    form = {"sealed": unescape(found[1]), "phone": phone, "password": PASSWORD, "do": "password"}
    answer = browser.post(urlsplit(url)._replace(query="").geturl(), data=form)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


@pytest.mark.parametrize("way", ["client_secret_basic", "client_secret_post"])
def test_a_client_library_signs_a_person_in_with_pkce(demo: DemoSystem, way: str) -> None:
    app = registered(demo)
    provider = demo.http.get("/.well-known/openid-configuration").json()
    assert provider["issuer"] == str(demo.http.base_url).rstrip("/")
    person = demo.truth.level("booth").sign_in
    verifier, nonce = generate_token(48), generate_token(20)
    with (
        OAuth2Client(
            app["id"],
            app["secret"],
            token_endpoint_auth_method=way,
            redirect_uri=CALLBACK,
            scope="openid profile offices offline_access",
            code_challenge_method="S256",
            trust_env=False,
        ) as client,
        httpx.Client(trust_env=False) as browser,
    ):
        url, state = client.create_authorization_url(
            provider["authorization_endpoint"], code_verifier=verifier, nonce=nonce
        )
        location = allowed_by(browser, url, person.phone)
        assert parse_qs(urlsplit(location).query)["iss"] == [provider["issuer"]]
        token = client.fetch_token(
            provider["token_endpoint"], authorization_response=location, state=state, code_verifier=verifier
        )
        keys = KeySet.import_key_set(demo.http.get(provider["jwks_uri"]).json())
        claims = jwt.decode(token["id_token"], keys, algorithms=["RS256"]).claims
        registry = jwt.JWTClaimsRegistry(
            iss={"essential": True, "value": provider["issuer"]},
            aud={"essential": True, "value": app["id"]},
            nonce={"essential": True, "value": nonce},
            exp={"essential": True},
        )
        registry.validate(claims)
        who = client.get(provider["userinfo_endpoint"]).json()
        assert who["sub"] == claims["sub"]
        assert who["offices"]
        renewed = client.refresh_token(provider["token_endpoint"], refresh_token=token["refresh_token"])
        assert renewed["access_token"] != token["access_token"]
    # What an application holds opens nothing of the interface.
    for held in ("access_token", "id_token", "refresh_token"):
        answer = demo.http.get("/v1/me", headers={"Authorization": f"Bearer {token[held]}"})
        assert answer.status_code == 401
