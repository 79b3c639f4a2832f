"""Gives an application a code for what a person has just agreed to; it serves once, for a minute."""

import secrets

from sangathan_identity.commands.doorway import Doorway
from sangathan_identity.domain.openid import AuthorizationRequest
from sangathan_identity.store import audit, client_tokens
from sangathan_identity.store.sessions import Session


async def issue_code(doorway: Doorway, request: AuthorizationRequest, session: Session) -> str:
    """The code; what the person agreed to is on the trail."""
    code = "sgz_" + secrets.token_urlsafe(32)
    async with doorway.work() as work:
        await client_tokens.insert_code(work, code, request, session.id)
        detail = {"scope": " ".join(request.scope)}
        entry = audit.Entry(
            "client.authorize", "done", session.person_id, session.id, subject_id=request.client_id, detail=detail
        )
        await audit.append(work, entry)
    return code
