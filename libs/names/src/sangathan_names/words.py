"""Words in a name that are no part of it, short forms, and spellings that no rule of sound brings together."""

from typing import Final

HONORIFICS: Final = frozenset({
    "श्री", "श्रीमती", "श्रीमान", "सुश्री", "कुमारी", "कु", "स्व", "स्वर्गीय", "डॉ", "डा", "प्रो", "पं", "पंडित", "एड", "जी",
    "shri", "shree", "sri", "smt", "shrimati", "sushri", "km", "kum", "late", "dr", "prof", "pt", "pandit", "adv",
    "mr", "mrs", "ms", "ji",
})  # fmt: skip

# Letters of the Latin alphabet as Hindi spells them: एस. के. is S. K.
SPELLED_LETTERS: Final = {
    "ए": "a", "बी": "b", "सी": "c", "डी": "d", "ई": "e", "एफ": "f", "जी": "g", "एच": "h", "आई": "i", "जे": "j",
    "के": "k", "एल": "l", "एम": "m", "एन": "n", "ओ": "o", "पी": "p", "क्यू": "q", "आर": "r", "एस": "s", "टी": "t",
    "यू": "u", "वी": "v", "डब्ल्यू": "w", "एक्स": "x", "वाई": "y", "वाय": "y", "जेड": "z",
}  # fmt: skip

# Short and other forms of one name, each written as it sounds (see `sounds.sound`).
ALIASES: Final = {
    "md": "mohamad", "mohd": "mohamad", "mo": "mohamad", "muhamad": "mohamad", "mohamed": "mohamad",
    "mohamd": "mohamad", "muhamed": "mohamad",
    "krisna": "krisn", "krisan": "krisn", "kisan": "krisn", "kisn": "krisn", "krisn": "krisn",
    "laksmi": "laksmi", "lacmi": "laksmi", "lakmi": "laksmi",
    "visvanat": "visnat", "bisvanat": "visnat",
    "kr": "kumar", "pd": "prasad", "chd": "cand", "cd": "cand", "sk": "sek",
}  # fmt: skip
