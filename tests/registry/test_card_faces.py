"""What a card looks like, what of a name it hides from strangers, and how its number is checked."""

import re
from datetime import UTC, datetime
from typing import get_args

import pytest
import segno

from sangathan_registry.api.card_faces import Picture, draw, qr_svg
from sangathan_registry.domain.card import Printed, masked, member_number
from tests.cards.vectors import text_of
from tests.registry.pictures import RED, a_picture, near, opened

UNTIL = datetime(2025, 1, 19, 20, 0, tzinfo=UTC)
BEGINNINGS = {"svg": b"<svg", "png": b"\x89PNG\r\n", "pdf": b"%PDF-"}


def a_card(name_hi: str | None = "रमेश नमूना", name_en: str | None = "Ramesh Namuna") -> Printed:
    return Printed("1000000161", name_hi, name_en, text_of())


@pytest.mark.parametrize("picture", get_args(Picture))
async def test_a_card_is_drawn_in_both_languages(picture: Picture) -> None:
    faces = [await draw(a_card(), UNTIL, picture, (language, "")) for language in ("hi", "en")]
    assert all(face.startswith(BEGINNINGS[picture]) for face in faces)
    assert faces[0] != faces[1]


async def test_an_svg_needs_no_font_and_loads_nothing() -> None:
    svg = (await draw(a_card(), UNTIL, "svg", ("hi", "https://example.org/verify"))).decode()
    assert "<text" not in svg
    assert "@font-face" not in svg
    assert [url for url in re.findall(r'href="([^"]*)"', svg) if not url.startswith(("#", "data:"))] == []


@pytest.mark.parametrize("picture", get_args(Picture))
async def test_a_photo_stands_on_the_card_and_the_code_stays_as_large(picture: Picture) -> None:
    bare, pictured = [await draw(a_card(), UNTIL, picture, ("hi", ""), photo=one) for one in (None, a_picture())]
    assert bare != pictured
    if picture == "png":
        bare_image, image = opened(bare).convert("RGB"), opened(pictured).convert("RGB")
        right = (image.width // 2, 0, image.width, image.height)
        assert image.crop(right).tobytes() == bare_image.crop(right).tobytes()
        assert near(image.getpixel((image.width * 11 // 85, image.height * 20 // 54)), RED)


async def test_a_long_name_has_room_beside_a_photo() -> None:
    long = a_card("विश्वम्भरनाथ सत्यनारायणाचार्य चतुर्वेदी", "Vishwambharnath Satyanarayanacharya Chaturvedi")
    assert (await draw(long, UNTIL, "svg", ("hi", ""), photo=a_picture())).startswith(b"<svg")


@pytest.mark.parametrize(
    "name", ["#panic()", "*b* _i_ @ref <label> $x$ `raw`", 'x" + read("/etc/passwd") + "', "\\u{0}", "नमूना " * 20]
)
async def test_a_name_is_never_read_as_markup(name: str) -> None:
    assert (await draw(a_card(name, None), UNTIL, "svg", ("hi", ""))).startswith(b"<svg")
    assert (await draw(a_card(None, name), UNTIL, "svg", ("en", ""))).startswith(b"<svg")


async def test_other_names_make_other_faces() -> None:
    shaped = {await draw(a_card(name), UNTIL, "svg", ("hi", "")) for name in ("कर्म", "क्रम", "करम")}
    assert len(shaped) == 3


def test_the_code_is_small_enough_for_a_cheap_camera() -> None:
    code = segno.make_qr(text_of(), error="m", mode="alphanumeric", boost_error=False)
    assert int(code.version) <= 9
    assert "<svg" in qr_svg(text_of())


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ramesh Namuna", "Ra** Na**"),
        ("Rao", "R**"),
        ("A", "**"),
        ("राम", "रा**"),
        ("विष्णुदत्त क्षत्रिय", "विष्णु** क्ष**"),
        ("क्षमा", "क्ष**"),
        ("  ", ""),
        (None, ""),
    ],
)
def test_a_stranger_sees_how_a_name_begins(name: str | None, shown: str) -> None:
    assert masked(name) == shown


def test_a_slip_in_a_number_is_noticed() -> None:
    number = member_number(10_000_001)
    assert (number, int(number) % 97) == ("1000000161", 1)
    for place in range(10):
        for digit in "0123456789":
            slip = number[:place] + digit + number[place + 1 :]
            assert (int(slip) % 97 == 1) == (slip == number)
    for place in range(9):
        turned = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        assert (int(turned) % 97 == 1) == (turned == number)
