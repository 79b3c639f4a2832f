"""The text in the QR code of a printed record: the drive, booth, form version and serial as one base45 word.

``SGP1:`` and base45 of 54 bytes: three ids of 16 (zeros for no form), the serial's number in 4, and CRC-16 (CCITT)
over these. It is no signature: whoever keys paper could key anything, and a code only keeps papers from being mixed up.
"""

from binascii import crc_hqx
from typing import Final
from uuid import UUID

from sangathan_cards import base45
from sangathan_registry.domain.paper import MisreadError, Paper, number_of, printed_serial, read_serial

PREFIX: Final = "SGP1:"
_NONE: Final = UUID(int=0)
_SIZE: Final = 54
_START: Final = 0xFFFF


def text_of(paper: Paper) -> str:
    """The text of the code."""
    ids = b"".join(one.bytes for one in (paper.drive_id, paper.unit_id, paper.form_version_id or _NONE))
    body = ids + number_of(paper.serial).to_bytes(4)
    return PREFIX + base45.encode(body + crc_hqx(body, _START).to_bytes(2))


def read_code(text: str) -> Paper:
    """What a code names; raises MisreadError."""
    try:
        data = base45.decode(text.removeprefix(PREFIX))
    except ValueError:
        raise MisreadError from None
    if len(data) != _SIZE or crc_hqx(data[:-2], _START) != int.from_bytes(data[-2:]):
        raise MisreadError
    drive_id, unit_id, version_id = (UUID(bytes=data[n : n + 16]) for n in (0, 16, 32))
    return Paper(drive_id, unit_id, None if version_id == _NONE else version_id, _serial(data[48:52]))


def read_paper(text: str) -> tuple[str, Paper | None]:
    """The serial as it is kept, and what else the paper names when its code was read; raises MisreadError."""
    if text.startswith(PREFIX):
        paper = read_code(text)
        return paper.serial, paper
    return read_serial(text), None


def _serial(number: bytes) -> str:
    value = int.from_bytes(number)
    if value > 99_999_999:
        raise MisreadError
    return printed_serial(value)
