"""Plays the steps one after another and tells what each saw."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

import httpx
from rich.console import Console
from rich.text import Text

from sangathan_demo.story.actors import Company
from sangathan_demo.story.api import Api
from sangathan_demo.story.expect import StepFailed
from sangathan_demo.story.live import LiveEdge
from sangathan_demo.story.settings import StorySettings
from sangathan_demo.story.step import Stage, Step
from sangathan_demo.story.steps.break_glass import BreakGlass
from sangathan_demo.story.steps.broadcast import Broadcast
from sangathan_demo.story.steps.cross_check import CrossCheck
from sangathan_demo.story.steps.door import Door
from sangathan_demo.story.steps.drive import Drive
from sangathan_demo.story.steps.erasure import Erasure
from sangathan_demo.story.steps.impostor_case import ImpostorCase
from sangathan_demo.story.steps.levels import Levels
from sangathan_demo.story.steps.member_card import MemberCard
from sangathan_demo.story.steps.office_ends import OfficeEnds
from sangathan_demo.story.steps.second_factor import SecondFactor
from sangathan_demo.story.steps.unit_moves import UnitMoves
from sangathan_demo.story.steps.vistarak import Vistarak
from sangathan_demo.story.steps.workshops import Workshops

STEPS: Final[tuple[Step, ...]] = (
    Door(),
    Levels(),
    Vistarak(),
    Drive(),
    CrossCheck(),
    Broadcast(),
    Workshops(),
    UnitMoves(),
    OfficeEnds(),
    SecondFactor(),
    BreakGlass(),
    MemberCard(),
    ImpostorCase(),
    Erasure(),
)
_TIMEOUT: Final = httpx.Timeout(30.0, connect=5.0)


def play_story(story: StorySettings, console: Console) -> bool:
    """Plays the story from code that is not asynchronous; see `play`."""
    return asyncio.run(play(story, console))


async def play(story: StorySettings, console: Console, steps: Sequence[Step] = STEPS) -> bool:
    """Plays the steps, prints what each saw, and says whether every one went as it must.

    A step that fails does not stop those after it: they are independent, and a person mending the system wants all.
    """
    async with httpx.AsyncClient(base_url=story.gateway_url, timeout=_TIMEOUT, trust_env=False) as http:
        company = Company(Api(http), LiveEdge(story.live_url), story.password)
        stage = Stage(company, story.truth, console)
        began = time.monotonic()
        passed = [await _play_step(stage, number, step) for number, step in enumerate(steps, start=1)]
    _tell_end(console, passed, time.monotonic() - began)
    return all(passed)


async def _play_step(stage: Stage, number: int, step: Step) -> bool:
    heading = f"{number}. {step.title_en} · {step.title_hi}"
    stage.console.print(Text(heading, style="bold"), soft_wrap=True)
    began = time.monotonic()
    try:
        await step.play(stage)
    except StepFailed as failure:
        stage.console.print(Text.assemble("   ", ("✗ ", "bold red"), str(failure)), soft_wrap=True)
        return False
    except (KeyError, TypeError, ValueError) as error:
        # An answer of another shape than the published one is the system's failure, told as such.
        sentence = f"an answer is not shaped as documented: {type(error).__name__} {error}"
        stage.console.print(Text.assemble("   ", ("✗ ", "bold red"), sentence), soft_wrap=True)
        return False
    stage.console.print(Text(f"   {time.monotonic() - began:.1f} s", style="dim"))
    return True


def _tell_end(console: Console, passed: Sequence[bool], seconds: float) -> None:
    good = sum(passed)
    if all(passed):
        console.print(Text(f"The story passed: {good} of {len(passed)} steps in {seconds:.1f} s.", style="bold green"))
    else:
        console.print(Text(f"The story FAILED: {good} of {len(passed)} steps passed.", style="bold red"))
