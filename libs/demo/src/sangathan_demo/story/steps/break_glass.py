"""In an emergency one record outside the own district is opened for a while, and those above hear of it at once."""

import asyncio
import time
from typing import Any, Final

from sangathan_demo.story.api import Actor, get, post
from sangathan_demo.story.expect import StepFailed, expect
from sangathan_demo.story.step import Stage

_PLACE: Final = "/v1/break-glass-openings"
_REASON: Final = "Hurt on the road in our district; the family must be reached"
_OPENED: Final = 201
_USED_UP: Final = 429
_TOLD_WITHIN_S: Final = 15.0


class BreakGlass:
    """The next district's president opens the record of a worker who is not theirs."""

    title_en = "Breaking the glass: one record, for a while, and those above are told"
    title_hi = "आपात पहुँच: एक अभिलेख, थोड़े समय के लिए, और ऊपर सबको सूचना"

    async def play(self, stage: Stage) -> None:
        """Tries without a second factor, opens, reads, finds the message above, ends, and reviews."""
        opener = stage.company.newcomer(stage.truth.level("district").beside().sign_in)
        body: dict[str, Any] = {"phone": stage.truth.known_worker.phone, "reason": _REASON, "minutes": 15}
        await opener.send(post(_PLACE, expects=(401,), **body))
        stage.saw("by a password alone nothing is opened: 401")
        await opener.step_up()
        reply = await opener.send(post(_PLACE, expects=(_OPENED, _USED_UP), **body))
        if reply.status_code == _USED_UP:
            stage.saw("this president has opened as many records today as one may: 429")
            return
        await _watched(stage, opener, reply.json()["id"])


async def _watched(stage: Stage, opener: Actor, opening_id: str) -> None:
    path, known = f"{_PLACE}/{opening_id}", stage.truth.known_worker
    shown = await opener.json(get(f"{path}/worker"))
    expect(shown["id"] == known.worker_id, f"the record opened must be that of {known.name_en}")
    expect(shown["birth_year"] is None, "an opened record must show no sensitive field")
    state = stage.company.actor(stage.truth.level("state").sign_in)
    took = await _told(state, opening_id)
    stage.saw(f"{known.name_en}'s record is open for 15 minutes; the state had its message after {took:.1f} s")
    await opener.send(post(f"{path}/endings"))
    await opener.send(get(f"{path}/worker", expects=(409,)))
    reviewed = await state.json(post(f"{path}/reviews", verdict="justified", note="The hospital's call was checked"))
    expect(reviewed["uses"] == 1, f"the record was read once, but {reviewed['uses']} readings are counted")
    stage.saw("ended by its opener it shows nothing more: 409; the state sees one reading and finds it justified")


async def _told(state: Actor, opening_id: str) -> float:
    began = time.monotonic()
    while time.monotonic() - began < _TOLD_WITHIN_S:
        inbox = await state.json(get("/v1/inbox", limit="50"))
        if any(one["refs"].get("opening_id") == opening_id for one in inbox["items"]):
            return time.monotonic() - began
        await asyncio.sleep(0.1)
    raise StepFailed("the office above the opener must be told of an opening, but is not")
