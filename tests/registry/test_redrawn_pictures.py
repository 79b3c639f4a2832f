"""What strangers send as a picture is drawn anew, small and bare, or refused before it costs anything."""

import asyncio
import io
import os
import struct
import threading
from contextlib import suppress

import pytest
from PIL import Image

from sangathan_chassis.refusal import Kind, Refusal
from sangathan_registry.commands import redraw_pictures
from sangathan_registry.commands.redraw_pictures import PicturePool, redraw
from sangathan_registry.domain.photos import MOST_SENT, PORTRAIT, read_photo
from tests.registry import pictures
from tests.registry.pictures import BLUE, RED, a_picture, encoded, near, opened, png_header

GIF = encoded(Image.new("P", (200, 200)), "GIF")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200"><script>alert(1)</script></svg>'
FRAMES = [Image.new("RGB", (200, 200), colour) for colour in (RED, BLUE)]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(("size", "kept"), [((1200, 800), (480, 320)), ((90, 120), (90, 120)), ((4000, 64), (480, 8))])
def test_a_picture_is_made_a_small_jpeg(kind: str, size: tuple[int, int], kept: tuple[int, int]) -> None:
    picture = redraw(a_picture(kind, size), PORTRAIT)
    seen = opened(picture.content)
    assert (seen.format, seen.size, (picture.width, picture.height)) == ("JPEG", kept, kept)
    assert near(seen.getpixel((kept[0] // 2, kept[1] // 2)), RED)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_place_camera_and_notes_are_left_behind_and_the_picture_stands_upright(orientation: int) -> None:
    sent = pictures.half_and_half(orientation)
    assert b"neighbour" in sent
    content = redraw(sent, PORTRAIT).content
    for trace in (b"neighbour", b"taken at home", b"Exif", b"http"):
        assert trace not in content
    seen = opened(content)
    assert (dict(seen.getexif()), seen.info.get("comment"), seen.info.get("icc_profile")) == ({}, None, None)
    upright = Image.open(io.BytesIO(sent))
    width, height = upright.size if orientation < 5 else upright.size[::-1]
    assert (seen.width > seen.height) == (width > height)
    corners = {"above": (20, 20), "below": (20, seen.height - 20), "right": (seen.width - 20, 20)}
    blue = {place for place, at in corners.items() if near(seen.getpixel(at), BLUE)}
    assert blue == {1: {"below"}, 2: {"below"}, 3: {"above", "right"}, 4: {"above", "right"}}.get(
        orientation, {"right"} if orientation in {5, 8} else {"above", "below"}
    )


@pytest.mark.parametrize(
    "sent",
    [
        a_picture(mode="CMYK", colour=(20, 230, 230, 60)),
        a_picture(mode="L", colour=120),
        a_picture("PNG", mode="RGBA", colour=(*RED, 128)),
        a_picture("PNG", mode="LA", colour=(90, 0)),
        a_picture("PNG", mode="P", colour=1, transparency=1),
        a_picture("PNG", mode="1", colour=0),
        a_picture("WEBP", mode="RGBA", colour=(*RED, 0)),
    ],
    ids=["CMYK", "grey", "half-seen", "unseen grey", "palette", "black and white", "unseen"],
)
def test_whatever_the_colours_are_kept_as_what_is_kept_has_three(sent: bytes) -> None:
    assert opened(redraw(sent, PORTRAIT).content).mode == "RGB"


def test_what_is_seen_through_is_white() -> None:
    seen = opened(redraw(a_picture("PNG", mode="RGBA", colour=(*RED, 0)), PORTRAIT).content)
    assert near(seen.getpixel((5, 5)), (255, 255, 255))


def test_what_hangs_behind_or_within_the_picture_is_gone() -> None:
    script = b"<script>alert(document.cookie)</script>PK\x03\x04"
    sent = a_picture("JPEG", comment=script) + script
    assert b"script" not in redraw(sent, PORTRAIT).content


def test_noise_becomes_coarser_and_never_too_large() -> None:
    noise = Image.frombytes("RGB", (700, 700), os.urandom(700 * 700 * 3))
    assert len(redraw(encoded(noise, "JPEG", quality=95), PORTRAIT).content) <= PORTRAIT.most_bytes


@pytest.mark.parametrize(
    "sent",
    [
        a_picture()[:200],
        a_picture("JPEG", (2000, 2000))[:-400],
        a_picture("PNG")[:-30],
        a_picture("WEBP")[:40],
        b"\xff\xd8\xff" + bytes(100),
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        png_header(50_000, 50_000),
        png_header(9_000, 9_000),
        png_header(2**31 - 1, 2**31 - 1),
        png_header(0, 0),
        png_header(100, 100),
        a_picture(size=(20, 400)),
        encoded(FRAMES[0], "PNG", save_all=True, append_images=FRAMES[1:]),
        encoded(FRAMES[0], "WEBP", save_all=True, append_images=FRAMES[1:]),
        encoded(Image.new("I;16", (200, 200)), "PNG"),
        GIF,
        SVG,
        b"%PDF-1.7",
        b"",
    ],
    ids=range(20),
)
def test_a_file_that_is_no_still_picture_of_a_sane_size_is_refused(sent: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        redraw(sent, PORTRAIT)
    assert refused.value.type.slug == "picture-not-taken"


def test_broken_bytes_never_do_worse_than_being_refused() -> None:
    whole = [a_picture(kind, (100, 100)) for kind in ("JPEG", "PNG", "WEBP")] + [pictures.half_and_half(6)]
    for sent in whole:
        for at in range(0, len(sent), max(1, len(sent) // 60)):
            bent = sent[:at] + struct.pack("B", sent[at] ^ 0xFF) + sent[at + 1 :]
            with suppress(Refusal):
                redraw(bent, PORTRAIT)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (a_picture(), "image/png"),
        (a_picture("PNG"), "image/jpeg"),
        (a_picture(), "text/html"),
        (a_picture(), ""),
        (SVG, "image/svg+xml"),
        (GIF, "image/gif"),
        (b"%PDF-1.7", "application/pdf"),
        (a_picture() + bytes(MOST_SENT), "image/jpeg"),
    ],
    ids=range(8),
)
def test_a_photo_of_another_kind_or_name_or_size_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(Refusal):
        read_photo(content, said)


async def test_a_flood_of_pictures_is_turned_away(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(_content: bytes, _frame: object) -> None:
        begun.set()
        go_on.wait(15)

    monkeypatch.setattr(redraw_pictures, "redraw", slow)
    pool = PicturePool(threads=1, queue=1)
    waiting = [asyncio.ensure_future(pool.redrawn(b"", PORTRAIT)) for _ in range(2)]
    await asyncio.to_thread(begun.wait, 15)
    with pytest.raises(Refusal) as refused:
        await pool.redrawn(b"", PORTRAIT)
    assert refused.value.type.kind is Kind.BUSY
    go_on.set()
    await asyncio.gather(*waiting)
