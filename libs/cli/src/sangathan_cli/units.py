"""`sangathan units`: the unit tree as a CSV file, in and out, through the gateway and under an office."""

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from sangathan_cli.options import DEFAULT_DATA, DataOption, JsonOption, examples
from sangathan_cli.sheets import DryRunOption, Kind, OnlyValidOption, RejectsOption, Sheet, SheetArgument, bring_in
from sangathan_cli.signed_in import AppointmentOption, CodeOption, PasswordOption, PhoneOption, SignIn, signed_in

units_app = typer.Typer(help="The unit tree as a CSV file.", no_args_is_help=True)

_UNITS: Final = Kind(
    "/v1/unit-imports",
    ("created", "renamed", "moved", "unchanged", "rejected"),
    lambda one: f"line {one['line']}: {one['detail_en']} / {one['detail_hi']}",
)


@units_app.command(
    "import",
    epilog=examples(
        "sangathan units import units.csv --dry-run --phone +916000000002",
        "sangathan units import units.csv --only-valid --rejects wrong.csv --password-file password",
    ),
)
def units_import(  # noqa: PLR0913 - typer reads each option from one of these.
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
    """Bring in a sheet of units: create, rename and move; takes a second factor, exits 1 when a row is rejected."""
    who = SignIn(data, phone, password_file, appointment, code)
    bring_in(_UNITS, Sheet(file, dry_run, only_valid, rejects), who, as_json=as_json)


@units_app.command(
    "export",
    epilog=examples(
        "sangathan units export --phone +916000000002 > units.csv", "sangathan units export --out units.csv"
    ),
)
def units_export(
    *,
    phone: PhoneOption,
    out: Annotated[Path | None, typer.Option("--out", help="Where to write; standard output when left out.")] = None,
    password_file: PasswordOption = None,
    appointment: AppointmentOption = "",
    data: DataOption = DEFAULT_DATA,
) -> None:
    """Take out the units of the own part of the tree, as a sheet that can be changed and brought in again."""
    with signed_in(SignIn(data, phone, password_file, appointment)) as desk:
        text = desk.get("/v1/unit-exports").text
    if out is None:
        sys.stdout.write(text)
    else:
        out.write_text(text, encoding="utf-8", newline="")
