"""`sangathan fences`: where units lie, from a CSV file, through the gateway and under an office."""

from typing import Final

import typer

from sangathan_cli.options import DEFAULT_DATA, DataOption, JsonOption, examples
from sangathan_cli.sheets import DryRunOption, Kind, OnlyValidOption, RejectsOption, Sheet, SheetArgument, bring_in
from sangathan_cli.signed_in import AppointmentOption, CodeOption, PasswordOption, PhoneOption, SignIn

fences_app = typer.Typer(help="Where units lie, from a CSV file.", no_args_is_help=True)

_FENCES: Final = Kind(
    "/v1/fence-imports",
    ("fenced", "unfenced", "rejected"),
    lambda one: f"line {one['line']}: {one['detail_en']} / {one['detail_hi']}",
)


@fences_app.callback()
def fences() -> None:
    """Where units lie, from a CSV file."""


@fences_app.command(
    "import",
    epilog=examples(
        "sangathan fences import booths.csv --dry-run --phone +916000000002",
        "sangathan fences import booths.csv --only-valid --rejects wrong.csv --password-file password",
    ),
)
def fences_import(  # noqa: PLR0913 - typer reads each option from one of these.
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
    """Say where units lie, all rows or none; what drives capture elsewhere is flagged; exits 1 on a reject.

    Columns: unit (its path), and either latitude, longitude and radius_m, or ring; a row with none takes a fence away.
    """
    who = SignIn(data, phone, password_file, appointment, code)
    bring_in(_FENCES, Sheet(file, dry_run, only_valid, rejects), who, as_json=as_json)
