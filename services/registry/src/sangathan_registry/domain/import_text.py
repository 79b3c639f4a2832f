"""Reads a CSV file as offices save it: in whatever encoding, with commas, semicolons or tabs, within bounds.

Which encoding it is follows from the bytes: a mark at the beginning, zeros where UTF-16 has them, UTF-8 when nearly all
bytes fit, and Windows-1252 otherwise, which is what a spreadsheet in India writes by "save as CSV" and what old fonts
need. A byte that is broken in UTF-8 breaks its cell, in which stands a mark that no field takes, and not the file.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_DELIMITERS: Final = (",", ";", "\t")
_LOOKED_AT: Final = 4_096
_BROKEN: Final = "\ufffd"
_ONE_IN: Final = 20
"""Of so many letters beyond ASCII one may be broken."""


class NotCsvError(ValueError):
    """The bytes are no CSV file; the message says what is wrong and what would be read."""


@dataclass(frozen=True, slots=True)
class Text:
    """A file as text, and how it was found to be written."""

    content: str
    encoding: str
    delimiter: str

    def rows(self) -> Iterator[tuple[int, Sequence[str]]]:
        """Each row in which something stands, with its line in the file from 1; raises NotCsvError in the middle."""
        reader = csv.reader(io.StringIO(self.content, newline=""), delimiter=self.delimiter, strict=True)
        line = 1
        try:
            for cells in reader:
                if any(cells):
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            said = str(error).replace("\t", "tab")
            msg = f"line {line} is not CSV: {said}; a quote that opens a cell must be closed"
            raise NotCsvError(msg) from None


def read_text(data: bytes) -> Text:
    """The file as text; raises NotCsvError for what is no text at all."""
    encoding = _encoding(data)
    try:
        content = _decoded(data, encoding)
    except UnicodeError:
        msg = "this says that it is UTF-16 or UTF-8 and is not; save it as 'CSV UTF-8' or as .xlsx"
        raise NotCsvError(msg) from None
    if "\x00" in content:
        msg = "this is no text; save it as 'CSV UTF-8' or as .xlsx"
        raise NotCsvError(msg)
    content = content.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return Text(content, encoding, _delimiter(content))


def _encoding(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    beginning = data[:_LOOKED_AT]
    zeros = beginning[1::2].count(0), beginning[::2].count(0)
    if max(zeros) * 8 > len(beginning) and not min(zeros) * 8 > len(beginning):
        return "utf-16-le" if zeros[0] > zeros[1] else "utf-16-be"
    try:
        _nearly_utf_8(data)
    except UnicodeError:
        return "windows-1252"
    return "utf-8"


def _decoded(data: bytes, encoding: str) -> str:
    if encoding == "windows-1252":
        return _windows_1252(data)
    return _nearly_utf_8(data) if encoding.startswith("utf-8") else data.decode(encoding)


def _nearly_utf_8(data: bytes) -> str:
    """The text, with a mark for what is broken; raises UnicodeError when too much is."""
    text = data.decode(errors="replace")
    if text.count(_BROKEN) * _ONE_IN > len(text) - len(text.encode("ascii", "ignore")):
        raise UnicodeError
    return text


def _windows_1252(data: bytes) -> str:
    """The five bytes that Windows-1252 leaves open are read as Latin-1 has them, as browsers do (WHATWG Encoding)."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in data)


def _delimiter(content: str) -> str:
    """The one that stands most often in the first line, outside quotes; a comma when none does."""
    quoted = False
    counts = dict.fromkeys(_DELIMITERS, 0)
    for letter in content[: 64 * _LOOKED_AT]:
        if letter == '"':
            quoted = not quoted
        elif not quoted and letter == "\n":
            break
        elif not quoted and letter in counts:
            counts[letter] += 1
    return max(_DELIMITERS, key=lambda one: counts[one])
