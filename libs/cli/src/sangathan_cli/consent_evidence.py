"""`sangathan consent-evidence`: the signature or photo by which somebody agreed, from a file and into one."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from sangathan_cli.options import DEFAULT_DATA, DataOption, JsonOption, examples
from sangathan_cli.output import console, print_json
from sangathan_cli.photos import WorkerOption, media_type
from sangathan_cli.signed_in import AppointmentOption, CodeOption, PasswordOption, PhoneOption, SignIn, signed_in

consent_evidence_app = typer.Typer(help="Signatures and photos by which people agreed.", no_args_is_help=True)


class Kind(StrEnum):
    """What it is."""

    SIGNATURE = "signature"
    PHOTO = "photo"


KindArgument = Annotated[Kind, typer.Argument(help="What it is.")]


@consent_evidence_app.command(
    epilog=examples("sangathan consent-evidence put signature signed.png --worker 0190d2f0-… --phone +916000000002")
)
def put(
    kind: KindArgument,
    file: Annotated[Path, typer.Argument(help="A JPEG, PNG or WebP.", exists=True, dir_okay=False)],
    *,
    worker: WorkerOption,
    phone: PhoneOption,
    password_file: PasswordOption = None,
    appointment: AppointmentOption = "",
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """Send what shows that a person agreed, before or after their record; the same file again changes nothing."""
    headers = {"Content-Type": media_type(file)}
    with signed_in(SignIn(data, phone, password_file, appointment)) as desk:
        kept = desk.ask("PUT", _path(worker, kind), content=file.read_bytes(), headers=headers).json()
    if as_json:
        print_json(kept)
    else:
        until = ", until its record comes" if kept["waiting"] else ""
        console.print(f"kept as a JPEG of {kept['width']} x {kept['height']} pixels{until}")


@consent_evidence_app.command(
    epilog=examples(
        "sangathan consent-evidence get signature --worker 0190d2f0-… --out signed.jpg --phone +916000000002"
    )
)
def get(
    kind: KindArgument,
    *,
    worker: WorkerOption,
    out: Annotated[Path, typer.Option("--out", help="Where to write the JPEG.", dir_okay=False)],
    phone: PhoneOption,
    password_file: PasswordOption = None,
    code: CodeOption = "",
    appointment: AppointmentOption = "",
    data: DataOption = DEFAULT_DATA,
) -> None:
    """Write what shows that a person agreed into a file; this is on the audit trail."""
    with signed_in(SignIn(data, phone, password_file, appointment, code)) as desk:
        out.write_bytes(desk.ask("GET", _path(worker, kind)).content)


def _path(worker: UUID, kind: Kind) -> str:
    return f"/v1/workers/{worker}/consent-evidence/{kind}"
