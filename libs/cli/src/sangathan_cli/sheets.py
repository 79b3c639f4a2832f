"""Bringing a CSV sheet in through the gateway: sent with a progress bar, told in counts, rejects kept in a file."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import uuid4

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from sangathan_cli.faults import CliFault, ExitCode
from sangathan_cli.output import console, errors, print_json
from sangathan_cli.rejects import a_new_file
from sangathan_cli.signed_in import Chunks, SignIn, signed_in

SheetArgument = Annotated[Path, typer.Argument(help="The sheet.", exists=True, dir_okay=False)]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what it would do.")]
OnlyValidOption = Annotated[
    bool, typer.Option("--only-valid", help="Bring in what can be; otherwise all rows or none.")
]
RejectsOption = Annotated[
    Path | None,
    typer.Option("--rejects", help="Write rejected rows to this new file, to be corrected.", callback=a_new_file),
]

_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Sheet:
    """The file, and what is wanted of it."""

    file: Path
    dry_run: bool
    only_valid: bool
    rejects: Path | None


@dataclass(frozen=True, slots=True)
class Kind:
    """Where sheets of a kind go, which counts tell of them, and how a reject reads."""

    path: str
    counts: Sequence[str]
    reject: Callable[[dict[str, Any]], str]


def bring_in(kind: Kind, sheet: Sheet, who: SignIn, *, as_json: bool) -> None:
    """Sends the sheet and tells what it came to; exits 1 when a row is rejected."""
    tell(kind, sheet, _send(kind, sheet, who), as_json=as_json)


def tell(kind: Kind, sheet: Sheet, told: dict[str, Any], *, as_json: bool) -> None:
    """Tells what a sheet came to and keeps its rejects; exits 1 when there are any."""
    if sheet.rejects is not None and told["rejected"]:
        sheet.rejects.write_text(told["rejects_csv"], encoding="utf-8", newline="")
    if as_json:
        print_json(told)
    else:
        _tell(kind, told)
    if told["rejected"]:
        raise typer.Exit(ExitCode.FAILED)


def _send(kind: Kind, sheet: Sheet, who: SignIn) -> dict[str, Any]:
    text = _text(sheet.file)
    body = {"csv": text, "dry_run": sheet.dry_run, "only_valid": sheet.only_valid}
    chunks = Chunks(json.dumps(body, ensure_ascii=False).encode())
    with signed_in(who) as desk, _shown(chunks, text.count("\n")):
        told: dict[str, Any] = desk.post(kind.path, chunks, {"Idempotency-Key": str(uuid4())}).json()
    return told


@contextmanager
def _shown(chunks: Chunks, lines: int) -> Iterator[None]:
    """A bar on a terminal, which fills while the sheet is sent and moves while the rows are checked."""
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("Sending the sheet", total=len(chunks.body))

        def sent(so_far: int) -> None:
            progress.update(task, completed=so_far)
            if so_far == len(chunks.body):
                progress.update(task, description=f"Checking {lines:,} lines", total=None)

        chunks.on_sent = sent
        yield


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        msg = f"{file} is not UTF-8; save it as CSV UTF-8."
        raise CliFault(msg, ExitCode.USAGE) from None


def _tell(kind: Kind, told: dict[str, Any]) -> None:
    stopped = "Nothing was written, since it is all rows or none; without the rejected rows (--only-valid) it would be"
    done = "Done" if told["applied"] else "A dry run" if told["dry_run"] else stopped
    counts = ", ".join(f"{told[name]:,} {name.replace('_', ' ')}" for name in kind.counts)
    console.print(f"{done}: {counts}.")
    for one in told["rejects"][:_SHOWN]:
        errors.print(kind.reject(one), markup=False)
    if len(told["rejects"]) > _SHOWN or told["rejected"] > len(told["rejects"]):
        errors.print("and more; --rejects FILE writes them all.")
