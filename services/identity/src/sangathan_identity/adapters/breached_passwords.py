"""Passwords that must not be chosen: the shipped words, and an operator's own list of breached ones, both offline."""

import hashlib
import mmap
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Final

from sangathan_identity.domain.passwords import too_common

_HASH_LETTERS: Final = 40


def common_words() -> frozenset[str]:
    """The words of ``domain/common_words.txt``."""
    text = resources.files("sangathan_identity").joinpath("domain/common_words.txt").read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(word for line in lines for word in line.casefold().split())


class BreachedList:
    """A file of SHA-1 hashes in hex, one a line and sorted, each with or without ``:count`` behind it.

    This is the form in which lists of breached passwords are handed out; of forty gigabytes a look-up reads some forty
    places. The file is opened anew for each, so that it can be replaced under the running service.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        if not self._holds("0" * _HASH_LETTERS) and not self._well_formed():
            msg = f"{file} must hold sorted lines of 40 hexadecimal digits, each with or without ':count'"
            raise ValueError(msg)

    def holds(self, password: str) -> bool:
        """Whether this password's hash is in the file."""
        return self._holds(hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper())

    def _holds(self, wanted: str) -> bool:
        with self._file.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as lines:
            return _found(lines, wanted.encode())

    def _well_formed(self) -> bool:
        with self._file.open("rb") as file:
            first = file.readline().split(b":")[0].strip()
        return len(first) == _HASH_LETTERS and all(letter in b"0123456789abcdefABCDEF" for letter in first)


def _found(lines: mmap.mmap, wanted: bytes) -> bool:
    """Halves the file until the line is found at which the wanted hash would stand."""
    low, high = 0, len(lines)
    while low < high:
        middle = (low + high) // 2
        start = lines.rfind(b"\n", 0, middle) + 1
        end = lines.find(b"\n", middle)
        end = len(lines) if end < 0 else end
        here = lines[start : min(start + _HASH_LETTERS, end)].upper()
        if here == wanted:
            return True
        if here < wanted:
            low = end + 1
        else:
            high = start
    return False


def guessable(breached: Path | None) -> Callable[[str], bool]:
    """Whether a password would be guessed early, by the shipped words and by the operator's list if there is one."""
    words = common_words()
    listed = BreachedList(breached) if breached else None
    return lambda password: too_common(password, words) or (listed is not None and listed.holds(password))
