"""Adds a passkey: a question that only this person may answer, and the credential that an authenticator made for it."""

import secrets
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Work
from sangathan_chassis.ids import uuid7
from sangathan_chassis.refusal import Refusal
from sangathan_identity.commands.own_session import fresh_session, note_change
from sangathan_identity.domain.passkeys import MOST_PASSKEYS
from sangathan_identity.domain.ports import Ceremonies, NewCredential, PasskeyRefused
from sangathan_identity.domain.refusals import PASSKEY_REFUSED, TOO_MANY_PASSKEYS
from sangathan_identity.store import passkeys, persons
from sangathan_identity.store.passkeys import Passkey

_PURPOSE: Final = "passkey-creation"
_CHALLENGE_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class AddPasskey:
    """The authenticator's answer as JSON, and what to call the passkey."""

    answer: str
    name: str


async def begin(work: Work, caller: Caller, ceremonies: Ceremonies) -> dict[str, Any]:
    """The options for ``navigator.credentials.create``; raises a conflict when there are enough."""
    await fresh_session(work, caller)
    existing = await passkeys.credential_ids(work, caller.person)
    if len(existing) >= MOST_PASSKEYS:
        raise Refusal(TOO_MANY_PASSKEYS, "Remove one that is not used, then add the new one.")
    person = await persons.find_person(work, caller.person)
    challenge = secrets.token_bytes(_CHALLENGE_BYTES)
    await passkeys.insert_challenge(work, challenge, _PURPOSE, caller.person)
    return ceremonies.creation(caller.person, person.names.en if person else "", challenge, existing)


async def handle(work: Work, caller: Caller, command: AddPasskey, ceremonies: Ceremonies) -> UUID:
    """The new passkey's id; raises Refusal when the answer is not to a question of this person's, or wrong."""
    await fresh_session(work, caller)
    credential = await _made(work, caller, command, ceremonies)
    passkey = Passkey(uuid7(), credential.id, caller.person, credential.public_key, credential.sign_count, command.name)
    if not await passkeys.insert_passkey(work, passkey):
        raise _refused()
    await note_change(work, caller, "passkey-added", passkey.id)
    return passkey.id


async def _made(work: Work, caller: Caller, command: AddPasskey, ceremonies: Ceremonies) -> NewCredential:
    try:
        _credential_id, challenge = ceremonies.asked(command.answer)
        if not await passkeys.take_challenge(work, challenge, _PURPOSE, caller.person):
            raise _refused()
        return ceremonies.created(command.answer, challenge)
    except PasskeyRefused:
        raise _refused() from None


def _refused() -> Refusal:
    return Refusal(
        PASSKEY_REFUSED,
        "Ask for new options; answer within five minutes, on a page of this system's origin, with the user verified.",
    )
