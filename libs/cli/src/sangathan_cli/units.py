"""`sangathan units`: the unit tree as a CSV file, in and out, through the gateway and under an office."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import uuid4

import httpx
import typer

from sangathan_cli.faults import CliFault, ExitCode
from sangathan_cli.options import DEFAULT_DATA, DataOption, JsonOption, examples
from sangathan_cli.output import console, errors, print_json
from sangathan_cli.places import not_running, setting
from sangathan_cli.run_state import running_state

units_app = typer.Typer(help="The unit tree as a CSV file.", no_args_is_help=True)

PhoneOption = Annotated[str, typer.Option("--phone", help="Who signs in.", envvar="SANGATHAN_PHONE")]
PasswordOption = Annotated[
    Path | None,
    typer.Option("--password-file", help="Where the password stands; asked for when left out.", dir_okay=False),
]
AppointmentOption = Annotated[
    str,
    typer.Option(
        "--appointment", help="The office to act under, for who holds several.", envvar="SANGATHAN_APPOINTMENT"
    ),
]
_TIMEOUT: Final = httpx.Timeout(90.0, connect=5.0)
_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who acts, and where."""

    data: Path
    phone: str
    password_file: Path | None
    appointment: str


@units_app.command(
    "import",
    epilog=examples(
        "sangathan units import units.csv --dry-run --phone +916000000002",
        "sangathan units import units.csv --only-valid --rejects wrong.csv --password-file password",
    ),
)
def units_import(  # noqa: PLR0913 - typer reads each option from one of these.
    file: Annotated[Path, typer.Argument(help="The sheet.", exists=True, dir_okay=False)],
    *,
    phone: PhoneOption,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would do.")] = False,
    only_valid: Annotated[bool, typer.Option("--only-valid", help="Bring in what can be.")] = False,
    rejects: Annotated[
        Path | None, typer.Option("--rejects", help="Write rejected rows here, to be corrected.")
    ] = None,
    password_file: PasswordOption = None,
    appointment: AppointmentOption = "",
    data: DataOption = DEFAULT_DATA,
    as_json: JsonOption = False,
) -> None:
    """Bring in a sheet of units: create, rename and move; exits 1 when a row is rejected."""
    body = {"csv": _text(file), "dry_run": dry_run, "only_valid": only_valid}
    with _signed_in(SignIn(data, phone, password_file, appointment)) as http:
        reply = http.post("/v1/unit-imports", json=body, headers={"Idempotency-Key": str(uuid4())})
    told = _checked(reply).json()
    if rejects is not None and told["rejected"]:
        rejects.write_text(told["rejects_csv"], encoding="utf-8", newline="")
    if as_json:
        print_json(told)
    else:
        _tell(told)
    if told["rejected"]:
        raise typer.Exit(ExitCode.FAILED)


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
    with _signed_in(SignIn(data, phone, password_file, appointment)) as http:
        text = _checked(http.get("/v1/unit-exports")).text
    if out is None:
        sys.stdout.write(text)
    else:
        out.write_text(text, encoding="utf-8", newline="")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        msg = f"{file} is not UTF-8; save it as CSV UTF-8."
        raise CliFault(msg, ExitCode.USAGE) from None


@contextmanager
def _signed_in(who: SignIn) -> Iterator[httpx.Client]:
    """A client with an access token, whose sign-in ends with the block."""
    if who.password_file is not None:
        password = who.password_file.read_text(encoding="utf-8").strip()
    else:
        password = os.environ.get("SANGATHAN_PASSWORD") or typer.prompt("Password", hide_input=True, err=True)
    with httpx.Client(base_url=_gateway(who.data), timeout=_TIMEOUT, trust_env=False) as http:
        body = {"phone": who.phone, "password": password, "device": "sangathan units"}
        token = _checked(_sent(http, "/v1/sign-in", body)).json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        if who.appointment:
            http.headers["Sangathan-Appointment"] = who.appointment
        try:
            yield http
        finally:
            http.post("/v1/sign-out", json={})


def _gateway(data: Path) -> str:
    if url := setting("gateway_url"):
        return url
    state = running_state(data)
    if state is None:
        raise not_running(data, "SANGATHAN_GATEWAY_URL")
    return state.gateway_url


def _sent(http: httpx.Client, path: str, body: dict[str, Any]) -> httpx.Response:
    try:
        return http.post(path, json=body)
    except httpx.TransportError as error:
        msg = f"The gateway at {http.base_url} does not answer: {type(error).__name__}."
        raise CliFault(msg, ExitCode.NOT_RUNNING) from None


def _checked(reply: httpx.Response) -> httpx.Response:
    """The reply; raises CliFault with what the problem says."""
    if reply.is_success:
        return reply
    problem = reply.json() if "json" in reply.headers.get("content-type", "") else {}
    places = "".join(f"\n  {one['pointer']}: {one['detail']}" for one in problem.get("errors", []))
    msg = f"{reply.status_code} {problem.get('title', '')}. {problem.get('detail', '')}{places}"
    raise CliFault(msg)


def _tell(told: dict[str, Any]) -> None:
    done = "Done" if told["applied"] else "Nothing was written"
    counts = ", ".join(f"{told[name]:,} {name}" for name in ("created", "renamed", "moved", "unchanged", "rejected"))
    console.print(f"{done}: {counts}.")
    for one in told["rejects"][:_SHOWN]:
        errors.print(f"line {one['line']}: {one['detail_en']} / {one['detail_hi']}", markup=False)
    if told["rejected"] > _SHOWN:
        errors.print(f"and {told['rejected'] - _SHOWN:,} more; --rejects FILE writes them all.")
