"""What a step of the story is, and how it says what it expected when the system answers otherwise."""

from dataclasses import dataclass, field
from typing import Protocol

from rich.console import Console
from rich.text import Text

from sangathan_demo.story.actors import Company
from sangathan_demo.truth import Truth


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a step plays: the people who can sign in, the truth, and a voice."""

    company: Company
    truth: Truth
    console: Console = field(repr=False)

    def saw(self, sentence: str) -> None:
        """Prints one thing that was seen and is as it must be."""
        self.console.print(Text.assemble("   ", ("✓ ", "green"), sentence), soft_wrap=True)


class Step(Protocol):
    """One scene: raises StepFailed with a sentence when the system does otherwise than it must."""

    title_en: str
    title_hi: str

    async def play(self, stage: Stage) -> None:
        """Plays the scene once; it leaves the seeded data as it found them."""
