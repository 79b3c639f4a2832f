"""How alike two names sound, from 0 to 1: word by word, in any order, with initials and a dropped word allowed for."""

from collections.abc import Sequence
from typing import Final

from rapidfuzz.distance import JaroWinkler

from sangathan_names.sounds import Sound, joined, sounds

SAME_KEY: Final = 0.95
ONE_LETTER: Final = 0.85
_LEAST: Final = 0.86
# रमेश and Rajesh score 0.91 by letters alone and are different people: so do their keys.
_OTHER_KEY: Final = 0.90
_LEFT_OUT: Final = 0.97
# An initial stands for every letter that its sound is written with.
_INITIALS: Final = {"c": "cks", "b": "v", "w": "v", "z": "j", "q": "k", "x": "k", "i": "iye", "y": "yie"}


def likeness(one: str | None, other: str | None) -> float:
    """1.0 for names that sound the same; 0.0 when a word of the shorter has no counterpart, or one name is missing."""
    return likeness_of(sounds(one or ""), sounds(other or ""))


def likeness_of(one: Sequence[Sound], other: Sequence[Sound]) -> float:
    """The same for names that were taken apart before."""
    shorter, longer = sorted((one, other), key=len)
    if not shorter:
        return 0.0
    if len(shorter) != len(longer) and _words(joined(shorter), joined(longer)) >= SAME_KEY:
        return SAME_KEY
    left, total = list(longer), 0.0
    for word in shorter:
        best = max(left, key=lambda candidate: _words(word, candidate))
        alike = _words(word, best)
        if alike < _LEAST - 0.01:
            return 0.0
        total += alike
        left.remove(best)
    if all(word.initial for word in shorter):
        return 0.0
    return float(total / len(shorter) * _LEFT_OUT ** len(left))


def _words(one: Sound, other: Sound) -> float:
    if one.text == other.text:
        return ONE_LETTER if one.initial else 1.0
    if one.initial or other.initial:
        first, whole = sorted((one.text, other.text), key=len)
        return ONE_LETTER if whole[:1] in _INITIALS.get(first, first) else 0.0
    letters = JaroWinkler.similarity(one.text, other.text)
    if one.keys & other.keys:
        return max(letters, SAME_KEY) if letters >= _LEAST else letters
    return letters * _OTHER_KEY
