"""A new password: changed by who knows the old one, or reset by a one-time code to the phone."""

from typing import Final

from fastapi import Response
from pydantic import Field

from sangathan_chassis.describe import refuses
from sangathan_chassis.edge import CallerDep, declares, edge_router
from sangathan_chassis.replies import json_reply
from sangathan_identity.api.fields import AddressDep, Body, Challenge, Code, Password
from sangathan_identity.api.me import EndedOut
from sangathan_identity.api.parts import PartsDep
from sangathan_identity.api.stale import STALE
from sangathan_identity.commands.change_password import ChangePassword
from sangathan_identity.commands.guess_code import CodeGuess
from sangathan_identity.commands.reset_password import ResetPassword

router = edge_router(tags=["sign-in methods"])

_BY_ITSELF: Final = "nothing"
_WEAK: Final = "The new password is too short, too common, or known from a breach; `/new_password` says which."
_RULES: Final = "At least ten characters, and not one that is guessed early; any script, kept as Unicode NFKC."


class PasswordChangeIn(Body):
    """The password so far, and the new one."""

    current_password: Password | None = Field(
        default=None, description="Left out by who has no password yet.", examples=["seven-mango-trees"]
    )
    new_password: Password = Field(description=_RULES, examples=["kettle-monsoon-ladder-42"])


class PasswordResetIn(Body):
    """A one-time code for `password-reset` with its challenge, and the new password."""

    challenge: Challenge
    code: Code
    new_password: Password = Field(description=_RULES, examples=["kettle-monsoon-ladder-42"])


@router.post(
    "/v1/password-changes",
    summary="Change my password",
    response_model=EndedOut,
    responses=refuses(_401=STALE, _403="The current password is wrong.", _422=_WEAK),
    **declares("factor.change", opens=_BY_ITSELF),
)
async def change_password(body: PasswordChangeIn, caller: CallerDep, parts: PartsDep, address: AddressDep) -> Response:
    """Changes it, ends every other sign-in, and tells the person. Guesses at the current one are paced."""
    command = ChangePassword(body.current_password or "", body.new_password, address)
    return json_reply({"ended": await parts.change_password.handle(caller, command)})


@router.post(
    "/v1/password-resets",
    summary="Set a new password with a one-time code",
    status_code=204,
    responses=refuses(_401="The code opens nothing; an unknown number reads the same.", _422=_WEAK),
    **declares("session.sign-in", opens=_BY_ITSELF),
)
async def reset_password(body: PasswordResetIn, parts: PartsDep) -> Response:
    """Sets it, ends every sign-in, and tells the person; then sign in.

    Ask for the code with the purpose `password-reset`.
    """
    await parts.reset_password.handle(ResetPassword(CodeGuess(body.challenge, body.code), body.new_password))
    return Response(status_code=204)
