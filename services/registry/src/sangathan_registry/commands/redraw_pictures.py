"""Draws pictures from outside anew: whatever else was in the file, its place and its camera included, is left behind.

Decoders read what strangers send, so that they run on a few threads with a short queue, and only after the header has
said that the picture is small enough to be unpacked.
"""

import asyncio
import io
import warnings
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from PIL import Image
from PIL.Image import Resampling, Transpose

from sangathan_chassis.refusal import BUSY, Refusal
from sangathan_registry.domain.photos import Frame, Picture
from sangathan_registry.domain.refusals import PICTURE_NOT_TAKEN

MOST_PIXELS: Final = {"JPEG": 30_000_000, "PNG": 12_000_000, "WEBP": 12_000_000}
"""A JPEG is made smaller while it is unpacked; the others are first unpacked whole."""
LEAST_SIDE: Final = 64
# Eight bits per channel; others are no photos, and turn black or white when they are made to be.
_MODES: Final = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"})
_QUALITIES: Final = (82, 70, 55, 40, 25)
# A phone's JPEG may carry a second picture behind the first, such as one for bright screens; that is no film.
_SEVERAL: Final = "MPO"
_ORIENTATION: Final = 0x0112
_TURNS: Final = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
# What Pillow only warns of is refused: a header that asks for more memory than any photo needs.
warnings.simplefilter("error", Image.DecompressionBombWarning)


class PicturePool:
    """Draws on a few threads; refuses when too many wait already."""

    def __init__(self, *, threads: int, queue: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="pictures")
        self._most = threads + queue
        self._waiting = 0

    async def redrawn(self, content: bytes, frame: Frame) -> Picture:
        """The picture within its frame; raises a refusal for a file that is no still picture."""
        if self._waiting >= self._most:
            raise Refusal(BUSY, "Many pictures are coming in at this moment.", headers={"retry-after": "2"})
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, redraw, content, frame)
        finally:
            self._waiting -= 1


def redraw(content: bytes, frame: Frame) -> Picture:
    """The picture upright, on white, as JPEG within its frame, with nothing but its pixels; refuses what is none."""
    try:
        with Image.open(io.BytesIO(content), formats=tuple(MOST_PIXELS)) as image:
            _refuse_unless_a_still(image)
            return _written(_drawn(image, frame.side), frame.most_bytes)
    except Refusal:
        raise
    except Exception:  # noqa: BLE001 - decoders say in many ways that a file is broken, and none of them is our fault.
        raise Refusal(PICTURE_NOT_TAKEN, "The file is broken, or is no picture.") from None


def _refuse_unless_a_still(image: Image.Image) -> None:
    kind = "JPEG" if image.format == _SEVERAL else str(image.format)
    most = MOST_PIXELS[kind]
    if image.width * image.height > most or min(image.size) < LEAST_SIDE:
        accepted = f"from {LEAST_SIDE} pixels on a side to {most:,} in all"
        raise Refusal(PICTURE_NOT_TAKEN, f"A picture has {accepted}.")
    if kind != "JPEG" and getattr(image, "n_frames", 1) > 1:
        raise Refusal(PICTURE_NOT_TAKEN, "Send a still picture.")
    if image.mode not in _MODES:
        raise Refusal(PICTURE_NOT_TAKEN, "Send a picture of eight bits per colour.")


def _drawn(image: Image.Image, side: int) -> Image.Image:
    """A new picture that has got the pixels of the other, and none of its notes."""
    turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    image.draft("RGB", (side * 2, side * 2))
    image.load()
    drawn = Image.new("RGB", image.size, "white")
    if image.mode in {"LA", "PA", "RGBA"} or "transparency" in image.info:
        seen = image.convert("RGBA")
        drawn.paste(seen, mask=seen.getchannel("A"))
    else:
        drawn.paste(image.convert("RGB"))
    drawn.thumbnail((side, side), Resampling.LANCZOS)
    return drawn if turn is None else drawn.transpose(turn)


def _written(drawn: Image.Image, most_bytes: int) -> Picture:
    """As good as its size allows: what is all noise becomes coarser."""
    for quality in _QUALITIES:
        out = io.BytesIO()
        drawn.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
        if out.tell() <= most_bytes:
            return Picture(out.getvalue(), *drawn.size)
    raise Refusal(PICTURE_NOT_TAKEN, "The picture holds too much detail.")
