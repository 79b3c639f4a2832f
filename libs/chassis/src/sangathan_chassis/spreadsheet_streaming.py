"""Writes an XLSX file that is as long as it needs to be while it is sent: memory holds what was not taken yet."""

import io
from collections.abc import Iterable, Sequence
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from sangathan_chassis.spreadsheet_writing import HEAD, SHEET_END, SHEET_START, Cell, entry, frame, row


class WorkbookStream:
    """A workbook whose sheets come one after the other; every cell is a text, as in `write_workbook`."""

    def __init__(self) -> None:
        self._out = _Outgoing()
        self._zip = ZipFile(self._out, "w", ZIP_DEFLATED)
        self._names: list[str] = []
        self._sheet: IO[bytes] | None = None
        self._line = 0

    @property
    def sheets(self) -> int:
        """How many sheets have been begun."""
        return len(self._names)

    def begin_sheet(self, name: str) -> None:
        """Ends the sheet before and begins one of this name."""
        self._end_sheet()
        self._names.append(name)
        self._line = 0
        self._sheet = self._zip.open(entry(f"xl/worksheets/sheet{len(self._names)}.xml"), "w")
        self._sheet.write((HEAD + SHEET_START).encode())

    def add(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Adds rows to the sheet; raises ValueError for a text that XML cannot hold."""
        assert self._sheet is not None  # noqa: S101 - a sheet is begun first.
        text = []
        for cells in rows:
            self._line += 1
            text.append(row(cells, self._line))
        self._sheet.write("".join(text).encode())

    def close(self) -> None:
        """Ends the file; the list of its sheets comes last."""
        self._end_sheet()
        for path, text in frame(self._names):
            self._zip.writestr(entry(path), HEAD + text)
        self._zip.close()

    def take(self) -> bytes:
        """What has been written since the last time."""
        return self._out.take()

    def _end_sheet(self) -> None:
        if self._sheet is not None:
            self._sheet.write(SHEET_END.encode())
            self._sheet.close()
            self._sheet = None


class _Outgoing(io.RawIOBase):
    """Takes bytes that cannot be written over, so that a zip's sizes stand behind each of its parts."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]  # zipfile writes nothing but bytes.
        self._pieces.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken
