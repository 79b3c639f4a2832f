"""Writes an export's file while it is fetched, page by page, with a mark of who asked for it, when and why."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

import msgspec

from sangathan_chassis.caller import Caller
from sangathan_chassis.database import Database
from sangathan_chassis.sealing import Sealer
from sangathan_chassis.spreadsheet_streaming import WorkbookStream
from sangathan_chassis.spreadsheets import safe_cell
from sangathan_registry.api.present import Presenter
from sangathan_registry.api.schemas import WholeWorkerOut
from sangathan_registry.domain.exports import Export, Format
from sangathan_registry.queries.exports import read_part, unit_names

MEDIA: Final = {
    Format.CSV: "text/csv",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.JSON: "application/json",
}
_UNIT: Final = ("unit_name_hi", "unit_name_en")
_MARK: Final = "export_id"
# The number of the card is on the card; a list does not look it up.
_LEFT_OUT: Final = "member_number"
HEADER: Final = (*(name for name in WholeWorkerOut.__struct_fields__ if name != _LEFT_OUT), *_UNIT, _MARK)
# A sheet takes 1,048,576 rows, and its part of the file stays well below 2 GB.
ROWS_A_SHEET: Final = 500_000

Row = Mapping[str, Any]


class _Writer(Protocol):
    def begin(self, mark: Row) -> bytes: ...
    def page(self, rows: Sequence[Row]) -> bytes: ...
    def end(self) -> bytes: ...


class ExportFile:
    """One download: it reads a page at a time, each in a transaction of its own under the caller's scope."""

    def __init__(self, database: Database, sealer: Sealer, caller: Caller, export: Export) -> None:
        self._database = database
        self._sealer = sealer
        self._scope = caller.scope
        self._export = export
        self._presenter = Presenter(sealer, export.field_classes)

    async def pieces(self, now: datetime) -> AsyncIterator[bytes]:
        """The file from its beginning to its end; it breaks off when the export is removed meanwhile."""
        writer = _WRITERS[self._export.format]()
        yield writer.begin(await self._mark(now))
        for part in range(self._export.parts):
            rows = await self._rows(part)
            # A thousand rows of a workbook take some 50 ms.
            yield await asyncio.to_thread(writer.page, rows)
        yield writer.end()

    async def _mark(self, now: datetime) -> Row:
        export = self._export
        async with self._database.read(self._scope) as read:
            names = await unit_names(read, [export.unit_id])
        hindi, english = names[str(export.unit_id)]
        return {
            _MARK: str(export.id),
            "unit": f"{hindi} / {english}",
            "office": export.office,
            "person_id": str(export.asked_by),
            "asked_at": export.asked_at.isoformat(),
            "listed_at": "" if export.listed_at is None else export.listed_at.isoformat(),
            "downloaded_at": now.isoformat(),
            "purpose": export.purpose,
            "fields": ", ".join(sorted(export.field_classes)),
        }

    async def _rows(self, part: int) -> list[Row]:
        async with self._database.read(self._scope) as read:
            rows = await read_part(read, self._sealer, self._export, part)
            names = await unit_names(read, sorted({UUID(row["unit_id"]) for row in rows}))
        return [self._row(row, names) for row in rows]

    def _row(self, row: Row, names: Mapping[str, tuple[str, str]]) -> Row:
        whole: Any = {**row, _LEFT_OUT: None}
        shown = msgspec.to_builtins(self._presenter.whole(whole))
        del shown[_LEFT_OUT]
        unit = names.get(row["unit_id"], ("", ""))
        return {**shown, **dict(zip(_UNIT, unit, strict=True)), _MARK: str(self._export.id)}


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


class _Csv:
    """UTF-8 with the mark by which Excel shows Hindi; what could be a formula is made text."""

    def begin(self, mark: Row) -> bytes:
        told = "; ".join(f"{name}: {value}" for name, value in mark.items())
        return "\ufeff".encode() + self._lines([[f"# {told}"], list(HEADER)])

    def page(self, rows: Sequence[Row]) -> bytes:
        return self._lines([[safe_cell(_cell(row[name])) for name in HEADER] for row in rows])

    def end(self) -> bytes:
        return b""

    def _lines(self, rows: Sequence[Sequence[str]]) -> bytes:
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows(rows)
        return text.getvalue().encode()


class _Json:
    """One document: the mark, and the items as they come."""

    def __init__(self) -> None:
        self._first = True

    def begin(self, mark: Row) -> bytes:
        return b'{"watermark":' + msgspec.json.encode(mark) + b',"items":['

    def page(self, rows: Sequence[Row]) -> bytes:
        if not rows:
            return b""
        before, self._first = b"" if self._first else b",", False
        return before + b",".join(msgspec.json.encode(row) for row in rows)

    def end(self) -> bytes:
        return b"]}"


class _Xlsx:
    """A sheet with the mark, then the rows, each cell a text, in as many sheets as they need."""

    def __init__(self) -> None:
        self._book = WorkbookStream()
        self._rows = 0

    def begin(self, mark: Row) -> bytes:
        self._book.begin_sheet("watermark")
        self._book.add([(name, _cell(value)) for name, value in mark.items()])
        self._begin_sheet("workers")
        return self._book.take()

    def page(self, rows: Sequence[Row]) -> bytes:
        if self._rows >= ROWS_A_SHEET:
            self._begin_sheet(f"workers {self._book.sheets}")
        self._rows += len(rows)
        self._book.add([[_cell(row[name]) for name in HEADER] for row in rows])
        return self._book.take()

    def end(self) -> bytes:
        self._book.close()
        return self._book.take()

    def _begin_sheet(self, name: str) -> None:
        self._rows = 0
        self._book.begin_sheet(name)
        self._book.add([HEADER])


_WRITERS: Final[Mapping[Format, type[_Writer]]] = {Format.CSV: _Csv, Format.XLSX: _Xlsx, Format.JSON: _Json}
