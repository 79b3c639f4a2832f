"""What weighs most takes a second factor: a person is shut out and let in again, and a password alone does neither."""

from typing import Final

from sangathan_demo.story.api import Actor, post
from sangathan_demo.story.expect import expect
from sangathan_demo.story.step import Stage

_REFUSED: Final = 401
_REASON: Final = "story"


class SecondFactor:
    """The state suspends a booth president and reinstates them."""

    title_en = "Shutting a person out takes a second factor"
    title_hi = "किसी को रोकने के लिए दूसरा प्रमाण चाहिए"

    async def play(self, stage: Stage) -> None:
        """Tries with the password alone, steps up, suspends, looks, and reinstates."""
        state = stage.company.newcomer(stage.truth.level("state").sign_in)
        whom = stage.truth.level("booth").beside().sign_in
        path = f"/v1/persons/{whom.person_id}"
        refused = await state.send(post(f"{path}/suspensions", expects=(_REFUSED,), reason=_REASON))
        challenge = refused.headers.get("WWW-Authenticate", "")
        expect(
            'acr_values="2"' in challenge, f"a password alone must be asked for a second factor, but got {challenge}"
        )
        stage.saw("the state, signed in by password, is asked for a second factor: 401, acr_values 2 (RFC 9470)")
        await state.step_up()
        await _reinstated(state, path)
        await state.send(post(f"{path}/suspensions", reason=_REASON))
        try:
            await _stays_outside(stage, whom.phone)
        finally:
            await _reinstated(state, path)
        await stage.company.newcomer(whom).sign_in()
        stage.saw(f"with the authenticator's code it goes: {whom.name_en} is shut out, reinstated, and signs in again")


async def _stays_outside(stage: Stage, phone: str) -> None:
    body = {"phone": phone, "password": stage.company.password}
    await stage.company.api.send(post("/v1/sign-in", expects=(_REFUSED,), **body))


async def _reinstated(state: Actor, path: str) -> None:
    """Reinstates, also what a play that was broken off may have left."""
    await state.send(post(f"{path}/reinstatements", expects=(200, 409)))
