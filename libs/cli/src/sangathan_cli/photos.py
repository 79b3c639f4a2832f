"""`sangathan photo`: a worker's photo, from a file and into one, or away."""

from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import typer

from sangathan_cli.faults import CliFault, ExitCode
from sangathan_cli.options import DEFAULT_DATA, DataOption, JsonOption, examples
from sangathan_cli.output import console, print_json
from sangathan_cli.signed_in import AppointmentOption, CodeOption, PasswordOption, PhoneOption, SignIn, signed_in

photo_app = typer.Typer(help="Photos of workers, from a file and into one.", no_args_is_help=True)

WorkerOption = Annotated[UUID, typer.Option("--worker", help="The worker's id.")]
TYPES: Final = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}


@photo_app.command(
    epilog=examples(
        "sangathan photo put face.jpg --worker 0190d2f0-… --phone +916000000002",
        "sangathan photo put newer.jpg --worker 0190d2f0-… --replace --phone +916000000002",
    )
)
def put(
    file: Annotated[Path, typer.Argument(help="A JPEG, PNG or WebP of at most 3 MB.", exists=True, dir_okay=False)],
    *,
    worker: WorkerOption,
    phone: PhoneOption,
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of the photo that is there.")] = False,
    password_file: PasswordOption = None,
    appointment: AppointmentOption = "",
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """Give a worker's record a photo; the same file again changes nothing."""
    headers = {"Content-Type": media_type(file)} | ({"If-Match": "*"} if replace else {})
    with signed_in(SignIn(data, phone, password_file, appointment)) as desk:
        kept = desk.ask("PUT", _path(worker), content=file.read_bytes(), headers=headers).json()
    if as_json:
        print_json(kept)
    else:
        console.print(f"kept as a JPEG of {kept['width']} x {kept['height']} pixels, {kept['size']:,} bytes")


@photo_app.command(epilog=examples("sangathan photo get --worker 0190d2f0-… --out face.jpg --phone +916000000002"))
def get(
    *,
    worker: WorkerOption,
    out: Annotated[Path, typer.Option("--out", help="Where to write the JPEG.", dir_okay=False)],
    phone: PhoneOption,
    password_file: PasswordOption = None,
    code: CodeOption = "",
    appointment: AppointmentOption = "",
    data: DataOption = DEFAULT_DATA,
) -> None:
    """Write a worker's photo into a file; this is on the audit trail."""
    with signed_in(SignIn(data, phone, password_file, appointment, code)) as desk:
        out.write_bytes(desk.ask("GET", _path(worker)).content)


@photo_app.command(epilog=examples("sangathan photo remove --worker 0190d2f0-… --phone +916000000002"))
def remove(
    *,
    worker: WorkerOption,
    phone: PhoneOption,
    password_file: PasswordOption = None,
    code: CodeOption = "",
    appointment: AppointmentOption = "",
    data: DataOption = DEFAULT_DATA,
) -> None:
    """Take a worker's photo away at once, as the person may ask without saying why."""
    with signed_in(SignIn(data, phone, password_file, appointment, code)) as desk:
        desk.ask("DELETE", _path(worker), headers={"If-Match": "*"})


def media_type(file: Path) -> str:
    """What a picture is by its name's ending; raises CliFault for any other file."""
    found = TYPES.get(file.suffix.lower())
    if found is None:
        msg = f"{file} must end in {', '.join(TYPES)}."
        raise CliFault(msg, ExitCode.USAGE)
    return found


def _path(worker: UUID) -> str:
    return f"/v1/workers/{worker}/photo"
