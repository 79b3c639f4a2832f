"""Types Hindi in Kruti Dev 010 as a clerk at a Remington keyboard does: the oracle that the reader is held against.

It shares no table with the reader. Letters are typed as they are seen: ि before its consonants, the hook of र् after
its syllable, half letters by their own keys, and the stroke that makes a half letter whole.
"""

import re
import unicodedata
from typing import Final


def _keys(letters: str, keys: str) -> dict[str, str]:
    return dict(zip(letters.split(), keys.split(), strict=True))


_KEYS: Final = _keys(
    "क ख ग घ ङ च छ ज झ ञ ट ठ ड ढ ण त थ द ध न प फ ब भ म य र ल ळ व श ष स ह",
    "d [k x ?k ³ p N t > ¥ V B M < .k r Fk n /k u i Q c Hk e ; j y G o 'k \"k l g",
)
_HALVES: Final = _keys("क ग च ज झ त न प फ ब म य ल व स", "D X P T ÷ R U I ¶ C E ¸ Y O L")
_INDEPENDENT: Final = _keys("अ आ इ ई उ ऊ ऋ ए ऐ ओ औ ऑ", "v vk b bZ m Å _ , ,s vks vkS v‚")
_SIGNS: Final = _keys("ा ी ु ू ृ े ै ो ौ ॉ ॅ ँ ं ः", "k h q w ` s S ks kS ‚ W ¡ a %")
_READY: Final = _keys(
    "क्ष त्र ज्ञ श्र द्य द्व द्ध द्द प्र क्र द्र ट्ट ट्ठ ड्ड ह्म ह्य क्त न्न ट्र ड्र", "{k = K J | } ) í iz Ø nz ê ë ì ã á ä é Vª Mª"
)
_HALF_READY: Final = {"क्ष": "{", "त्र": "«"}
_SYLLABLE: Final = re.compile(
    "(?P<base>[\u0904-\u0914]|(?:[\u0915-\u0939]\u093c?\u094d)*[\u0915-\u0939]\u093c?)(?P<halant>\u094d)?"
    "(?P<sign>[\u093e-\u094c]?)(?P<nasal>[\u0901-\u0903]*)"
)


def typed(text: str) -> str:
    """The keys for a Hindi text; what is no Devanagari is typed as it is."""
    text = unicodedata.normalize("NFD", text)
    return _SYLLABLE.sub(_syllable, text.translate({ord("-"): "&", ord("."): "-", ord(","): "]", ord("/"): "@"}))


def _syllable(found: re.Match[str]) -> str:
    base, sign, nasal = found["base"], found["sign"], found["nasal"]
    if base in _INDEPENDENT:
        keys, hook = _INDEPENDENT[base], ""
    else:
        hooked = base.startswith("र्") and base != "र्"
        keys, hook = _cluster(base.removeprefix("र्") if hooked else base), "Z" if hooked else ""
    if base == "र" and sign in {"ु", "ू"} and not found["halant"]:
        return {"ु": "#", "ू": ":"}[sign] + "".join(_SIGNS[one] for one in nasal)
    if found["halant"]:
        keys += "~"
    before, after = ("f", "") if sign == "ि" else ("", _SIGNS.get(sign, ""))
    return before + keys + after + hook + "".join(_SIGNS[one] for one in nasal)


def _cluster(letters: str) -> str:
    for ready, keys in _READY.items():
        if letters.endswith(ready):
            return _halves(letters.removesuffix(ready).removesuffix("्")) + keys
    *halves, last = letters.split("्")
    if last == "र" and halves:
        return _cluster("्".join(halves)) + ("ª" if halves[-1] in "टठडढछ" else "z")
    return _halves("्".join(halves)) + _whole(last)


def _halves(letters: str) -> str:
    out = ""
    while letters:
        ready = next((one for one in _HALF_READY if letters.startswith(one)), None)
        if ready:
            out, letters = out + _HALF_READY[ready], letters[len(ready) :].removeprefix("्")
            continue
        letter, _, letters = letters.partition("्")
        plain = letter.rstrip("\u093c")
        keys = _HALVES.get(plain) or (_KEYS[plain][0] if _KEYS[plain].endswith("k") else f"{_KEYS[plain]}~")
        out += keys + "+" * (len(letter) - len(plain))
    return out


def _whole(letter: str) -> str:
    plain = letter.rstrip("\u093c")
    return _KEYS[plain] + "+" * (len(letter) - len(plain))
