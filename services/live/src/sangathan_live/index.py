"""Who listens where: every connection under each ancestor of its units, and under its person, session and appointments.

A cast to a unit and the end of a session are then one dictionary look-up each. Paths end with a dot and ids do not, so
that both live in one dictionary.
"""

from collections.abc import Iterable
from itertools import accumulate
from sys import intern
from typing import Generic, TypeVar

M = TypeVar("M")


def ancestors(path: str) -> list[str]:
    """``in.mp.d07.`` gives ``in.``, ``in.mp.`` and ``in.mp.d07.``."""
    return [intern(prefix) for prefix in accumulate(f"{code}." for code in path.rstrip(".").split("."))]


def keys_of(paths: Iterable[str], ids: Iterable[str]) -> tuple[str, ...]:
    """Every key a connection is found under, each once, however many ancestors its units share."""
    prefixes = dict.fromkeys(prefix for path in paths for prefix in ancestors(path))
    return (*prefixes, *dict.fromkeys(i for i in ids if i))


class Index(Generic[M]):
    """Connections by key. A key with one connection holds it bare: most booths, persons and sessions have just one.

    Those under a key are kept in the order in which they came, which is how they, and their sockets in the kernel, lie
    in memory: a fan-out does not jump about.
    """

    def __init__(self) -> None:
        self._at: dict[str, M | dict[M, None]] = {}
        self._all: dict[M, None] = {}

    def __len__(self) -> int:
        return len(self._all)

    def add(self, member: M, keys: Iterable[str]) -> None:
        """Lists the connection under every key."""
        self._all[member] = None
        for key in keys:
            present = self._at.get(key)
            if present is None:
                self._at[key] = member
            elif isinstance(present, dict):
                present[member] = None
            else:
                self._at[key] = {present: None, member: None}

    def remove(self, member: M, keys: Iterable[str]) -> bool:
        """Forgets the connection; False when it was not listed (any more)."""
        if member not in self._all:
            return False
        del self._all[member]
        for key in keys:
            present = self._at.get(key)
            if isinstance(present, dict):
                present.pop(member, None)
                if not present:
                    del self._at[key]
            elif present is member:
                del self._at[key]
        return True

    def at(self, key: str) -> list[M]:
        """The connections under a key now, as a list of its own: the index may change while it is walked."""
        present = self._at.get(key)
        if present is None:
            return []
        return list(present) if isinstance(present, dict) else [present]

    def all(self) -> list[M]:
        """Every connection now."""
        return list(self._all)

    def count(self, key: str) -> int:
        """How many connections are under a key."""
        present = self._at.get(key)
        if present is None:
            return 0
        return len(present) if isinstance(present, dict) else 1

    def children(self, path: str) -> list[str]:
        """The units directly below ``path`` at or below which somebody listens."""
        depth = path.count(".") + 1
        return [k for k in self._at if k.endswith(".") and k.startswith(path) and k.count(".") == depth]
