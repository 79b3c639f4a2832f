"""A worker shows their card to a stranger, who learns that it is good and little more; a lost card stops being good."""

from typing import Any, Final

from sangathan_demo.story.api import Actor, get, post
from sangathan_demo.story.expect import expect
from sangathan_demo.story.step import Stage

_MAY_BE_TOLD: Final = {"verdict", "name", "unit", "offices", "expires_at", "checked_at"}


class MemberCard:
    """The state issues a card, and another one when the first is lost."""

    title_en = "A membership card is shown to a stranger, lost, and replaced"
    title_hi = "सदस्यता पत्र: दिखाया गया, खोया, फिर से बना"

    async def play(self, stage: Stage) -> None:
        """Issues, shows, replaces, and asks the public page's question each time."""
        known, state = stage.truth.known_worker, stage.company.actor(stage.truth.level("state").sign_in)
        first = await _code(state, known.worker_id, "The first card")
        told = await _asked(stage, first)
        expect(told["verdict"] == "valid", f"a new card must be good, but is {told['verdict']}")
        expect(told.keys() == _MAY_BE_TOLD, f"a stranger must be told no more than {sorted(_MAY_BE_TOLD)}")
        hidden = all(secret not in str(told) for secret in (known.name_en, known.name_hi, known.phone, known.worker_id))
        expect(hidden, f"a stranger must not be told who it is, but is told {told}")
        stage.saw(f"a stranger is told: {told['name']['hi']} / {told['name']['en']}, {told['unit']['en']}")
        second = await _code(state, known.worker_id, "The first was lost on the way")
        verdicts = [(await _asked(stage, code))["verdict"] for code in (first, second)]
        expect(verdicts == ["revoked", "valid"], f"the lost card must have ended and the new one be good: {verdicts}")
        stage.saw("the lost card has ended, the new one is good")


async def _code(state: Actor, worker_id: str, why: str) -> str:
    """Issues a card and reads the text of its QR code."""
    card = await state.json(post(f"/v1/workers/{worker_id}/cards", why=why))
    return (await state.send(get(f"/v1/cards/{card['id']}/face", format="txt"))).text


async def _asked(stage: Stage, code: str) -> dict[str, Any]:
    """What anybody is told, without signing in."""
    told: dict[str, Any] = (await stage.company.api.send(post("/v1/card-verifications", qr=code))).json()
    return told
