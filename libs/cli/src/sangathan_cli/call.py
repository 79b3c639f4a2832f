"""`sangathan call`: any operation of the OpenAPI document, for whoever signs in, and under an office of theirs."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import uuid4

import httpx
import typer

from sangathan_cli.faults import CliFault, ExitCode
from sangathan_cli.options import DEFAULT_DATA, DataOption, examples
from sangathan_cli.output import console, errors, print_json
from sangathan_cli.photos import TYPES
from sangathan_cli.signed_in import (
    AppointmentOption,
    CodeOption,
    Desk,
    OptionalPhone,
    PasswordOption,
    SignIn,
    signed_in,
    unsigned,
)

_MEDIA: Final = {
    **TYPES,
    ".pdf": "application/pdf",
    ".ogg": "audio/ogg",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".mp4": "video/mp4",
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")

PathArgument = Annotated[
    str, typer.Argument(help="Its path, such as /v1/vacancies; or, after `list`, a word to look for.")
]
FieldsArgument = Annotated[
    list[str] | None,
    typer.Argument(help="name=text or name:=JSON: parameters of a GET, fields of a body otherwise."),
]
BodyOption = Annotated[
    Path | None, typer.Option("--body", help="The body's file instead of fields; - reads JSON here.")
]
MatchOption = Annotated[str, typer.Option("--if-match", help="The version that was read, as its ETag was shown.")]
OutOption = Annotated[Path | None, typer.Option("--out", help="Write the answer there as it came.", dir_okay=False)]
AllOption = Annotated[bool, typer.Option("--all", help="Follow the pages of a list; one item a line.")]


@dataclass(frozen=True, slots=True)
class Call:
    """An operation and what it is given."""

    method: str
    path: str
    params: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def to(self, desk: Desk) -> httpx.Response:
        """The answer; raises CliFault with what a problem says."""
        return desk.ask(self.method, self.path, params=self.params, content=self.body, headers=self.headers)


def call(  # noqa: PLR0913 - typer reads each option from one of these.
    method: Annotated[str, typer.Argument(help="GET, POST, PUT, PATCH or DELETE; or `list`.")],
    path: PathArgument = "",
    fields: FieldsArgument = None,
    *,
    body: BodyOption = None,
    if_match: MatchOption = "",
    every_page: AllOption = False,
    out: OutOption = None,
    phone: OptionalPhone = "",
    password_file: PasswordOption = None,
    code: CodeOption = "",
    appointment: AppointmentOption = "",
    data: DataOption = DEFAULT_DATA,
) -> None:
    """Do anything that the API offers and the office allows; `list` shows what there is, with a word to look for.

    Without --phone nobody signs in, which suffices for what is public. A second factor is asked for where one is
    wanted. A POST carries an Idempotency-Key of its own. The version of what was read goes to standard error.
    """
    if method == "list":
        _list(data, path)
        return
    headers = {"If-Match": if_match} if if_match else {}
    wanted = _call(method.upper(), path, dict(_field(one) for one in fields or []), headers=headers, file=body)
    with signed_in(SignIn(data, phone, password_file, appointment, code)) if phone else unsigned(data) as desk:
        if every_page:
            for item in _items(desk, wanted):
                console.print(json.dumps(item, ensure_ascii=False), markup=False)
            return
        _show(wanted.to(desk), out)


CALL_EXAMPLES: Final = examples(
    "sangathan call list appointments",
    "sangathan call GET /v1/vacancies office=booth-president limit=5 --phone +916000000002 --password-file password",
    "sangathan call POST /v1/units parent_id=0c7d… level=booth code=b9 name_hi=बूथ name_en=Booth --phone +916000000002",
    "sangathan call POST /v1/cases/0190d2f0-…/evidence --body shop.jpg --phone +916000000002",
    "sangathan call GET /v1/receipt-keys",
)


def _call(method: str, path: str, given: dict[str, Any], *, headers: dict[str, str], file: Path | None) -> Call:
    if method not in METHODS or not path.startswith("/"):
        msg = f"Give a method ({', '.join(METHODS)}) and a path such as /v1/units; `sangathan call list` shows all."
        raise CliFault(msg, ExitCode.USAGE)
    if method == "GET":
        return Call(method, path, {name: str(value) for name, value in given.items()}, headers=headers)
    body = _read(file) if file is not None else json.dumps(given, ensure_ascii=False).encode()
    sent = {"Content-Type": _media_type(file), "Idempotency-Key": str(uuid4())}
    return Call(method, path, body=body, headers=headers | sent)


def _field(one: str) -> tuple[str, Any]:
    name, mark, value = one.partition("=")
    if not mark or not name.strip(":"):
        msg = f"{one!r} is no field; write name=text or name:=JSON."
        raise CliFault(msg, ExitCode.USAGE)
    if not name.endswith(":"):
        return name, value
    try:
        return name[:-1], json.loads(value)
    except json.JSONDecodeError:
        msg = f"{value!r} is no JSON; write name=text for a text."
        raise CliFault(msg, ExitCode.USAGE) from None


def _read(file: Path) -> bytes:
    return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()


def _media_type(file: Path | None) -> str:
    """What a body is by its file's ending: a picture, a recording or a sheet goes as it is, anything else as JSON."""
    suffix = file.suffix.lower() if file is not None else ""
    return _MEDIA.get(suffix, "application/json")


def _items(desk: Desk, first: Call) -> Iterator[Any]:
    """The items of every page; a list is read by its cursor, from the answer's `next`."""
    params = dict(first.params)
    while True:
        page = Call(first.method, first.path, params, headers=first.headers).to(desk).json()
        if "items" not in page:
            msg = f"{first.path} is no list."
            raise CliFault(msg, ExitCode.USAGE)
        yield from page["items"]
        if not page.get("next"):
            return
        params["cursor"] = page["next"]


def _show(reply: httpx.Response, out: Path | None) -> None:
    if tag := reply.headers.get("etag"):
        errors.print(f"ETag: {tag}", markup=False)
    if out is not None:
        out.write_bytes(reply.content)
    elif "json" in reply.headers.get("content-type", ""):
        print_json(reply.json())
    elif reply.content:
        sys.stdout.buffer.write(reply.content)


def _list(data: Path, word: str) -> None:
    with unsigned(data) as desk:
        document = desk.ask("GET", "/openapi.json").json()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            line = f"{method.upper():6} {path}  {operation.get('summary', '')}"
            if method.upper() in METHODS and word.lower() in line.lower():
                console.print(line, markup=False)
