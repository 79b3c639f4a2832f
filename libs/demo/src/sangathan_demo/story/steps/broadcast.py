"""A broadcast reaches those it is aimed at, at the same moment, and nobody else."""

import asyncio
import time
from collections.abc import Iterable
from contextlib import AsyncExitStack

from sangathan_demo.story.actors import Company
from sangathan_demo.story.api import Call, post
from sangathan_demo.story.expect import expect
from sangathan_demo.story.live import Listener
from sangathan_demo.story.step import Stage
from sangathan_demo.truth import SignIn, Truth, UnitTruth


class Broadcast:
    """One broadcast to a district, then one to the nation, with people of both sides listening."""

    title_en = "A broadcast reaches its district, then the whole nation"
    title_hi = "संदेश पहले एक जिले तक, फिर पूरे राष्ट्र तक"

    async def play(self, stage: Stage) -> None:
        """Opens the connections, speaks twice, and reconnects as a phone that missed both."""
        inside, outside = _inside(stage.truth), _outside(stage.truth)
        async with AsyncExitStack() as stack:
            near = [await _open(stage.company, stack, who) for who in inside]
            far = [await _open(stage.company, stack, who) for who in outside]
            district, nation = stage.truth.level("district"), stage.truth.level("nation")
            first = await _speak(stage, stage.truth.level("state").sign_in, district.unit, near)
            second = await _speak(stage, nation.sign_in, nation.unit, [*near, *far])
            # Each connection hears in order, so whoever heard the second has had every chance to hear the first.
            told = [one.name for one in far if first in one.heard]
            expect(not told, f"the district's broadcast must reach nobody outside, but reached {told}")
            stage.saw(f"none of the {len(far)} outside {district.unit.name_en} heard the district's")
            expect(not any(one.doubled for one in [*near, *far]), "a broadcast came twice on one connection")
            await _catches_up(stage, stack, (first, second))
        await _may_not_speak_outside(stage)


def _inside(truth: Truth) -> list[SignIn]:
    heads = [truth.level(code).sign_in for code in ("district", "vidhan-sabha", "mandal", "booth")]
    return [*heads, truth.district_general_secretary, truth.vistarak.sign_in]


def _outside(truth: Truth) -> list[SignIn]:
    beside = [truth.level(code).beside().sign_in for code in ("state", "district")]
    return [truth.level("state").sign_in, *beside]


async def _open(company: Company, stack: AsyncExitStack, who: SignIn, after: int | None = None) -> Listener:
    listener = await company.listener(company.actor(who), after)
    stack.push_async_callback(listener.close)
    return listener


async def _speak(stage: Stage, who: SignIn, unit: UnitTruth, hearers: Iterable[Listener]) -> int:
    began = time.monotonic()
    reply = await stage.company.actor(who).json(_message(unit))
    seq = int(reply["seq"])
    moments = await asyncio.gather(*(hearer.hear(seq) for hearer in hearers))
    slowest = (max(moments) - began) * 1000
    stage.saw(
        f"broadcast {seq} to {unit.name_en} / {unit.name_hi}: {len(moments)} heard it, the last after {slowest:.0f} ms"
    )
    return seq


async def _catches_up(stage: Stage, stack: AsyncExitStack, missed: tuple[int, int]) -> None:
    first, second = missed
    near = await _open(stage.company, stack, stage.truth.level("booth").sign_in, after=first - 1)
    far = await _open(stage.company, stack, _outside(stage.truth)[-1], after=first - 1)
    await asyncio.gather(near.hear(first), near.hear(second), far.hear(second))
    expect(first not in far.heard, "reconnecting must not bring the broadcast of another district")
    stage.saw("two phones that missed both reconnect: inside both are made up for, outside only the nation's")


async def _may_not_speak_outside(stage: Stage) -> None:
    district = stage.truth.level("district")
    await stage.company.actor(district.sign_in).send(_message(district.beside().unit, expects=(404,)))
    stage.saw(f"the district's president speaking to {district.beside().unit.name_en}: 404")


def _message(unit: UnitTruth, expects: tuple[int, ...] = (200, 201, 202)) -> Call:
    return post(
        "/v1/broadcasts",
        expects=expects,
        unit_id=unit.unit_id,
        title_hi=f"{unit.name_hi} के लिए संदेश",
        title_en=f"A message to {unit.name_en}",
        body_hi="यह एक नमूना संदेश है।",
        body_en="This is a sample message.",
    )
