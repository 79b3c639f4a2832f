"""`sangathan export`: the records of a unit and all below it as a file, waited for and fetched through the gateway."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from uuid import uuid4

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

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

UnitOption = Annotated[
    str, typer.Option("--unit", help=f"The unit: {NAMES_A_UNIT}. It and all below it are taken out.")
]
FormatOption = Annotated[Literal["csv", "xlsx", "json"], typer.Option("--format", help="What the file is.")]
OutOption = Annotated[Path, typer.Option("--out", help="Where to write it.", dir_okay=False)]
PurposeOption = Annotated[str, typer.Option("--purpose", help="Why, in a sentence, for the audit trail.")]
WithdrawnOption = Annotated[bool, typer.Option("--withdrawn", help="Those who have left the record, by their ids.")]

_LOOK_EVERY_S: Final = 0.5
_STOPPED: Final = {
    "office-ended": "The office ended before the export was made.",
    "key-gone": "The export was not made: a record in it is sealed with a key that is not there any more.",
}


def export(  # noqa: PLR0913 - typer reads each option from one of these.
    *,
    unit: UnitOption,
    out: OutOption,
    purpose: PurposeOption,
    format_: FormatOption = "csv",
    withdrawn: WithdrawnOption = False,
    phone: PhoneOption,
    password_file: PasswordOption = None,
    code: CodeOption = "",
    appointment: AppointmentOption = "",
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """Take the records of a unit out as a file, as far as the office sees them; it is marked and on the audit trail.

    The file is whole or not there at all. What is interrupted can be fetched later at /v1/exports/{id}/file.
    """
    body = {"format": format_, "purpose": purpose, "status": "withdrawn" if withdrawn else "active"}
    if not out.parent.is_dir():
        msg = f"There is no folder {out.parent} to write into."
        raise CliFault(msg, ExitCode.USAGE)
    with signed_in(SignIn(data, phone, password_file, appointment, code)) as desk, _shown() as told:
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(uuid4())}
        content = json.dumps({"unit_id": unit_id_of(desk, unit), **body}).encode()
        made = desk.ask("POST", "/v1/exports", content=content, headers=headers).json()
        made = _waited_for(desk, made, told)
        size = _fetch(desk, made, out, told)
    if as_json:
        print_json({**made, "out": str(out), "bytes": size})
    else:
        console.print(f"{made['rows']:,} rows are in {out}, export {made['id']}.")


EXPORT_EXAMPLES: Final = examples(
    'sangathan export --unit d07 --format xlsx --out workers.xlsx --purpose "Calls before the meeting" --phone +91…',
    'sangathan export --unit 0c7d… --out workers.csv --purpose "Calls before the meeting" --phone +91… --json',
)


def _waited_for(desk: Desk, made: dict[str, Any], told: Callable[[str, int | None], None]) -> dict[str, Any]:
    while made["state"] in {"waiting", "making"}:
        told(f"Making it, {made['rows']:,} rows so far", None)
        time.sleep(_LOOK_EVERY_S)
        made = desk.get(f"/v1/exports/{made['id']}").json()
    if made["state"] != "ready":
        raise CliFault(_STOPPED.get(made["stop"], f"The export was stopped: {made['stop']}."))
    return made


def _fetch(desk: Desk, made: dict[str, Any], out: Path, told: Callable[[str, int | None], None]) -> int:
    """Writes beside the file first, so that a download that breaks off leaves none under its name."""
    half, size = out.with_name(f"{out.name}.part"), 0
    try:
        with half.open("wb") as file:
            for piece in desk.pieces(made["file"]):
                size += file.write(piece)
                told("Fetching it", size)
        half.replace(out)
    finally:
        half.unlink(missing_ok=True)
    return size


@contextmanager
def _shown() -> Iterator[Callable[[str, int | None], None]]:
    """A bar on a terminal alone."""
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn()
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("Asking for it", total=None)

        def told(what: str, size: int | None) -> None:
            progress.update(task, description=what, completed=size or 0)

        yield told
