"""What a play of the story needs to know of the system it is played on."""

from dataclasses import dataclass, field

from sangathan_demo.truth import Truth


@dataclass(frozen=True, slots=True)
class StorySettings:
    """The two public addresses, the truth of the data that was loaded, and the demo password."""

    gateway_url: str
    live_url: str
    truth: Truth
    password: str = field(repr=False)
