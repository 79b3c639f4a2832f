"""A sheet of rows as somebody in an office made it, before anything is known about what it asks for."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was given; ``line`` is its line in the file, the header being line 1."""

    line: int
    values: Mapping[str, str]
