"""The steps of the story, one scene in each module."""
