"""Kinds of input that every service takes: a line, a text, a date and a moment, each refused when it is nonsense.

Pydantic would take a number for a date and a control character for text; PostgreSQL cannot store NUL at all.
"""

import re
import unicodedata
from datetime import date
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BeforeValidator

LINE_PATTERN: Final = r"^[^\u0000-\u001f\u007f]*[^\s\u0000-\u001f\u007f][^\u0000-\u001f\u007f]*$"
TEXT_PATTERN: Final = (
    r"^[^\u0000-\u0009\u000b-\u001f\u007f]*[^\s\u0000-\u001f\u007f][^\u0000-\u0009\u000b-\u001f\u007f]*$"
)

MOST_FIELDS: Final = 200

_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]")
_CONTROLS_BUT_NEWLINE: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}.*")


def one_line(text: str) -> str:
    """The text as NFC with single spaces; raises ValueError when it is empty or has control characters."""
    if _CONTROLS.search(text):
        msg = "takes one line of text without control characters"
        raise ValueError(msg)
    line = " ".join(unicodedata.normalize("NFC", text).split())
    if not line:
        msg = "takes at least one visible character"
        raise ValueError(msg)
    return line


def several_lines(text: str) -> str:
    """The text as NFC without blanks around it; raises ValueError for other control characters than line ends."""
    if _CONTROLS_BUT_NEWLINE.search(text):
        msg = "takes text whose only control characters are line ends (\\n)"
        raise ValueError(msg)
    lines = unicodedata.normalize("NFC", text).strip()
    if not lines:
        msg = "takes at least one visible character"
        raise ValueError(msg)
    return lines


def few_fields(body: Any) -> Any:
    """The body as it came; raises ValueError for an object with more fields than any body has.

    Pydantic makes a complaint of each field that it does not know: half a million of them take a gigabyte.
    """
    if isinstance(body, dict) and len(body) > MOST_FIELDS:
        msg = f"takes an object of at most {MOST_FIELDS} fields"
        raise ValueError(msg)
    return body


def _date_text(value: Any) -> Any:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        msg = "takes a date as YYYY-MM-DD"
        raise ValueError(msg)
    return value


def _moment_text(value: Any) -> Any:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        msg = "takes a moment with its offset, such as 2022-01-05T10:30:00+05:30"
        raise ValueError(msg)
    return value


IsoDate = Annotated[date, BeforeValidator(_date_text)]
IsoMoment = Annotated[AwareDatetime, BeforeValidator(_moment_text)]
