"""Gives another system an access token for its own credentials (RFC 6749, section 4.4): ten minutes, for one grant.

The token is an ``at+jwt`` (RFC 9068), as people's are, so that the gateway checks it, and what it stands for, in the
same way. It vouches for no factor (``acr`` is empty): whatever asks for an assurance is not for it.
"""

from dataclasses import dataclass
from typing import Final

from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_identity.commands.doorway import Doorway
from sangathan_identity.commands.known_client import ShownClient, known_client
from sangathan_identity.commands.signed_in import ISSUER
from sangathan_identity.domain.clients import Client, ClientKind
from sangathan_identity.domain.openid import TOKEN_LIFETIME, Declined
from sangathan_identity.domain.ports import Tokens
from sangathan_identity.domain.service_tokens import ServiceToken
from sangathan_identity.queries.client_grants import Standing, standing_grants
from sangathan_identity.store import audit, service_tokens

_TO_GRANT: Final = "Ask an office-bearer of its unit, or above, for a grant."


@dataclass(frozen=True, slots=True)
class TakeServiceToken:
    """Who asks, for which of the granted actions (all of them when empty), and under which grant."""

    client: ShownClient
    scope: str
    grant_id: str


@dataclass(frozen=True, slots=True)
class TokenTaken:
    """The answer of the token endpoint."""

    access_token: str
    expires_in: int
    scope: str


@dataclass(frozen=True, slots=True)
class Handler:
    """What the command works with."""

    doorway: Doorway
    tokens: Tokens

    async def handle(self, command: TakeServiceToken) -> TokenTaken:
        """The token; raises Declined, and keeps nothing then."""
        async with self.doorway.work() as work:
            client = await known_client(work.raw, command.client, work.now)
            grant = await _grant(work, client, command.grant_id)
            kept = _kept(work, client, grant, _scope(grant, command.scope))
        token = await self.tokens.sign(_claims(client, kept))
        async with self.doorway.work() as work:
            await service_tokens.insert_token(work, token, kept)
            await audit.append(work, _entry(client, grant, kept))
        return TokenTaken(token, int((kept.expires_at - kept.issued_at).total_seconds()), kept.scope)


async def _grant(work: Work, client: Client, named: str) -> Standing:
    """The one grant that the token is to stand for."""
    if client.kind is not ClientKind.SERVICE:
        raise Declined("unauthorized_client", "An application that signs people in has no rights of its own.")
    standing = await standing_grants(work.raw, client.id, work.now)
    if named:
        standing = [one for one in standing if str(one.id) == named.lower()]
    if not standing:
        raise Declined("unauthorized_client", f"It is granted nothing at present. {_TO_GRANT}")
    if len(standing) > 1:
        raise Declined("invalid_request", "It has several grants: name one by grant_id.")
    return standing[0]


def _scope(grant: Standing, asked: str) -> str:
    """The actions that the token is good for: those asked for, and all of them where nothing is said."""
    wanted = set(asked.split()) or set(grant.actions)
    if not wanted <= set(grant.actions):
        raise Declined("invalid_scope", f"scope takes of these: {' '.join(sorted(grant.actions))}.")
    return " ".join(sorted(wanted))


def _kept(work: Work, client: Client, grant: Standing, scope: str) -> ServiceToken:
    expires_at = min(work.now + TOKEN_LIFETIME, grant.until)
    return ServiceToken(uuid7(), client.id, grant.id, scope, work.now, expires_at)


def _claims(client: Client, kept: ServiceToken) -> dict[str, object]:
    """RFC 9068, section 2.2: without a person the subject is the client; ``sid`` is what a revocation names."""
    issued_at = int(kept.issued_at.timestamp())
    return {
        "iss": ISSUER,
        "aud": ISSUER,
        "iat": issued_at,
        "exp": int(kept.expires_at.timestamp()),
        "sub": str(client.id),
        "client_id": str(client.id),
        "sid": str(kept.id),
        "jti": str(kept.id),
        "ver": client.version,
        "appts": [str(kept.grant_id)],
        "scope": kept.scope,
    }


def _entry(client: Client, grant: Standing, kept: ServiceToken) -> audit.Entry:
    return audit.Entry(
        "client.token",
        "done",
        client.id,
        kept.id,
        appointment_id=grant.id,
        subject_id=client.id,
        path=grant.path,
        detail={"scope": kept.scope},
        office=grant.office,
        unit_id=grant.unit_id,
    )
