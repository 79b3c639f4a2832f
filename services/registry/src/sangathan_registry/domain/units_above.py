"""The units that a unit lies in, by their paths."""


def above(path: str) -> list[str]:
    """The paths of all units from the highest down to the one at ``path``, which is the last."""
    return [path[: at + 1] for at, letter in enumerate(path) if letter == "."]
