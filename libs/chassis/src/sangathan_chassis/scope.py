"""Who sees what, as one range of unit paths: the mechanism behind every scoped statement.

A unit's path is a string of short codes with a trailing dot, ``in.mp.d07.``. A subtree is the half-open range
``path >= lo AND path < hi`` where ``hi`` is ``lo`` with its last dot replaced by ``/``, the next byte after the dot.
"""

import re
from dataclasses import dataclass
from uuid import UUID

_PATH = re.compile(r"(?:[a-z0-9]+\.)+")
_HIGHEST = "~"
_BOUND = re.compile(r"[a-z0-9./~]*")


def is_path(text: str) -> bool:
    """Whether the text is a well-formed unit path such as ``in.mp.d07.``."""
    return _PATH.fullmatch(text) is not None


def upper_bound(path: str) -> str:
    """The exclusive end of the subtree: ``in.mp.d07.`` gives ``in.mp.d07/``, and ``in.mp.d070.`` lies beyond."""
    return path[:-1] + "/"


@dataclass(frozen=True, slots=True)
class Scope:
    """A range of unit paths, and the person for rows that belong to one person whatever the unit."""

    lo: str
    hi: str
    person: UUID | None = None

    @classmethod
    def subtree(cls, path: str, person: UUID | None = None) -> "Scope":
        """The unit at ``path`` and all below it; raises ValueError for a malformed path."""
        if not is_path(path):
            msg = "a unit path is lower-case codes, each followed by a dot"
            raise ValueError(msg)
        return cls(path, upper_bound(path), person)

    @classmethod
    def everything(cls) -> "Scope":
        """The whole tree: for subscribers, relays and loaders, never for a caller."""
        return cls("", _HIGHEST)

    @classmethod
    def nothing(cls, person: UUID | None = None) -> "Scope":
        """No unit at all; a caller who acts only for themselves has this and their person."""
        return cls("", "", person)

    def contains(self, path: str) -> bool:
        """Whether a unit at ``path`` lies inside."""
        return self.lo <= path < self.hi

    def narrowed(self, path: str) -> "Scope":
        """The part below ``path``; raises ValueError when ``path`` lies outside: never silently widened."""
        if not self.contains(path):
            msg = "the unit lies outside the scope"
            raise ValueError(msg)
        return Scope(path, upper_bound(path), self.person)


def scope_statement(scope: Scope) -> str:
    """SQL that sets the scope for this transaction; bounds are checked, since a simple query has no parameters."""
    refuse_bent_bounds(scope)
    person = str(scope.person) if scope.person else ""
    return (
        f"SELECT set_config('app.lo', '{scope.lo}', true), set_config('app.hi', '{scope.hi}', true), "
        f"set_config('app.person', '{person}', true)"
    )


def refuse_bent_bounds(scope: Scope) -> None:
    """Raises ValueError for a bound that could end a literal in SQL."""
    if not (_BOUND.fullmatch(scope.lo) and _BOUND.fullmatch(scope.hi)):
        msg = "a scope bound may hold only codes, dots and its closing mark"
        raise ValueError(msg)
