"""Exchanges a code for tokens: once, by the application it was given to, with the verifier that was promised."""

from dataclasses import dataclass, replace

from sangathan_chassis.database import Work
from sangathan_contracts.identity import SessionEnded
from sangathan_identity.commands.client_answer import ClientAnswer, Granted, Issuer, alive, answer, grant
from sangathan_identity.commands.doorway import Doorway
from sangathan_identity.commands.known_client import ShownClient, known_client
from sangathan_identity.domain.clients import Client
from sangathan_identity.domain.openid import Declined, proves
from sangathan_identity.store import audit, client_tokens, sessions
from sangathan_identity.store.client_tokens import KeptCode

_REFUSED = "The code is unknown, used, too old, or not for this application, address and verifier."


@dataclass(frozen=True, slots=True)
class ExchangeCode:
    """Who asks, the code, the address it came to, and the verifier of PKCE."""

    client: ShownClient
    code: str
    redirect_uri: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Handler:
    """What the command works with."""

    doorway: Doorway
    issuer: Issuer

    async def handle(self, command: ExchangeCode) -> ClientAnswer:
        """The tokens; raises Declined, the same for whatever is wrong with the code."""
        granted: Granted | None = None
        async with self.doorway.work() as work:
            client = await known_client(work.raw, command.client, work.now)
            kept = await client_tokens.find_code(work, command.code)
            if kept is not None and kept.client_id == client.id:
                granted = await _exchange(work, client, kept, command)
        if granted is None:
            raise Declined("invalid_grant", _REFUSED)
        return await answer(granted, self.issuer)


async def _exchange(work: Work, client: Client, kept: KeptCode, command: ExchangeCode) -> Granted | None:
    """A code that is shown twice is in two hands: the sign-in ends, and every token that came of it."""
    if kept.used_at is not None:
        await _end(work, client, kept)
        return None
    await client_tokens.use_code(work, command.code)
    session = await alive(work, kept.session_id)
    right = (
        session is not None
        and work.now < kept.expires_at
        and kept.redirect_uri == command.redirect_uri
        and proves(command.verifier, kept.code_challenge)
    )
    if session is None or not right:
        return None
    return replace(await grant(work, client, session, kept.scope), nonce=kept.nonce)


async def _end(work: Work, client: Client, kept: KeptCode) -> None:
    session = await sessions.find_session(work, kept.session_id)
    if session is None or not await sessions.end_session(work, session.id, session.person_id, "code used again"):
        return
    work.publish(SessionEnded(session_id=session.id, person_id=session.person_id), path="")
    detail = {"reason": "code used again"}
    entry = audit.Entry("client.token", "refused", session.person_id, session.id, subject_id=client.id, detail=detail)
    await audit.append(work, entry)
