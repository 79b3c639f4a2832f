"""An office ends, and with it every right: the next request is refused and the live connection is cut."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sangathan_demo.story.api import Actor, get, post
from sangathan_demo.story.expect import StepFailed, expect
from sangathan_demo.story.step import Stage
from sangathan_demo.truth import SignIn

_OFFICE: Final = "booth-president"
_PATIENCE_S: Final = 10.0


class OfficeEnds:
    """A fresh appointment to a vacant booth, made for this play and ended by it."""

    title_en = "An office ends and its holder is refused"
    title_hi = "दायित्व समाप्त, अधिकार समाप्त"

    async def play(self, stage: Stage) -> None:
        """Appoints, lets the new president look, ends the appointment and takes the time until the refusal."""
        state = stage.company.actor(stage.truth.level("state").sign_in)
        await _end_leftovers(stage, state)
        appointment_id = await _appoint(stage, state)
        try:
            holder = await _takes_office(stage, appointment_id)
            listener = await stage.company.listener(holder)
        except StepFailed:
            await _end(state, appointment_id)
            raise
        try:
            ending = time.monotonic()
            await _end(state, appointment_id)
            status, refused = await _refused_at(holder)
            cut = await listener.be_cut()
        finally:
            await listener.close()
        stage.saw(
            f"the state ends the office: {_ms(ending, refused)} ms after it asked, the holder is refused with {status}"
        )
        stage.saw(f"and the live connection is cut {_ms(ending, cut)} ms after it asked")
        again = await stage.company.newcomer(stage.truth.spare).sign_in()
        expect(not again["appointments"], "signing in again must show no office any more")
        stage.saw("signing in again still works, and shows no office")


async def _appoint(stage: Stage, state: Actor) -> str:
    booth, spare = stage.truth.vacant_booth, stage.truth.spare
    made = await state.json(
        post(
            "/v1/appointments",
            person_id=spare.person_id,
            office=_OFFICE,
            unit_id=booth.unit_id,
            valid_to=(datetime.now(UTC) + timedelta(days=365)).isoformat(),
        )
    )
    stage.saw(f"{spare.name_en} / {spare.name_hi} is appointed booth president of {booth.name_en} / {booth.name_hi}")
    return str(made["id"])


async def _takes_office(stage: Stage, appointment_id: str) -> Actor:
    holder = stage.company.newcomer(stage.truth.spare)
    offices = (await holder.sign_in())["appointments"]
    held = [office["id"] for office in offices]
    expect(held == [appointment_id], f"signing in must show the new office only, but shows {offices}")
    # The gateway learns of the appointment by an event; until then it knows no such office.
    deadline = time.monotonic() + _PATIENCE_S
    workers = stage.truth.vacant_booth.workers
    call = get("/v1/workers", limit="50", expects=(200, 400, 401, 403))
    reply = await holder.send(call)
    while reply.status_code != 200 and time.monotonic() < deadline:
        await asyncio.sleep(0.02)
        reply = await holder.send(call)
    expect(reply.status_code == 200, f"the new booth president must be let in, but got {reply.text[:300]}")
    seen = len(reply.json()["items"])
    expect(seen == workers, f"the new booth president must see {workers} workers, but sees {seen}")
    stage.saw(f"the new president signs in and sees the booth's {seen} workers")
    return holder


async def _refused_at(holder: Actor) -> tuple[int, float]:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        reply = await holder.send(get("/v1/workers", limit="1", expects=(200, 400, 401, 403)))
        if reply.status_code != 200:
            return reply.status_code, time.monotonic()
    raise StepFailed(f"the holder of an ended office must be refused within {_PATIENCE_S:.0f} s")


async def _end_leftovers(stage: Stage, state: Actor) -> None:
    """Ends what a play that was broken off may have left, so that this one begins as the first did."""
    for office in await _held_at_vacant_booth(stage, state, stage.truth.spare):
        await _end(state, office["id"])


async def _held_at_vacant_booth(stage: Stage, state: Actor, who: SignIn) -> list[dict[str, Any]]:
    listed = await state.everything(get("/v1/appointments", unit_id=stage.truth.vacant_booth.unit_id))
    return [one for one in listed if one["person_id"] == who.person_id and not one.get("ended_at")]


async def _end(state: Actor, appointment_id: str) -> None:
    await state.send(post(f"/v1/appointments/{appointment_id}/endings", expects=(200, 201, 204)))


def _ms(began: float, ended: float) -> str:
    return f"{(ended - began) * 1000:.0f}"
