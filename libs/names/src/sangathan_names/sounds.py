"""How a word of a name sounds, written the same way from Devanagari and from Latin letters.

A sound keeps its vowels, for measuring likeness; a key is its consonants alone, for finding. Both forget what people
write in two ways: schwa and the length of vowels, aspiration, sh for ष and स, ph and f, z and j, v, w and b, x and ksh,
gy and jn for ज्ञ, ri for ऋ, anusvara, doubled letters. ड़ is heard as r and as d (Barwani, Badwani), and gives both keys.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sangathan_names.words import ALIASES, HONORIFICS, SPELLED_LETTERS

_CONSONANTS: Final = {
    "क": "k", "ख": "kh", "ग": "g", "घ": "gh", "ङ": "n", "च": "ch", "छ": "chh", "ज": "j", "झ": "jh", "ञ": "n",
    "ट": "t", "ठ": "th", "ड": "d", "ढ": "dh", "ण": "n", "त": "t", "थ": "th", "द": "d", "ध": "dh", "न": "n",
    "प": "p", "फ": "ph", "ब": "b", "भ": "bh", "म": "m", "य": "y", "र": "r", "ल": "l", "व": "v",
    "श": "sh", "ष": "sh", "स": "s", "ह": "h", "ळ": "l",
}  # fmt: skip
_VOWELS: Final = {
    "अ": "a", "आ": "a", "इ": "i", "ई": "i", "उ": "u", "ऊ": "u", "ऋ": "ri", "ए": "e", "ऐ": "ai", "ओ": "o", "औ": "au",
    "ऑ": "o", "ऍ": "e",
}  # fmt: skip
_SIGNS: Final = {
    "ा": "a", "ि": "i", "ी": "i", "ु": "u", "ू": "u", "ृ": "ri", "े": "e", "ै": "ai", "ो": "o", "ौ": "au", "ॉ": "o",
    "ॅ": "e",
}  # fmt: skip
_VIRAMA, _NUKTA, _VISARGA, _GYA = "\u094d", "\u093c", "\u0903", "\ue000"
_NASALS: Final = frozenset("\u0901\u0902")
_LABIALS: Final = frozenset("पफबभम")
# R: a flapped ड़ or ढ़, which is written r and d.
_WITH_NUKTA: Final = {"ड": "R", "ढ": "R", "फ": "ph"}
_DEVANAGARI: Final = re.compile("[\u0900-\u097f]")
_BETWEEN: Final = re.compile("[^A-Za-z\u0900-\u0963\u0970-\u097f\u00c0-\u024f\u0300-\u036f]+")
_DOTTED: Final = re.compile(r"\b([A-Za-z])\.")
_FOLDS: Final = tuple(
    (re.compile(pattern), into)
    for pattern, into in (
        (r"[^a-zR]", ""),
        (r"ksh|kch|x", "ks"),
        (r"[dg]ny|jny|gny", "gy"),
        (r"ph", "f"),
        (r"chh|tch|ch", "C"),
        (r"c(?=[eiy])", "s"),
        (r"ck|[cq]", "k"),
        (r"C", "c"),
        (r"s+h+", "s"),
        (r"([kgjtdbrlR])h", r"\1"),
        (r"[wb]", "v"),
        (r"z", "j"),
        (r"ee|ii|ey$|y$", "i"),
        (r"oo|uu|ou", "u"),
        (r"ai|ay|ei|ae", "e"),
        (r"au|aw|ow", "o"),
        (r"(.)\1+", r"\1"),
    )
)


@dataclass(frozen=True, slots=True)
class Sound:
    """One word: as it sounds, and the keys it is found by; an initial is one letter and finds nothing."""

    text: str
    keys: frozenset[str]

    @property
    def initial(self) -> bool:
        """Whether only a first letter is known."""
        return len(self.text) == 1


def sounds(name: str) -> tuple[Sound, ...]:
    """The words of a name in either script, without honorifics; empty when nothing else is there."""
    text = unicodedata.normalize("NFC", _DOTTED.sub(r"\1 ", name)).lower()
    heard = (_sound(word) for word in _BETWEEN.sub(" ", text).split() if not _passed_over(word))
    return tuple(sound for sound in heard if sound.text)


def joined(words: Sequence[Sound]) -> Sound:
    """Several words as one: Vishnu Dutt is Vishnudutt to whoever writes it so."""
    text = "".join(word.text for word in words)
    return Sound(text, frozenset(_keys(text)))


def name_keys(*names: str | None) -> list[str]:
    """The keys that one person's names are found by, of each word and of all words joined, in order."""
    keys: set[str] = set()
    for name in names:
        words = sounds(name) if name else ()
        keys.update(*(word.keys for word in words))
        if len(words) > 1 and not all(word.initial for word in words):
            keys |= joined(words).keys
    return sorted(key for key in keys if len(key) > 1)


def _passed_over(word: str) -> bool:
    return word in HONORIFICS and word not in SPELLED_LETTERS


@lru_cache(maxsize=100_000)
def _sound(word: str) -> Sound:
    letter = SPELLED_LETTERS.get(word, word if len(word) == 1 and word.isascii() else None)
    if letter is not None:
        return Sound(letter, frozenset())
    latin = _latin(word) if _DEVANAGARI.search(word) else _unaccented(word)
    for pattern, into in _FOLDS:
        latin = pattern.sub(into, latin)
    text = ALIASES.get(latin, latin)
    return Sound(text.replace("R", "r"), frozenset() if len(text) < 2 else frozenset(_keys(text)))


def _keys(sound: str) -> set[str]:
    heard = {sound.replace("R", "r"), sound.replace("R", "d")}
    heard |= {one.replace("jn", "gy") for one in heard}
    return {_skeleton(one) for one in heard}


def _skeleton(sound: str) -> str:
    """The consonants, doubles once; a beginning vowel is kept as ``a``, since it is never left out."""
    start = "a" if sound[:1] in {"a", "e", "i", "o", "u"} else ""
    return re.sub(r"(.)\1+", r"\1", start + re.sub("[aeiouyh]", "", sound))


def _unaccented(word: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", word) if not unicodedata.combining(char))


def _latin(word: str) -> str:
    """A Devanagari word in Latin letters, each consonant with the vowel that it carries."""
    letters = unicodedata.normalize("NFD", word).replace(f"ज{_VIRAMA}ञ", _GYA)
    out: list[str] = []
    bare = False
    for place, letter in enumerate(letters):
        if letter == _NUKTA:
            if out and letters[place - 1] in _WITH_NUKTA:
                out[-1] = _WITH_NUKTA[letters[place - 1]]
            continue
        spoken = _spoken(letter, letters[place + 1 : place + 2])
        if bare and letter != _VIRAMA and letter not in _SIGNS:
            out.append("a")
        out.append(spoken)
        bare = letter in _CONSONANTS or letter == _GYA
    return "".join(out)


def _spoken(letter: str, following: str) -> str:
    if letter in _NASALS:
        return "m" if following in _LABIALS else "n"
    if letter == _VISARGA:
        return "h"
    if letter == _GYA:
        return "gy"
    return _CONSONANTS.get(letter) or _VOWELS.get(letter) or _SIGNS.get(letter) or ""
