"""Takes an application's token back at its own wish (RFC 7009)."""

from dataclasses import dataclass

from sangathan_contracts.identity import SessionEnded
from sangathan_identity.commands.doorway import Doorway
from sangathan_identity.commands.known_client import ShownClient, known_client
from sangathan_identity.store import client_tokens, service_tokens, sessions
from sangathan_identity.store.client_tokens import ACCESS


@dataclass(frozen=True, slots=True)
class RevokeClientToken:
    """Who asks, and the token."""

    client: ShownClient
    token: str


async def revoke_client_token(doorway: Doorway, command: RevokeClientToken) -> None:
    """An access token ends alone, a refresh token with its whole sign-in; what is not the caller's is left alone.

    Raises Declined for an application that is not known.
    """
    async with doorway.work() as work:
        client = await known_client(work.raw, command.client, work.now)
        if ended := await service_tokens.end_token(work, command.token, client.id):
            work.publish(SessionEnded(session_id=ended, person_id=client.id), path="")
            return
        token = await client_tokens.find_token(work.raw, command.token)
        if token is None or token.client_id != client.id:
            return
        if token.kind == ACCESS:
            await client_tokens.drop_token(work, command.token)
            return
        session = await sessions.find_session(work, token.session_id)
        if session and await sessions.end_session(work, session.id, session.person_id, "ended by its application"):
            work.publish(SessionEnded(session_id=session.id, person_id=session.person_id), path="")
