"""`sangathan appointments`: many appointments from a CSV file, through the gateway and under an office."""

from typing import Final

import typer

from sangathan_cli.options import DEFAULT_DATA, DataOption, JsonOption, examples
from sangathan_cli.sheets import DryRunOption, Kind, OnlyValidOption, RejectsOption, Sheet, SheetArgument, bring_in
from sangathan_cli.signed_in import AppointmentOption, CodeOption, PasswordOption, PhoneOption, SignIn

appointments_app = typer.Typer(help="Many appointments from a CSV file.", no_args_is_help=True)

_APPOINTMENTS: Final = Kind(
    "/v1/appointment-imports",
    ("appointed", "new_persons", "relieved", "unchanged", "rejected"),
    lambda one: f"line {one['line']}, {one['column']}: {one['detail_en']} / {one['detail_hi']}",
)


@appointments_app.callback()
def appointments() -> None:
    """Many appointments from a CSV file."""


@appointments_app.command(
    "import",
    epilog=examples(
        "sangathan appointments import presidents.csv --dry-run --phone +916000000002",
        "sangathan appointments import presidents.csv --only-valid --rejects wrong.csv --password-file password",
    ),
)
def appointments_import(  # noqa: PLR0913 - typer reads each option from one of these.
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
    """Appoint everybody whom a sheet names, or nobody; the same sheet again changes nothing; exits 1 on a reject.

    Columns: phone, name_hi, name_en, office, unit (its path), and perhaps valid_from and valid_to.
    """
    who = SignIn(data, phone, password_file, appointment, code)
    bring_in(_APPOINTMENTS, Sheet(file, dry_run, only_valid, rejects), who, as_json=as_json)
