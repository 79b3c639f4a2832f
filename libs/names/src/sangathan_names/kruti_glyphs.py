"""The glyphs of the fonts Kruti Dev 010 and DevLys 010, each with what it shows.

These fonts draw Devanagari over the code of Latin letters: `jes'k` looks like रमेश and is stored as jes'k. A glyph is a
whole consonant, a half one that the stroke `k` makes whole, a vowel sign, or one of the ready conjuncts of the upper
half of the code page.
"""

from typing import Final

PRE_I: Final = "\ue000"
"""Stands for the sign ि, which is typed before the letters that it is spoken after."""
REPH: Final = "\ue001"
"""Stands for the hook of र्, which is typed after the syllable that it is spoken before."""

_WHOLE: Final = {
    "d": "क", "x": "ग", "p": "च", "N": "छ", "t": "ज", ">": "झ", "V": "ट", "B": "ठ", "M": "ड", "<": "ढ",
    "r": "त", "n": "द", "u": "न", "i": "प", "Q": "फ", "c": "ब", "e": "म", ";": "य", "j": "र", "y": "ल", "G": "ळ",
    "o": "व", "l": "स", "g": "ह", "³": "ङ", "¥": "ञ", "Ò": "भ",
}  # fmt: skip
_HALF: Final = {
    "D": "क", "[": "ख", "X": "ग", "?": "घ", "Ä": "घ", "P": "च", "T": "ज", "÷": "झ", "Ö": "झ", ".": "ण", "R": "त",
    "F": "थ", "/": "ध", "è": "ध", "Ë": "ध", "U": "न", "I": "प", "¶": "फ", "C": "ब", "H": "भ", "E": "म", "¸": "य",
    "Y": "ल", "O": "व", "'": "श", "Ü": "श", '"': "ष", "L": "स", "º": "ह", "{": "क्ष", "«": "त्र", "Ù": "त्त",
    "™": "न्न",
}  # fmt: skip
_READY: Final = {
    "K": "ज्ञ", "=": "त्र", "J": "श्र", "|": "द्य", "}": "द्व", ")": "द्ध", "í": "द्द", "Ì": "द्द", "æ": "द्र",
    "ä": "क्त", "Ø": "क्र", "ô": "क्क", "Ý": "फ्र", "ç": "प्र", "Á": "प्र", "é": "न्न", "à": "ह्न", "á": "ह्य",
    "ã": "ह्म", "ê": "ट्ट", "Í": "ट्ट", "ë": "ट्ठ", "Î": "ट्ठ", "ì": "ड्ड", "Ï": "ड्ड", "ï": "ड्ढ", "Ô": "ड्ढ",
    "#": "रु", ":": "रू", "â": "हृ", "Ñ": "कृ", "—": "कृ", "–": "दृ",
}  # fmt: skip
_VOWELS: Final = {
    "v": "अ", "vk": "आ", "b": "इ", "bZ": "ई", "Ã": "ई", "b±": "ईं", "m": "उ", "Å": "ऊ", "_": "ऋ", ",": "ए", ",s": "ऐ",
    "vks": "ओ", "vkS": "औ", "v‚": "ऑ", "vkW": "ऑ",
}  # fmt: skip
_SIGNS: Final = {
    "k": "ा", "h": "ी", "q": "ु", "w": "ू", "`": "ृ", "s": "े", "S": "ै", "ks": "ो", "kS": "ौ", "‚": "ॉ", "kW": "ॉ",
    "W": "ॅ", "a": "ं", "¡": "ँ", "%": "ः", "È": "ीं", "~": "्", "z": "्र", "ª": "्र", "Ó": "्य", "î": "्य", "+": "़",
    "f": PRE_I, "Z": REPH, "±": f"{REPH}ं",
}  # fmt: skip
_MARKS: Final = {
    "å": "०", "ƒ": "१", "„": "२", "…": "३", "†": "४", "‡": "५", "ˆ": "६", "‰": "७", "Š": "८", "‹": "९",
    "A": "।", "&": "-", "-": ".", "]": ",", "@": "/", "¼": "(", "½": ")", "¿": "{", "À": "}", "¾": "=", "\\": "?",
    "^": "\u2018", "*": "\u2019", "Þ": "\u201c", "ß": "\u201d", "(": ";", "ñ": ".", "Œ": ".", "·": "ऽ", "•": "ऽ",
}  # fmt: skip

GLYPHS: Final = {
    **_WHOLE,
    **{glyph: f"{letter}्" for glyph, letter in _HALF.items()},
    # The stroke makes a half letter whole; after a whole one it is the sign of आ.
    **{f"{glyph}k": letter for glyph, letter in _HALF.items()},
    **_READY,
    **_VOWELS,
    **_SIGNS,
    **_MARKS,
    # Who types the stroke for a letter that has its own writes these two.
    "=kk": "त्रा",
    "f=k": f"{PRE_I}त्र",
}
"""What each glyph, or pair of glyphs that belong together, shows."""
