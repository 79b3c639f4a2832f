"""The rules of OpenID Connect and OAuth as kept here: one flow, PKCE always, exact addresses (RFC 9700, OAuth 2.1)."""

import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from sangathan_identity.domain.clients import Client

CODE_LIFETIME: Final = timedelta(seconds=60)
TOKEN_LIFETIME: Final = timedelta(minutes=10)
OPENID: Final = "openid"
PROFILE: Final = "profile"
OFFICES: Final = "offices"
OFFLINE_ACCESS: Final = "offline_access"
SCOPES: Final = (OPENID, PROFILE, OFFICES, OFFLINE_ACCESS)
_LONGEST: Final = 2_000
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class Declined(Exception):  # noqa: N818 - an answer, not a fault.
    """An error as OAuth names it (RFC 6749, sections 4.1.2.1 and 5.2); never carries what was sent."""

    def __init__(self, error: str, description: str = "") -> None:
        super().__init__(error)
        self.error = error
        self.description = description


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What an application asks a person for; ``scope`` holds only scopes that are known here."""

    client_id: UUID
    redirect_uri: str
    scope: tuple[str, ...]
    state: str
    nonce: str
    code_challenge: str


def checked_redirect_uri(client: Client | None, asked: Mapping[str, str]) -> str:
    """The address to answer at, equal to a registered one letter for letter; raises Declined, to be told to nobody but
    the person: an answer to any other address would be an open door."""
    if client is None or client.ended_at is not None:
        raise Declined("invalid_client", "This application is not registered here.")
    uri = asked.get("redirect_uri", "")
    if uri not in client.redirect_uris:
        raise Declined("invalid_request", "The redirect_uri is not one that the application has registered.")
    return uri


def checked_request(client: Client, asked: Mapping[str, str]) -> AuthorizationRequest:
    """The rest of the request; raises Declined, to be told to the application."""
    for name in ("request", "request_uri"):
        if name in asked:
            raise Declined(f"{name}_not_supported", "Send the parameters themselves.")
    if asked.get("response_type") != "code":
        raise Declined("unsupported_response_type", "response_type takes: code.")
    if asked.get("response_mode", "query") != "query":
        raise Declined("invalid_request", "response_mode takes: query.")
    _check_challenge(asked)
    scope = tuple(name for name in SCOPES if name in asked.get("scope", "").split())
    if OPENID not in scope:
        raise Declined("invalid_scope", "scope takes openid, and with it profile, offices and offline_access.")
    if "none" in asked.get("prompt", "").split():
        raise Declined("login_required", "A person shows who they are at every sign-in.")
    state, nonce = asked.get("state", ""), asked.get("nonce", "")
    if max(len(state), len(nonce)) > _LONGEST:
        raise Declined("invalid_request", f"state and nonce have at most {_LONGEST} characters.")
    return AuthorizationRequest(client.id, asked["redirect_uri"], scope, state, nonce, asked["code_challenge"])


def _check_challenge(asked: Mapping[str, str]) -> None:
    if asked.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(asked.get("code_challenge", "")):
        raise Declined("invalid_request", "PKCE is required: code_challenge with code_challenge_method=S256.")


def proves(verifier: str, challenge: str) -> bool:
    """Whether the verifier is the one whose hash was sent ahead (RFC 7636, section 4.6)."""
    if not _VERIFIER.fullmatch(verifier):
        return False
    digest = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return hmac.compare_digest(digest, challenge)


def half_hash(token: str) -> str:
    """The ``at_hash`` of an access token beside an ID token signed with RS256 (OpenID Connect Core, 3.1.3.6)."""
    return urlsafe_b64encode(sha256(token.encode()).digest()[:16]).rstrip(b"=").decode()
