"""Draws a card's face as SVG, PNG or PDF from one template: Typst sets the type and shapes Devanagari by itself.

The font comes with its wheel, so a machine without any font draws the same card, and an SVG holds outlines, so that
whoever opens it needs no font either. What is printed reaches the template as values and is never read as markup.
"""

import asyncio
import io
from base64 import b64encode
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Final, Literal
from zoneinfo import ZoneInfo

import fontpkg_noto_sans_devanagari  # type: ignore[import-untyped]  # A font, and no types.
import segno
import typst

from sangathan_registry.domain.card import Printed

Picture = Literal["svg", "png", "pdf"]
_INDIA: Final = ZoneInfo("Asia/Kolkata")
_DOTS_PER_INCH: Final = 300
_LABELS: Final = {
    "hi": {"title": "सदस्यता पत्र", "number": "सदस्यता संख्या", "until": "इस तिथि तक मान्य", "check": "जाँच"},
    "en": {"title": "Membership card", "number": "Membership number", "until": "Valid until", "check": "Check"},
}


async def draw(
    printed: Printed, expires_at: datetime, picture: Picture, labels: tuple[str, str], *, photo: bytes | None = None
) -> bytes:
    """The face as a picture; ``labels`` are the language, and where the public page is if it is known.

    A ``photo``, as JPEG, stands beside the name and takes its place from that alone: the code stays as large as it is.
    """
    return await asyncio.to_thread(_draw, printed, expires_at, picture, (*labels, photo))


def _draw(printed: Printed, expires_at: datetime, picture: Picture, rest: tuple[str, str, bytes | None]) -> bytes:
    language, page, photo = rest
    names = [printed.name_hi or "", printed.name_en or ""]
    first, second = names if language == "hi" else reversed(names)
    number = printed.number
    values = {
        "language": language,
        "name": first or second,
        "other": second if first else "",
        "digits": f"{number[:4]} {number[4:8]} {number[8:]}",
        "date": f"{expires_at.astimezone(_INDIA):%d.%m.%Y}",
        "page": page,
        "qr": qr_svg(printed.qr),
        "photo": "" if photo is None else _photo_svg(photo),
        **_LABELS[language],
    }
    return typst.compile(_template(), font_paths=fonts(), format=picture, ppi=_DOTS_PER_INCH, sys_inputs=values)


def qr_svg(text: str) -> str:
    """The QR code as SVG: level M mends a card that has been worn, and the alphanumeric mode keeps it small."""
    out = io.BytesIO()
    segno.make_qr(text, error="m", mode="alphanumeric", boost_error=False).save(out, kind="svg", border=4, light="#fff")
    return out.getvalue().decode()


def _photo_svg(photo: bytes) -> str:
    """The photo within an SVG: what reaches the template is text."""
    uri = f"data:image/jpeg;base64,{b64encode(photo).decode()}"
    frame = 'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 5" width="400" height="500"'
    return f'<svg {frame}><image width="4" height="5" preserveAspectRatio="xMidYMid slice" href="{uri}"/></svg>'


@cache
def _template() -> bytes:
    return resources.files("sangathan_registry.api").joinpath("card_face.typ").read_bytes()


@cache
def fonts() -> typst.Fonts:
    """The font that is printed with, which has Devanagari and Latin letters."""
    folder = str(fontpkg_noto_sans_devanagari.ROOT / "files")
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
