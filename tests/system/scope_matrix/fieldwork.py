"""The probes of forms, assignments and papers as files."""

from typing import Any, Final

import httpx

from sangathan_chassis.spreadsheet_writing import write_workbook
from sangathan_chassis.spreadsheets import CSV, XLSX
from tests.system.scope_matrix.ground import NOWHERE, Bearer, Place
from tests.system.scope_matrix.probes import Ask, Placed, Probe, outcome, untraced
from tests.system.scope_matrix.records import DATES, CannotBeError, Records

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


def _assign_by_sheet(records: Records, _bearer: Bearer, place: Place) -> Ask:
    who = records.ground.demo.truth.vistarak.sign_in.person_id
    sheet = f"person_id,booth\n{who},{place.path}\n"
    return Ask(query={"dry_run": "true"}, content=sheet.encode(), headers={"Content-Type": CSV})


def _print_unit(records: Records, _bearer: Bearer, place: Place) -> Ask:
    nation = next(one.own for one in records.ground.bearers if one.level == "nation")
    return Ask(ids={"drive_id": records.drive(nation)}, body={"unit_id": place.unit_id, "records": 1})


def _print_drive(records: Records, bearer: Bearer, place: Place) -> Ask:
    booth = bearer.positions.get("inside", bearer.own)
    return Ask(ids={"drive_id": records.drive(place)}, body={"unit_id": booth.unit_id, "records": 1})


def _end_assignment(records: Records, _bearer: Bearer, place: Place) -> Ask:
    """Of somebody new who is vistarak at the mandal."""
    body = {"valid_to": None, "why": "a test of the matrix"}
    if place.missing:
        return Ask(ids={"assignment_id": NOWHERE}, body=body)
    if place.level != "mandal":
        raise CannotBeError
    assigned = {"person_id": records.vistarak(place), "unit_id": place.unit_id, "valid_from": DATES["starts_at"]}
    return Ask(ids={"assignment_id": str(records.ground.create("/v1/assignments", assigned)["id"])}, body=body)


def _limits_of_drive(records: Records, _bearer: Bearer, place: Place) -> Ask:
    return Ask(ids={"drive_id": records.drive(place)})


def _change_limits(records: Records, _bearer: Bearer, place: Place) -> Ask:
    body = {"limits": {"per_phone": 5}, "why": "a test of the matrix"}
    return Ask(ids={"drive_id": records.drive(place)}, body=body)


def _settled(reply: httpx.Response) -> str:
    """What the row came to."""
    if not reply.is_success:
        return outcome(reply)
    told = reply.json()
    return f"200 {told['rejects'][0]['reason'] if told['rejects'] else 'assigned or so already'}"


def _without_rows(body: dict[str, Any]) -> Any:
    """What is said about a row, without the row itself."""
    return {name: value for name, value in untraced(body).items() if name != "rejects_csv"}


PROBES: Final[tuple[Probe, ...]] = (
    Placed("POST /v1/form-imports", "?unit_id", _import_form),
    Placed("POST /v1/form-imports", "?form_id", _next_version),
    Placed("POST /v1/drives/{drive_id}/booth-sheets", "body unit_id", _print_unit),
    Placed("POST /v1/drives/{drive_id}/booth-sheets", "drive_id", _print_drive, from_above=True),
    Placed("POST /v1/assignment-imports", "cell booth", _assign_by_sheet, _settled, _without_rows),
    Placed("POST /v1/assignments/{assignment_id}/endings", "assignment_id", _end_assignment),
    Placed("GET /v1/drives/{drive_id}/limit-changes", "drive_id", _limits_of_drive, from_above=True),
    Placed("POST /v1/drives/{drive_id}/limit-changes", "drive_id", _change_limits),
    Placed("GET /v1/forms/{form_version_id}/xlsform", "form_version_id", _export_form, from_above=True),
)
