"""Pictures that tests send: made on the spot, of nobody."""

import io
import struct
import zlib
from typing import Any, Final

from PIL import Image

RED: Final = (180, 40, 40)
BLUE: Final = (30, 40, 160)


def encoded(image: Image.Image, kind: str = "JPEG", **more: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def a_picture(kind: str = "JPEG", size: tuple[int, int] = (640, 800), colour: Any = RED, **more: Any) -> bytes:
    mode = more.pop("mode", "RGB")
    return encoded(Image.new(mode, size, colour), kind, **more)


def half_and_half(orientation: int = 1) -> bytes:
    """Red above and blue below, with where and by which camera it was taken."""
    image = Image.new("RGB", (600, 800), RED)
    image.paste(BLUE, (0, 400, 600, 800))
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Camera of a neighbour"
    exif.get_ifd(0x8825)[1] = "N"
    return encoded(image, "JPEG", exif=exif, comment=b"taken at home")


def png_header(width: int, height: int) -> bytes:
    """A PNG whose header asks for so many pixels, and that holds none."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def near(one: Any, other: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 16 for a, b in zip(one, other, strict=True))
