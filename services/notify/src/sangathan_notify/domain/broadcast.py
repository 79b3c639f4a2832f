"""What may be said to everybody at a unit at once, and who hears what was said to a unit above."""

from typing import Final

from sangathan_chassis.refusal import Kind, Pointer, ProblemType, Refusal
from sangathan_notify.domain.templates import Text

MOST_BYTES: Final = 8192

UNIT_NOT_FOUND: Final = ProblemType(
    "unit-not-found", Kind.NOT_FOUND, "No unit of yours has this id", "आपके क्षेत्र में यह इकाई नहीं है"
)
TOO_LONG: Final = ProblemType("broadcast-too-long", Kind.INVALID, "The broadcast is too long", "संदेश बहुत लंबा है")


def require_short(text: Text) -> None:
    """Raises Refusal when the four texts come to more than 8 KB of UTF-8: every phone listening gets them."""
    size = sum(len(part.encode()) for part in (text.title_hi, text.title_en, text.body_hi, text.body_en))
    if size > MOST_BYTES:
        detail = f"titles and bodies together take {MOST_BYTES} bytes of UTF-8 at most; these are {size}"
        raise Refusal(TOO_LONG, "Shorten it.", errors=[Pointer("/body_hi", detail), Pointer("/body_en", detail)])


def above(path: str) -> list[str]:
    """The paths of the unit and all above it: what is said there is said to it too. Nothing for an empty path."""
    return [path[: at + 1] for at, letter in enumerate(path) if letter == "."]
