"""Asks any passkey a question, and says whose it is that answered: at sign-in nobody has said yet who they are."""

import secrets
from typing import Any, Final

from sangathan_chassis.database import Work
from sangathan_identity.commands.own_session import announce_change
from sangathan_identity.domain.passkeys import seems_copied
from sangathan_identity.domain.ports import Ceremonies, PasskeyRefused
from sangathan_identity.store import audit, passkeys
from sangathan_identity.store.passkeys import Passkey

_PURPOSE: Final = "passkey-request"
_CHALLENGE_BYTES: Final = 32


async def begin(work: Work, ceremonies: Ceremonies) -> dict[str, Any]:
    """The options for ``navigator.credentials.get``: the same for everybody, but for the challenge."""
    challenge = secrets.token_bytes(_CHALLENGE_BYTES)
    await passkeys.insert_challenge(work, challenge, _PURPOSE, None)
    return ceremonies.request(challenge)


async def answered(work: Work, answer: str, ceremonies: Ceremonies) -> Passkey | None:
    """The passkey that answered rightly, once; None for whatever is wrong.

    A counter that did not rise says that there are two of it: the passkey ends, and its person is told.
    """
    try:
        credential_id, challenge = ceremonies.asked(answer)
        asked = await passkeys.take_challenge(work, challenge, _PURPOSE, None)
        passkey = await passkeys.find_passkey(work, credential_id)
        if not asked or passkey is None or passkey.ended_at is not None:
            return None
        count = ceremonies.signed(answer, challenge, passkey.public_key)
    except PasskeyRefused:
        return None
    if seems_copied(passkey.sign_count, count):
        await _end_copied(work, passkey)
        return None
    await passkeys.note_use(work, passkey.id, count)
    return passkey


async def _end_copied(work: Work, passkey: Passkey) -> None:
    await passkeys.end_passkey(work, passkey.id, passkey.person_id, "counter did not rise")
    announce_change(work, passkey.person_id, "passkey-copied")
    entry = audit.Entry("passkey.end", "done", passkey.person_id, subject_id=passkey.id, detail={"reason": "copied"})
    await audit.append(work, entry)
