"""The parts of an XLSX file (ECMA-376): a zip of XML of which four kinds are read, as streams and within bounds."""

import io
import posixpath
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from sangathan_chassis.spreadsheet_bounds import Limits, Row, Sheet, refused, unescaped
from sangathan_chassis.spreadsheet_cells import Cells, Formats

_PIECE: Final = 65_536
_MOST_PARTS: Final = 1_000
_BROKEN: Final = (BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError)
_NOT_XLSX: Final = "this is no whole .xlsx file; open it in a spreadsheet program and save it again as .xlsx"

Attributes = Mapping[str, str]


def local(name: str) -> str:
    """The name without its prefix: the two namespaces of ECMA-376 call the same things alike."""
    return name.rpartition(":")[2]


class Workbook:
    """Reads one file; every byte that is unpacked counts against the limits."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._limits = limits
        self._left = limits.unpacked
        try:
            self._zip = ZipFile(io.BytesIO(data))
            parts = self._zip.infolist()
        except _BROKEN:
            raise refused(_NOT_XLSX) from None
        if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > limits.unpacked:
            raise self._too_large()
        if any(part.flag_bits & 1 for part in parts):
            raise refused("this file has a password; save it without one")
        if any(part.compress_type not in {ZIP_STORED, ZIP_DEFLATED} for part in parts):
            raise refused(_NOT_XLSX)

    def sheets(self) -> list[Sheet]:
        """Every sheet with its rows, in the order of the tabs."""
        book = self._target("", "officeDocument")
        listed: list[tuple[str, str]] = []
        dated_1904 = False

        def start(name: str, given: Attributes) -> None:
            nonlocal dated_1904
            if name == "sheet":
                listed.append((unescaped(given.get("name", "")), _by_local(given, "id")))
            elif name == "workbookPr":
                dated_1904 = given.get("date1904") in {"1", "true"}

        self._parse(book, start)
        if not 0 < len(listed) <= self._limits.sheets:
            raise refused(f"a workbook has from 1 to {self._limits.sheets} sheets")
        relations = self._relations(book)
        cells = Cells(self._limits, self._texts(relations), Formats(self._date_styles(relations), dated_1904))
        return [Sheet(name, self._rows(cells, self._part_of(relations, id_))) for name, id_ in listed]

    def _rows(self, cells: Cells, part: str) -> list[Row]:
        cells.begin()
        self._parse(part, cells.start, cells.end, cells.text)
        return cells.rows

    def _texts(self, relations: Mapping[str, tuple[str, str]]) -> list[str]:
        """The texts that cells share."""
        part = next((target for kind, target in relations.values() if kind == "sharedStrings"), None)
        if part is None:
            return []
        texts = _Texts(self._limits.letters, self._limits.rows * self._limits.columns)
        self._parse(part, texts.start, texts.end, texts.text)
        return texts.found

    def _date_styles(self, relations: Mapping[str, tuple[str, str]]) -> tuple[list[int], dict[int, str]]:
        """The number format of each cell style, and the formats that the file defines."""
        part = next((target for kind, target in relations.values() if kind == "styles"), None)
        styles: list[int] = []
        formats: dict[int, str] = {}
        inside = ""

        def start(name: str, given: Attributes) -> None:
            nonlocal inside
            if name in {"cellXfs", "cellStyleXfs", "dxfs"}:
                inside = name
            elif name == "numFmt":
                formats[_number(given, "numFmtId")] = given.get("formatCode", "")
            elif name == "xf" and inside == "cellXfs":
                styles.append(_number(given, "numFmtId"))

        if part is not None:
            self._parse(part, start)
        return styles, formats

    def _target(self, source: str, kind: str) -> str:
        for found, target in self._relations(source).values():
            if found == kind:
                return target
        raise refused(_NOT_XLSX)

    def _part_of(self, relations: Mapping[str, tuple[str, str]], id_: str) -> str:
        if id_ not in relations:
            raise refused(_NOT_XLSX)
        return relations[id_][1]

    def _relations(self, source: str) -> dict[str, tuple[str, str]]:
        """What a part points at within the file, by id: the kind's last word, and the part."""
        folder, name = posixpath.split(source)
        relations: dict[str, tuple[str, str]] = {}

        def start(name: str, given: Attributes) -> None:
            if name == "Relationship" and given.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, given.get("Target", "")))
                relations[given.get("Id", "")] = (given.get("Type", "").rpartition("/")[2], target.lstrip("/"))

        self._parse(posixpath.join(folder, "_rels", f"{name}.rels"), start)
        return relations

    def _parse(
        self,
        part: str,
        start: Callable[[str, Attributes], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = lambda name, given: start(local(name), given)
        if end is not None:
            parser.EndElementHandler = lambda name: end(local(name))
        if text is not None:
            parser.CharacterDataHandler = text
        try:
            for piece in self._pieces(part):
                parser.Parse(piece, False)  # noqa: FBT003 - expat takes it by position only.
            parser.Parse(b"", True)  # noqa: FBT003
        except (expat.ExpatError, *_BROKEN, LookupError):
            raise refused(_NOT_XLSX) from None

    def _pieces(self, part: str) -> Iterator[bytes]:
        with self._zip.open(part) as stream:
            while piece := stream.read(_PIECE):
                self._left -= len(piece)
                if self._left < 0:
                    raise self._too_large()
                yield piece

    def _too_large(self) -> Exception:
        return refused(f"an .xlsx file unpacks to at most {self._limits.unpacked:,} bytes; send it in parts")


class _Texts:
    """Collects shared texts; a text may be in runs of several kinds of type, and phonetic hints are left out."""

    def __init__(self, letters: int, most: int) -> None:
        self.found: list[str] = []
        self._letters = letters
        self._most = most
        self._parts: list[str] = []
        self._hint = False
        self._reading = False
        self._length = 0

    def start(self, name: str, given: Attributes) -> None:
        """Begins a text, a piece of it, or a hint."""
        del given
        if name == "si":
            self._parts, self._length = [], 0
        elif name == "rPh":
            self._hint = True
        self._reading = name == "t" and not self._hint

    def end(self, name: str) -> None:
        """Ends a text, a piece of it, or a hint."""
        self._reading = False
        if name == "rPh":
            self._hint = False
        elif name == "si":
            if len(self.found) >= self._most:
                raise refused("this file has more texts than cells are read")
            self.found.append(unescaped("".join(self._parts)))

    def text(self, piece: str) -> None:
        """Takes a piece of text."""
        if self._reading:
            self._length += len(piece)
            if self._length > self._letters:
                raise refused(f"a cell has at most {self._letters:,} letters")
            self._parts.append(piece)


def _by_local(given: Attributes, name: str) -> str:
    """The attribute by its name behind a prefix, whatever that is called (``r:id``)."""
    return next((value for key, value in given.items() if ":" in key and local(key) == name), "")


def _number(given: Attributes, name: str) -> int:
    text = given.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _refuse_doctype(*_: Any) -> None:
    raise refused("this file defines entities of its own (a DOCTYPE), which no spreadsheet program does")
