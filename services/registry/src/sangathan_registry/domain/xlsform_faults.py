"""What a row of an XLSForm can have wrong, by sheet, row and column, with what would do in Hindi and in English."""

from dataclasses import dataclass
from typing import Final

TYPES: Final = (
    "begin_group, end_group, text, integer, decimal, date, select_one LIST, select_multiple LIST, select_one boolean"
)
_RELEVANT: Final = "${education} = 'graduate' or ${education} = 'doctor'; selected(${skills}, 'driving')"


@dataclass(frozen=True, slots=True)
class SheetFault:
    """Where it is wrong: ``row`` 1 holds the columns' names, 0 means the whole sheet; a stable slug; what would do."""

    sheet: str
    row: int
    column: str
    slug: str
    hi: str
    en: str


SAYINGS: Final = {
    "missing-sheet": ("यह शीट चाहिए", "this sheet is needed"),
    "repeated-sheet": ("यह शीट एक ही बार दें", "takes this sheet once"),
    "missing-column": ("यह कॉलम चाहिए", "this column is needed"),
    "repeated-column": ("यह कॉलम एक ही बार दें", "takes this column once"),
    "not-understood": ("इसे ख़ाली छोड़ें; प्रपत्र में इसके लिए स्थान नहीं है", "leave this empty; a form has no place for it"),
    "bad-type": (f"इनमें से एक दें: {TYPES}", f"takes one of: {TYPES}"),
    "bad-name": (
        "छोटे रोमन अक्षरों का नाम दें, 40 तक, जैसे blood_donor",
        "takes a name of small Latin letters, digits and _, at most 40, such as blood_donor",
    ),
    "name-used": ("ऐसा नाम दें जो पहले न आया हो", "takes a name that was not used above"),
    "bad-label": ("एक पंक्ति का पाठ दें, 200 अक्षर तक", "takes one line of text, at most 200 letters"),
    "bad-purpose": ("10 से 500 अक्षर का एक वाक्य दें", "takes a sentence of 10 to 500 letters"),
    "unknown-list": ("choices शीट में दी गई सूची का नाम दें", "takes the name of a list in the sheet choices"),
    "bad-list": (
        "सूची में 1 से 200 विकल्प हों; boolean सूची में true और false ही हों",
        "takes a list of 1 to 200 choices; the list boolean has true and false alone",
    ),
    "bad-relevant": (
        f"पहले पूछे गए एक ही प्रश्न के उत्तर दें, or से जोड़कर: {_RELEVANT}",
        f"takes answers to one earlier question, joined by or: {_RELEVANT}",
    ),
    "unlikely-answer": (
        "पहले पूछा गया प्रश्न और उसके संभव उत्तर दें",
        "takes a question that was asked above, and answers that it can have",
    ),
    "bad-number-constraint": (
        "सीमाएँ दें, and से जोड़कर: . >= 1 and . <= 20; integer में पूर्णांक",
        "takes bounds joined by and: . >= 1 and . <= 20; whole numbers for integer",
    ),
    "bad-text-constraint": (
        "लंबाई या पैटर्न दें, and से जोड़कर: string-length(.) <= 40 and regex(., '[0-9]{6}')",
        "takes lengths and a pattern joined by and: string-length(.) <= 40 and regex(., '[0-9]{6}')",
    ),
    "bad-limit": (
        "संख्या -1,000,000,000 से 1,000,000,000, लंबाई 1 से 500 तक; पहली सीमा दूसरी से बड़ी न हो",
        "takes numbers from -1,000,000,000 to 1,000,000,000 and lengths from 1 to 500, the lower bound first",
    ),
    "bad-pattern": (
        "200 अक्षर तक का रेगुलर एक्सप्रेशन दें, बिना look-around और back-reference के",
        "takes a regular expression of at most 200 letters without look-around and back-references",
    ),
    "bad-required": ("yes या no दें", "takes yes or no"),
    "required-nowhere": ("no के साथ primary_at ख़ाली छोड़ें", "with no, leave primary_at empty"),
    "bad-topic": ("इनमें से एक दें: caste, religion, health", "takes one of: caste, religion, health"),
    "bad-field-class": ("इनमें से एक दें: open, contact, sensitive", "takes one of: open, contact, sensitive"),
    "too-open": (
        "जाति, धर्म और स्वास्थ्य के लिए sensitive दें या ख़ाली छोड़ें",
        "takes sensitive, or nothing, for caste, religion and health",
    ),
    "group-in-group": ("पहले end_group दें; समूह में समूह नहीं हो सकता", "takes end_group first; no group within a group"),
    "no-group": ("इससे पहले begin_group चाहिए", "takes a begin_group before it"),
    "open-group": ("इस समूह का end_group चाहिए", "takes an end_group below it"),
    "empty-group": ("समूह में 1 से 100 प्रश्न दें", "takes from 1 to 100 questions in a group"),
    "too-many": ("30 समूह तक और 10 उद्देश्य तक दें", "takes at most 30 groups and 10 purposes"),
}


def fault(slug: str, sheet: str, row: int, column: str) -> SheetFault:
    """The fault, by its slug in ``SAYINGS``."""
    hi, en = SAYINGS[slug]
    return SheetFault(sheet, row, column, slug, hi, en)


def unknown_level(row: int, levels: str) -> SheetFault:
    """A level that the tree does not have."""
    return SheetFault(
        "survey", row, "primary_at", "unknown-level", f"इनमें से स्तर दें: {levels}", f"takes levels out of: {levels}"
    )
