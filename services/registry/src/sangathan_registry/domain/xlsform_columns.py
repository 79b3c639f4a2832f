"""The sheets and columns of an XLSForm as people spell them, and a sheet's rows by the names that a form uses."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sangathan_registry.domain.xlsform_faults import SheetFault, fault

HINDI: Final = "label::हिन्दी (hi)"
ENGLISH: Final = "label::English (en)"
COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "survey": (
        "type",
        "name",
        HINDI,
        ENGLISH,
        "required",
        "primary_at",
        "relevant",
        "constraint",
        "topic",
        "field_class",
    ),
    "choices": ("list_name", "name", HINDI, ENGLISH),
    "settings": ("form_title", "title_hi", "form_id", "version", "default_language"),
    "purposes": ("topic", "purpose"),
}
NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "survey": ("type", "name", HINDI, ENGLISH),
    "choices": ("list_name", "name", HINDI, ENGLISH),
    "settings": ("form_title", "title_hi"),
    "purposes": ("topic", "purpose"),
}
# Sheets of the XLSForm standard that a form has no place for; others are nobody's, and are left alone.
REFUSED_SHEETS: Final = ("external_choices", "entities", "osm")
_LABEL: Final = re.compile(r"label\s*::?\s*(?:.*\((hi|en)\)|(hindi|हिन्दी|हिंदी|hi)|(english|en))")
_ALIASES: Final = {
    "relevance": "relevant",
    "bind::relevant": "relevant",
    "bind::constraint": "constraint",
    "bind::required": "required",
    "list name": "list_name",
    "value": "name",
    "title": "form_title",
    "set form title": "form_title",
    "id_string": "form_id",
    "set form id": "form_id",
}

Rows = Sequence[tuple[int, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a sheet by its columns' names; what a column was called in the file is kept for the faults."""

    sheet: str
    number: int
    cells: Mapping[str, str]
    spelled: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def fault(self, slug: str, column: str) -> SheetFault:
        """What is wrong in a column of this row."""
        return fault(slug, self.sheet, self.number, self.spelled.get(column, column))


def lines_of(sheet: str, rows: Rows, faults: list[SheetFault]) -> Iterator[Line]:
    """The rows below the first, which names the columns; what is wrong with columns joins the faults."""
    header = list(rows[0][1]) if rows else []
    names = [_column(cell) for cell in header]
    number = rows[0][0] if rows else 0
    for n, name in enumerate(names):
        if name in names[:n] and name:
            faults.append(fault("repeated-column", sheet, number, header[n][:60]))
    faults += [fault("missing-column", sheet, number, name) for name in NEEDED[sheet] if name not in names]
    spelled = {name: cell[:60] for name, cell in zip(names, header, strict=True)}
    for line, cells in rows[1:]:
        for n, cell in enumerate(cells):
            name = names[n] if n < len(names) else ""
            if cell.strip() and name not in COLUMNS[sheet]:
                faults.append(fault("not-understood", sheet, line, header[n][:60] if n < len(header) else ""))
        values = {name: cell for name, cell in zip(names, cells, strict=False) if name in COLUMNS[sheet]}
        if any(cell.strip() for cell in values.values()):
            yield Line(sheet, line, values, spelled)


def _column(cell: str) -> str:
    name = " ".join(cell.split()).casefold()
    label = _LABEL.fullmatch(name)
    if label:
        return HINDI if label[1] == "hi" or label[2] else ENGLISH
    return _ALIASES.get(name, name)
