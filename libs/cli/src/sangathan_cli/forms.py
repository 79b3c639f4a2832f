"""`sangathan forms`: forms from XLSForm files and back into them, through the gateway and under an office."""

from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

import typer

from sangathan_cli.faults import CliFault, ExitCode
from sangathan_cli.options import DEFAULT_DATA, DataOption, JsonOption, examples
from sangathan_cli.output import console, errors, print_json
from sangathan_cli.signed_in import (
    AppointmentOption,
    CodeOption,
    Desk,
    PasswordOption,
    PhoneOption,
    SignIn,
    signed_in,
)
from sangathan_cli.unit_ids import NAMES_A_UNIT, unit_id_of

forms_app = typer.Typer(help="Forms from XLSForm files and back into them.", no_args_is_help=True)

_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHOWN: Final = 20


@forms_app.callback()
def forms() -> None:
    """Forms from XLSForm files and back into them."""


@forms_app.command(
    "import",
    epilog=examples(
        "sangathan forms import survey.xlsx --unit in.mp --dry-run --phone +916000000002",
        "sangathan forms import survey.xlsx --unit in.mp --form 0190… --phone +916000000002   # its next version",
    ),
)
def forms_import(  # noqa: PLR0913 - typer reads each option from one of these.
    file: Annotated[Path, typer.Argument(help="The XLSForm (.xlsx).", exists=True, dir_okay=False)],
    *,
    unit: Annotated[str, typer.Option("--unit", help=f"Where the form is set up: {NAMES_A_UNIT}.")],
    phone: PhoneOption,
    form: Annotated[UUID | None, typer.Option("--form", help="The form whose next version this is.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is wrong with it, and draft nothing.")] = False,
    password_file: PasswordOption = None,
    code: CodeOption = "",
    appointment: AppointmentOption = "",
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """Draft a form from an XLSForm; rows that a form has no place for are named, and then none is; exits 1 on those."""
    params = {"dry_run": str(dry_run).lower()} | ({"form_id": str(form)} if form else {})
    headers = {"Content-Type": _XLSX, "Idempotency-Key": str(uuid4())}
    with signed_in(SignIn(data, phone, password_file, appointment, code)) as desk:
        params["unit_id"] = unit_id_of(desk, unit)
        told = desk.ask("POST", "/v1/form-imports", params=params, content=file.read_bytes(), headers=headers).json()
    if as_json:
        print_json(told)
    else:
        _tell(told)
    if told["rejected"]:
        raise typer.Exit(ExitCode.FAILED)


@forms_app.command(
    "export", epilog=examples("sangathan forms export 0190… --version 2 --out form.xlsx --phone +916000000002")
)
def forms_export(
    form: Annotated[UUID, typer.Argument(help="The form's id, which its versions share.")],
    *,
    out: Annotated[Path, typer.Option("--out", help="Where to write.", dir_okay=False)],
    phone: PhoneOption,
    version: Annotated[
        int | None, typer.Option("--version", min=1, help="Its number; the newest when left out.")
    ] = None,
    password_file: PasswordOption = None,
    code: CodeOption = "",
    appointment: AppointmentOption = "",
    data: DataOption = DEFAULT_DATA,
) -> None:
    """Write a version of a form as XLSForm, which drafts the same form again."""
    with signed_in(SignIn(data, phone, password_file, appointment, code)) as desk:
        versions = {one["version"]: one["id"] for one in _items(desk) if one["form_id"] == str(form)}
        wanted = version or max(versions, default=0)
        if wanted not in versions:
            msg = f"You see no version {version or ''} of the form {form}.".replace("  ", " ")
            raise CliFault(msg)
        out.write_bytes(desk.ask("GET", f"/v1/forms/{versions[wanted]}/xlsform").content)


def _items(desk: Desk) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    params = {"limit": "200"}
    while True:
        page = desk.ask("GET", "/v1/forms", params=params).json()
        items += page["items"]
        if page["next"] is None:
            return items
        params["cursor"] = page["next"]


def _tell(told: dict[str, Any]) -> None:
    counts = f"{told['sections']} sections, {told['questions']} questions, {told['rejected']} faults"
    made = told["form"]
    drafted = f"Drafted version {made['version']} of {made['form_id']} (id {made['id']})" if made else ""
    done = drafted or ("A dry run, nothing was drafted" if told["dry_run"] else "Nothing was drafted")
    console.print(f"{done}: {counts}.", markup=False)
    for one in told["faults"][:_SHOWN]:
        place = ", ".join(str(part) for part in (one["sheet"], f"row {one['row']}", one["column"]) if part)
        errors.print(f"{place}: {one['detail_en']} / {one['detail_hi']}", markup=False)
    if told["rejected"] > _SHOWN:
        errors.print("and more; --json shows up to 200.")
