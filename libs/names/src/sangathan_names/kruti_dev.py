"""Reads names and words typed in the fonts Kruti Dev 010 and DevLys 010 as Unicode.

Glyphs stand in the order in which they are typed, which is the order in which they are seen. Unicode has them in the
order in which they are spoken (The Unicode Standard, chapter 12.1): ि goes behind its consonants, and र् of the hook
before its syllable.
"""

import re
import unicodedata
from typing import Final

from sangathan_names.kruti_glyphs import GLYPHS, PRE_I, REPH

_LONGEST: Final = max(map(len, GLYPHS))
_GLYPH: Final = re.compile("|".join(map(re.escape, sorted(GLYPHS, key=len, reverse=True))))
_LETTER: Final = "[\u0915-\u0939\u0958-\u095f]\u093c?"
_CLUSTER: Final = f"(?:{_LETTER}\u094d)*{_LETTER}"
_SIGN: Final = "[\u0900-\u0903\u093e-\u094c\u0962\u0963]"
_REORDERED: Final = tuple(
    (re.compile(pattern), into)
    for pattern, into in (
        # A sign typed twice is seen once.
        (f"({_SIGN}|\u093c|\u094d|{REPH}|{PRE_I})\\1+", r"\1"),
        # Nukta and the ra below belong to the consonant, whenever they were typed.
        (f"({_SIGN}+)\u093c", "\u093c\\1"),
        (f"({_SIGN}+)(\u094d[\u0930\u092f])", r"\2\1"),
        (f"{PRE_I}(\u0902?)({_CLUSTER})", "\\2\u093f\\1"),
        (f"({_CLUSTER}{_SIGN}*){REPH}", "\u0930\u094d\\1"),
        ("\u093e\u0947", "\u094b"),
        ("\u093e\u0948", "\u094c"),
        ("\u093e\u0945", "\u0949"),
        ("\u0905\u093e", "\u0906"),
        ("\u0906\u0947", "\u0913"),
        ("\u0906\u0948", "\u0914"),
        ("\u0906\u0945|\u0905\u0949", "\u0911"),
        # Nasals are typed before or after the other sign.
        ("([\u0900-\u0902])([\u093e-\u094c])", r"\2\1"),
    )
)
_NAME: Final = (
    f"(?:[\u0904-\u0914\u0960\u0961]|{_CLUSTER})[\u093e-\u094c]?[\u0900-\u0903]*"
    f"(?:(?:[\u0904-\u0914\u0960\u0961]|{_CLUSTER})[\u093e-\u094c]?[\u0900-\u0903]*)*(?:{_LETTER}\u094d)?"
)
_WORD: Final = re.compile(_NAME)
_BETWEEN: Final = re.compile(r"[\s\u0964.,/()\-0-9\u0966-\u096f;:]+")
# A file that called itself Latin-1 has the code page's upper letters as control characters.
_CODE_PAGE: Final = {code: bytes([code]).decode("cp1252", "ignore") or None for code in range(0x80, 0xA0)} | {
    0xA0: " ",
    0x2212: "-",
    0x02DC: "~",
    0x00B4: "'",
    0x2219: "ऽ",
}


def from_kruti_dev(text: str) -> str:
    """The text as Unicode (NFC); what is Devanagari already stays, and so do digits and what the font does not draw."""
    shown = _GLYPH.sub(lambda glyph: GLYPHS[glyph[0]], text.translate(_CODE_PAGE))
    for pattern, into in _REORDERED:
        shown = pattern.sub(into, shown)
    return unicodedata.normalize("NFC", shown.replace(PRE_I, "\u093f").replace(REPH, "\u0930\u094d"))


def is_well_formed(text: str) -> bool:
    """Whether every word is a row of syllables as Hindi has them, which chance seldom makes."""
    words = [word for word in _BETWEEN.split(unicodedata.normalize("NFC", text)) if word]
    return bool(words) and all(_WORD.fullmatch(word) for word in words)
