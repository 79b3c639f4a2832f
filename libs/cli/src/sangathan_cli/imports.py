"""`sangathan import`: lists of existing workers, tried, brought in, followed to their end, and their rejects kept."""

import base64
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from uuid import uuid4

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from sangathan_cli.faults import CliFault, ExitCode
from sangathan_cli.options import DEFAULT_DATA, DataOption, JsonOption, examples
from sangathan_cli.output import console, errors, print_json
from sangathan_cli.rejects import a_new_file, beside
from sangathan_cli.signed_in import (
    AppointmentOption,
    Chunks,
    CodeOption,
    Desk,
    PasswordOption,
    PhoneOption,
    SignIn,
    signed_in,
)
from sangathan_cli.unit_ids import NAMES_A_UNIT, unit_id_of

import_app = typer.Typer(help="Bring in lists that exist already.", no_args_is_help=True)

_PATH: Final = "/v1/worker-imports"
_POLL_S: Final = 0.5
_LEFT_OUT: Final = "-"
_SHOWN: Final = 20

FileArgument = Annotated[
    Path, typer.Argument(help="The list: CSV in any usual encoding, or XLSX.", exists=True, dir_okay=False)
]
UnitOption = Annotated[str, typer.Option("--unit", help=f"The unit it is for: {NAMES_A_UNIT}; else the own unit.")]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map", help='"HEADER=field", over what is proposed; "HEADER=-" leaves a column out; may be repeated.'
    ),
]
KrutiOption = Annotated[
    list[str] | None,
    typer.Option("--kruti-dev", help="A column typed in Kruti Dev or DevLys, where that is not found out."),
]
BasisOption = Annotated[str, typer.Option("--basis", help="On what the organisation holds the list, for the trail.")]
DayOption = Annotated[str, typer.Option("--collected-on", help="The day on which it was taken down, as 2019-04-01.")]
DaysOption = Annotated[
    Literal["first", "second"] | None, typer.Option("--days", help="Whether days stand first in dates.")
]
RelationOption = Annotated[
    Literal["father", "husband", "mother"] | None,
    typer.Option("--relation", help="Whose name it is, where a column of relations does not say."),
]
RejectsOption = Annotated[
    Path | None,
    typer.Option(
        "--rejects",
        help="A new file for rejected rows, to be corrected; else one beside the list.",
        dir_okay=False,
        callback=a_new_file,
    ),
]
TryOption = Annotated[bool, typer.Option("--dry-run", help="Say how it would be read and what it would come to.")]


@dataclass(frozen=True, slots=True)
class _List:
    """The file, and what was said about it."""

    file: Path
    unit: str
    changes: Mapping[str, str]
    how: Mapping[str, Any]
    rejects: Path | None


@import_app.callback()
def import_() -> None:
    """Bring in lists that exist already."""


@import_app.command(
    "workers",
    epilog=examples(
        'sangathan import workers old.xlsx --unit d07 --map "उनका नाम=name_hi" --dry-run --phone +916000000002',
        'sangathan import workers old.csv --basis "Register of the district office, 2019" --password-file password',
        "sangathan import workers old.rejects.csv --basis 'Corrections of March' --relation father --json",
    ),
)
def import_workers(  # noqa: PLR0913 - typer reads each option from one of these.
    file: FileArgument,
    *,
    phone: PhoneOption,
    unit: UnitOption = "",
    mapped: MapOption = None,
    kruti_dev: KrutiOption = None,
    basis: BasisOption = "",
    collected_on: DayOption = "",
    days: DaysOption = None,
    relation: RelationOption = None,
    dry_run: TryOption = False,
    rejects: RejectsOption = None,
    password_file: PasswordOption = None,
    code: CodeOption = "",
    appointment: AppointmentOption = "",
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """Bring in a list of existing workers; the same list again changes nothing; exits 1 when a row is not accepted.

    What each column holds is proposed from the headers, in Hindi, English or Kruti Dev; --map says otherwise.
    """
    if not dry_run and not basis:
        msg = "--basis says on what the organisation holds the list; try it first with --dry-run."
        raise CliFault(msg, ExitCode.USAGE)
    how = {"kruti_dev": kruti_dev or None, "days": days, "relation_unsaid": relation, "basis": basis or None}
    how["collected_on"] = collected_on or None
    wanted = _List(file, unit, dict(map(_one_map, mapped or [])), how, rejects)
    with signed_in(SignIn(data, phone, password_file, appointment, code)) as desk:
        unit_id = unit_id_of(desk, wanted.unit)
        trial = _tried(desk, wanted, unit_id)
        if dry_run:
            _show_trial(trial, as_json=as_json)
            raise typer.Exit(ExitCode.FAILED if trial["rejected"] + trial["needs_review"] else ExitCode.FINE)
        done = _followed(desk, _send(desk, wanted, {"unit_id": unit_id, "mapping": trial["mapping"]}))
        left = _keep_rejects(desk, done, wanted)
    if as_json:
        print_json({**done, "rejects_file": str(left) if left else None})
    else:
        _show_end(done, left)
    if left or done["state"] != "done":
        raise typer.Exit(ExitCode.FAILED)


def _one_map(text: str) -> tuple[str, str]:
    header, mark, field = text.rpartition("=")
    if not mark or not header or not field:
        msg = f'{text!r} maps nothing; write "HEADER=field".'
        raise CliFault(msg, ExitCode.USAGE)
    return header, field


def _tried(desk: Desk, wanted: _List, unit_id: str) -> dict[str, Any]:
    """What the list would come to, with the proposed mapping and what was said over it."""
    trial = _send(desk, wanted, {"unit_id": unit_id, "dry_run": True})
    if not wanted.changes:
        return trial
    mapping = {**trial["mapping"], **wanted.changes}
    mapping = {header: field for header, field in mapping.items() if field != _LEFT_OUT}
    return _send(desk, wanted, {"unit_id": unit_id, "dry_run": True, "mapping": mapping})


def _send(desk: Desk, wanted: _List, more: Mapping[str, Any]) -> dict[str, Any]:
    file = base64.b64encode(wanted.file.read_bytes()).decode()
    chunks = Chunks(json.dumps({"file": file, **wanted.how, **more}, ensure_ascii=False).encode())
    # A trial changes nothing, and its answer is not worth keeping for a second sending.
    headers = {} if "dry_run" in more else {"Idempotency-Key": str(uuid4())}
    with _bar("Sending", len(chunks.body)) as show:
        chunks.on_sent = show
        told: dict[str, Any] = desk.post(_PATH, chunks, headers).json()
    return told


def _followed(desk: Desk, import_: dict[str, Any]) -> dict[str, Any]:
    """The import when it has ended, watched row by row."""
    path = f"{_PATH}/{import_['id']}"
    try:
        with _bar("Rows", import_["rows"]) as show:
            while import_["state"] == "waiting":
                time.sleep(_POLL_S)
                import_ = desk.get(path).json()
                show(import_["worked"])
    except KeyboardInterrupt:
        errors.print(f"सूची बिना रुके पूरी होगी; {path} बताता है कि कितनी हुई", markup=False)
        errors.print(f"The import goes on by itself; {path} says how far it is, {path}/stops ends it.", markup=False)
        raise
    return import_


def _keep_rejects(desk: Desk, done: Mapping[str, Any], wanted: _List) -> Path | None:
    """The file with the rows that were not accepted, if there are any."""
    if not done["rejected"] and not done["needs_review"]:
        return None
    content = desk.get(f"{_PATH}/{done['id']}/rejects").content
    file = wanted.rejects or beside(wanted.file)
    with file.open("xb") as new:
        new.write(content)
    return file


@contextmanager
def _bar(what: str, total: int) -> Iterator[Any]:
    """A bar on a terminal, and nothing elsewhere; gives what tells it how far it is."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task(what, total=total)
        yield lambda so_far: progress.update(task, completed=so_far)


def _show_trial(trial: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(trial)
        return
    how = ", ".join(str(trial[name]) for name in ("format", "encoding") if trial[name])
    console.print(f"{trial['rows']:,} rows ({how}); of {trial['examined']:,} that were looked at, {_counts(trial)}.")
    for column in trial["columns"]:
        found = f"  ({', '.join(column['found'])})" if column["found"] else ""
        console.print(f"  {column['header']} = {column['field'] or _LEFT_OUT}{found}", markup=False)
    for note in trial["notes"]:
        console.print(f"{note['hi']} / {note['en']}", markup=False)
    _show_faults(trial["sample"])


def _show_faults(rows: Sequence[Mapping[str, Any]]) -> None:
    faults = [(row["line"], fault) for row in rows for fault in row["faults"]]
    for line, fault in faults[:_SHOWN]:
        errors.print(f"line {line}, {fault['column']}: {fault['detail_en']} / {fault['detail_hi']}", markup=False)
    if (more := len(faults) - _SHOWN) > 0:
        errors.print(f"और {more} / and {more} more", markup=False)


def _show_end(done: Mapping[str, Any], rejects: Path | None) -> None:
    ended = "Done" if done["state"] == "done" else f"Stopped ({done['stop']}) after {done['worked']:,} rows"
    console.print(f"{ended}: {_counts(done)}. Import {done['id']}.")
    if rejects is not None:
        errors.print(
            f"Rows that were not accepted are in {rejects}, with reasons: correct them and import that file.",
            markup=False,
        )


def _counts(told: Mapping[str, Any]) -> str:
    words = ("accepted", "already_there", "rejected", "needs_review")
    return ", ".join(f"{told[word]:,} {word.replace('_', ' ')}" for word in words)
