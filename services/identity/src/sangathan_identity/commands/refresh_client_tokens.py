"""Exchanges an application's refresh token: rotated, repeated within the grace, and taken for stolen after it."""

from dataclasses import dataclass, replace

from sangathan_chassis.database import Work
from sangathan_chassis.sealing import Sealer
from sangathan_contracts.identity import SessionEnded
from sangathan_identity.commands.client_answer import ClientAnswer, Granted, Issuer, alive, answer, grant
from sangathan_identity.commands.doorway import Doorway
from sangathan_identity.commands.known_client import ShownClient, known_client
from sangathan_identity.domain.clients import Client
from sangathan_identity.domain.openid import Declined
from sangathan_identity.domain.sessions import ShownToken, Worth
from sangathan_identity.store import audit, client_tokens, sessions
from sangathan_identity.store.client_tokens import REFRESH, KeptClientToken
from sangathan_identity.store.sessions import Session


@dataclass(frozen=True, slots=True)
class RefreshClientTokens:
    """Who asks, and the refresh token."""

    client: ShownClient
    refresh_token: str


@dataclass(frozen=True, slots=True)
class Handler:
    """What the command works with."""

    doorway: Doorway
    sealer: Sealer
    issuer: Issuer

    async def handle(self, command: RefreshClientTokens) -> ClientAnswer:
        """New tokens of the same sign-in; raises Declined, the same for whatever is wrong with the token."""
        granted: Granted | None = None
        async with self.doorway.work() as work:
            client = await known_client(work.raw, command.client, work.now)
            token = await client_tokens.find_token(work.raw, command.refresh_token)
            if token is not None and token.client_id == client.id and token.kind == REFRESH:
                granted = await self._exchange(work, client, command.refresh_token)
        if granted is None:
            raise Declined("invalid_grant", "The refresh token is unknown, expired, used, or its sign-in is over.")
        return await answer(granted, self.issuer)

    async def _exchange(self, work: Work, client: Client, shown: str) -> Granted | None:
        """The session is locked first, so that parallel exchanges see each other's rotation."""
        before = await client_tokens.find_token(work.raw, shown)
        session = await alive(work, before.session_id) if before else None
        token = await client_tokens.find_token(work.raw, shown)
        if session is None or token is None:
            return None
        worth = ShownToken(token.expires_at, token.used_at, session_ended=False, person_suspended=False).worth(work.now)
        if worth is Worth.ROTATE:
            granted = await grant(work, client, session, token.scope)
            await client_tokens.use_token(work, shown, granted.refresh_token or "", self.sealer)
            return granted
        if worth is Worth.REPEAT:
            return await self._repeat(work, client, session, token)
        if worth is Worth.THEFT:
            await _end(work, client, session)
        return None

    async def _repeat(self, work: Work, client: Client, session: Session, token: KeptClientToken) -> Granted:
        """The successor once more; a fresh token to read with costs nothing."""
        scope = " ".join(name for name in token.scope.split() if name != "offline_access")
        granted = await grant(work, client, session, scope)
        return replace(granted, scope=token.scope, refresh_token=client_tokens.successor_of(token, self.sealer))


async def _end(work: Work, client: Client, session: Session) -> None:
    await sessions.end_session(work, session.id, session.person_id, "refresh token used again")
    work.publish(SessionEnded(session_id=session.id, person_id=session.person_id), path="")
    detail = {"reason": "refresh token used again"}
    entry = audit.Entry("client.token", "refused", session.person_id, session.id, subject_id=client.id, detail=detail)
    await audit.append(work, entry)
