"""`sangathan sheets`: a drive on paper, through the gateway and under an office."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from sangathan_cli.faults import CliFault, ExitCode
from sangathan_cli.options import DEFAULT_DATA, DataOption, examples
from sangathan_cli.output import console
from sangathan_cli.signed_in import AppointmentOption, CodeOption, PasswordOption, PhoneOption, SignIn, signed_in
from sangathan_cli.unit_ids import NAMES_A_UNIT, unit_id_of

sheets_app = typer.Typer(help="A drive on paper.", no_args_is_help=True)


@sheets_app.callback()
def sheets() -> None:
    """A drive on paper."""


@sheets_app.command(
    "print",
    epilog=examples(
        "sangathan sheets print --drive 0190… --unit in.mp.d07.v033.m02.b0171 --out sheets.pdf --phone +916000000002",
        "sangathan sheets print --drive 0190… --unit m02 --records 20 --out mandal.pdf --phone +916000000002",
    ),
)
def sheets_print(  # noqa: PLR0913 - typer reads each option from one of these.
    *,
    drive: Annotated[UUID, typer.Option("--drive", help="The drive.")],
    unit: Annotated[str, typer.Option("--unit", help=f"A booth, or a unit whose booths are meant: {NAMES_A_UNIT}.")],
    out: Annotated[Path, typer.Option("--out", help="Where to write; many booths become out-2.pdf and so on.")],
    phone: PhoneOption,
    records: Annotated[int, typer.Option("--records", min=1, max=40, help="Records for each booth.")] = 12,
    password_file: PasswordOption = None,
    code: CodeOption = "",
    appointment: AppointmentOption = "",
    data: DataOption = DEFAULT_DATA,
) -> None:
    """Print booth sheets as PDF, each record with a serial and a code; 400 records become one file."""
    if out.suffix.lower() != ".pdf":
        msg = f"{out} must end in .pdf."
        raise CliFault(msg, ExitCode.USAGE)
    path = f"/v1/drives/{drive}/booth-sheets"
    part = 0
    with signed_in(SignIn(data, phone, password_file, appointment, code)) as desk:
        body = {"unit_id": unit_id_of(desk, unit), "records": records}
        while path:
            reply = desk.ask("POST", path, json=body)
            part += 1
            file = out if part == 1 else out.with_stem(f"{out.stem}-{part}")
            file.write_bytes(reply.content)
            console.print(str(file), markup=False, highlight=False)
            path = reply.links.get("next", {}).get("url", "")
