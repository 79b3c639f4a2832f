"""The probes of forms as files."""

from typing import Final

from sangathan_chassis.spreadsheet_writing import write_workbook
from sangathan_chassis.spreadsheets import XLSX
from tests.system.scope_matrix.ground import Bearer, Place
from tests.system.scope_matrix.probes import Ask, Placed, Probe
from tests.system.scope_matrix.records import Records

_LABELS: Final = ("label::हिन्दी (hi)", "label::English (en)")
_BOOK: Final = write_workbook(
    [
        ("survey", [("type", "name", *_LABELS), ("text", "village", "गाँव", "Village")]),
        ("settings", [("form_title", "title_hi"), ("Drive", "अभियान")]),
    ]
)


def _import_form(_records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(query={"unit_id": place.unit_id}, content=_BOOK, headers={"Content-Type": XLSX})


def _next_version(records: Records, bearer: Bearer, place: Place) -> Ask:
    query = {"unit_id": bearer.own.unit_id, "form_id": records.form(place)}
    return Ask(query=query, content=_BOOK, headers={"Content-Type": XLSX})


def _export_form(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"form_version_id": records.form(place)})


PROBES: Final[tuple[Probe, ...]] = (
    Placed("POST /v1/form-imports", "?unit_id", _import_form),
    Placed("POST /v1/form-imports", "?form_id", _next_version),
    Placed("GET /v1/forms/{form_version_id}/xlsform", "form_version_id", _export_form, from_above=True),
)
