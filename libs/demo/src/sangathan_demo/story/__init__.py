"""The story: the system's main job played from outside, over real HTTP and WebSockets, and compared with the truth."""

from sangathan_demo.story.play import play, play_story
from sangathan_demo.story.settings import StorySettings

__all__ = ["StorySettings", "play", "play_story"]
