"""`sangathan assignments`: booths for many vistaraks from a file, through the gateway and under an office."""

from typing import Final
from uuid import uuid4

import typer

from sangathan_cli.options import DEFAULT_DATA, DataOption, JsonOption, examples
from sangathan_cli.sheets import DryRunOption, Kind, OnlyValidOption, RejectsOption, Sheet, SheetArgument, tell
from sangathan_cli.signed_in import AppointmentOption, CodeOption, PasswordOption, PhoneOption, SignIn, signed_in

assignments_app = typer.Typer(help="Booths for many vistaraks from a CSV or XLSX file.", no_args_is_help=True)

_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ASSIGNMENTS: Final = Kind(
    "/v1/assignment-imports",
    ("assigned", "unchanged", "rejected"),
    lambda one: f"line {one['line']}, {one['column']}: {one['detail_en']} / {one['detail_hi']}",
)


@assignments_app.callback()
def assignments() -> None:
    """Booths for many vistaraks from a CSV or XLSX file."""


@assignments_app.command(
    "import",
    epilog=examples(
        "sangathan assignments import booths.xlsx --dry-run --phone +916000000002",
        "sangathan assignments import booths.csv --only-valid --rejects wrong.csv --password-file password",
    ),
)
def assignments_import(  # noqa: PLR0913 - typer reads each option from one of these.
    file: SheetArgument,
    *,
    phone: PhoneOption,
    dry_run: DryRunOption = False,
    only_valid: OnlyValidOption = False,
    rejects: RejectsOption = None,
    password_file: PasswordOption = None,
    code: CodeOption = "",
    appointment: AppointmentOption = "",
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """Assign the booths that a file names, or none; the same file again changes nothing; exits 1 on a reject.

    Columns: booth, one of person_id, membership_number and phone, and perhaps valid_from and valid_to.
    """
    body = file.read_bytes()
    headers = {
        "Content-Type": _XLSX if body.startswith(b"PK") else "text/csv",
        "Idempotency-Key": str(uuid4()),
    }
    params = {"dry_run": str(dry_run).lower(), "only_valid": str(only_valid).lower()}
    with signed_in(SignIn(data, phone, password_file, appointment, code)) as desk:
        told = desk.ask("POST", _ASSIGNMENTS.path, params=params, content=body, headers=headers).json()
    tell(_ASSIGNMENTS, Sheet(file, dry_run, only_valid, rejects), told, as_json=as_json)
