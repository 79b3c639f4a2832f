"""The command `sangathan`: one word for each thing that a person or a script does with the system."""

import importlib
import importlib.util
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from sangathan_cli import doctor as doctor_module
from sangathan_cli import status as status_module
from sangathan_cli.appointments import appointments_app
from sangathan_cli.assignments import assignments_app
from sangathan_cli.audit import audit_app
from sangathan_cli.broker_commands import dlq_app, topology_app
from sangathan_cli.call import CALL_EXAMPLES, call
from sangathan_cli.cards import cards_app
from sangathan_cli.child import entry_point
from sangathan_cli.consent_evidence import consent_evidence_app
from sangathan_cli.exports import EXPORT_EXAMPLES, export
from sangathan_cli.faults import EXIT_CODES, CliFault, ExitCode
from sangathan_cli.fences import fences_app
from sangathan_cli.forms import forms_app
from sangathan_cli.imports import import_app
from sangathan_cli.options import DEFAULT_DATA, DataOption, JsonOption, LivePortOption, PortOption, examples
from sangathan_cli.output import console, errors
from sangathan_cli.paper_sheets import sheets_app
from sangathan_cli.photos import photo_app
from sangathan_cli.places import story_settings
from sangathan_cli.sealing_keys import begin_handed_out, rotate_sealing_keys
from sangathan_cli.seeding import seed as seed_system
from sangathan_cli.seeding import write_with_progress
from sangathan_cli.system import Plan, System
from sangathan_cli.units import units_app
from sangathan_cli.up import Wishes
from sangathan_cli.up import up as bring_up
from sangathan_demo.story import play_story
from sangathan_embedded import EmbeddedFault
from sangathan_embedded.handout import Servers, hand_out
from sangathan_embedded.key_rotation import key_files, rotate
from sangathan_embedded.layout import Layout
from sangathan_embedded.services import AUDIENCES, PROCESSES, SEALING

app = typer.Typer(
    help="Sangathan: a true record of every worker, and each office-bearer's own part of it.",
    epilog=f"{EXIT_CODES}\n\nColour is left out when NO_COLOR is set.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(topology_app, name="topology")
app.add_typer(dlq_app, name="dlq")
app.add_typer(audit_app, name="audit")
app.add_typer(units_app, name="units")
app.add_typer(cards_app, name="cards")
app.add_typer(photo_app, name="photo")
app.add_typer(consent_evidence_app, name="consent-evidence")
app.add_typer(appointments_app, name="appointments")
app.add_typer(fences_app, name="fences")
app.add_typer(assignments_app, name="assignments")
app.add_typer(sheets_app, name="sheets")
app.add_typer(forms_app, name="forms")
app.add_typer(import_app, name="import")
app.command(name="call", epilog=CALL_EXAMPLES)(call)
app.command(name="export", epilog=EXPORT_EXAMPLES)(export)

_ELSEWHERE = Servers()
_ONLY = f"One of {', '.join(AUDIENCES)}; with --sealing of {', '.join(SEALING)}; may be repeated."

ScaleOption = Annotated[
    Literal["tiny", "small", "full", "large"],
    typer.Option(
        "--scale",
        help="tiny: 1,380 booths, 16,560 workers; small: 3,450 and 41,400; full: 65,015 and 780,180; large: 1,300,300.",
    ),
]


@app.command(
    epilog=examples("sangathan up", "sangathan up --port 9000 --live-port 9001 --no-story", "sangathan up --once"),
)
def up(
    *,
    data: DataOption = DEFAULT_DATA,
    port: PortOption = 8000,
    live_port: LivePortOption = 8001,
    scale: ScaleOption = "small",
    no_seed: Annotated[bool, typer.Option("--no-seed", help="Start without the demo state.")] = False,
    no_story: Annotated[bool, typer.Option("--no-story", help="Do not play the story.")] = False,
    once: Annotated[bool, typer.Option("--once", help="Stop after the story.")] = False,
) -> None:
    """Start everything, fill it with the demo state, play the story, and stay up until Ctrl-C or SIGTERM."""
    plan = Plan(data.absolute(), port, live_port, scale)
    raise typer.Exit(bring_up(plan, Wishes(with_demo=not no_seed, with_story=not no_story, stay=not once)))


@app.command(epilog=examples("sangathan status", "sangathan status --json"))
def status(*, data: DataOption = DEFAULT_DATA, as_json: JsonOption = False) -> None:
    """Show what runs, where, and whether each part is ready."""
    raise typer.Exit(status_module.status(data.absolute(), as_json=as_json))


@app.command(epilog=examples("sangathan doctor", "sangathan doctor --json --port 9000"))
def doctor(
    *,
    data: DataOption = DEFAULT_DATA,
    port: PortOption = 8000,
    live_port: LivePortOption = 8001,
    as_json: JsonOption = False,
) -> None:
    """Look at all that could keep the system from running, and say what to do about it."""
    raise typer.Exit(doctor_module.doctor(data.absolute(), (port, live_port), as_json=as_json))


@app.command(
    epilog=examples(
        "sangathan seed --scale full",
        "sangathan seed --out dataset --password-file secrets/demo_password   # files alone, to load elsewhere",
    ),
)
def seed(
    *,
    data: DataOption = DEFAULT_DATA,
    scale: ScaleOption = "small",
    out: Annotated[Path | None, typer.Option("--out", help="Only write the dataset's files here.")] = None,
    password_file: Annotated[Path | None, typer.Option(help="With --out: the sign-ins' password.", exists=True)] = None,
) -> None:
    """Load the demo state into a system that does not run yet, or write its files for one elsewhere."""
    if out is not None:
        if password_file is None:
            msg = "--out needs --password-file: there is no demo password that everybody knows."
            raise CliFault(msg, ExitCode.USAGE)
        write_with_progress(out, scale, password_file.read_text().strip())
        return
    system = System(Plan(data.absolute(), scale=scale), console.print)
    try:
        system.servers.start()
        system.migrate()
        password = system.servers.secrets.demo_password()
        done = seed_system(
            system.plan.data, scale, password, lambda service, folder: system.run_once(service, "load", str(folder))
        )
        console.print("The demo state is loaded." if done else "The demo state was loaded before; nothing was done.")
    finally:
        system.stop()


@app.command(epilog=examples("sangathan story", "sangathan story --data /srv/sangathan"))
def story(data: DataOption = DEFAULT_DATA) -> None:
    """Play the story against the running system; exits 1 when a step fails, as on whatever was changed by hand."""
    if not play_story(story_settings(data.absolute()), console):
        errors.print("It counts on the demo state as it was loaded: what was changed by hand since reads as a failure.")
        raise typer.Exit(ExitCode.FAILED)


@app.command(epilog=examples("sangathan secrets deploy/secrets", "sangathan secrets out --database db.internal:5432"))
def secrets(
    folder: Annotated[Path, typer.Argument(help="Where; what is there already stays.")],
    database: Annotated[str, typer.Option(help="HOST:PORT of PostgreSQL, for the URLs.")] = _ELSEWHERE.database,
    store: Annotated[str, typer.Option(help="JetStream's directory, for nats.conf.")] = _ELSEWHERE.nats_store,
) -> None:
    """Make the secrets of a system on servers elsewhere, one folder per process to be mounted there alone."""
    for name in hand_out(folder, Servers(database=database, nats_store=store)):
        console.print(f"{folder}/{name}")


@app.command(
    "rotate-keys",
    epilog=examples(
        "sangathan rotate-keys",
        "sangathan rotate-keys --secrets deploy/secrets --only registry",
        "sangathan rotate-keys --sealing",
        "sangathan rotate-keys --sealing --only identity",
    ),
)
def rotate_keys(
    *,
    data: DataOption = DEFAULT_DATA,
    secrets_folder: Annotated[
        Path | None,
        typer.Option("--secrets", help="The folder that `sangathan secrets` has made, for a system elsewhere."),
    ] = None,
    only: Annotated[list[str] | None, typer.Option(help=_ONLY)] = None,
    sealing: Annotated[
        bool, typer.Option("--sealing", help="Instead the keys of sealed fields, with all that they sealed.")
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="With --sealing: go on with what was broken off.")] = False,
) -> None:
    """Change the keys by which the gateway vouches to each service, while everything runs; it takes about a minute."""
    if sealing:
        services = _chosen("sealing", only, SEALING)
        if secrets_folder is not None:
            begin_handed_out(secrets_folder, services, console.print)
        else:
            rotate_sealing_keys(data, services, console.print, resume=resume)
        return
    files = key_files(secrets_folder or Layout(data.absolute()).secrets)
    for done in rotate({audience: files[audience] for audience in _chosen("assertion", only, list(files))}):
        console.print(done)


def _chosen(kind: str, only: Sequence[str] | None, all_of_them: Sequence[str]) -> Sequence[str]:
    if unknown := sorted(set(only or ()) - set(all_of_them)):
        msg = f"There are no {kind} keys of {', '.join(unknown)}; there are those of {', '.join(all_of_them)}."
        raise CliFault(msg, ExitCode.USAGE)
    return list(dict.fromkeys(only or all_of_them))


@app.command(
    epilog=examples("sangathan bench list --json", "sangathan bench live"),
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def bench(context: typer.Context, name: str, *, as_json: JsonOption = False) -> None:
    """Measure NAME against its peers and floors; further arguments go to the benchmark."""
    module = f"sangathan_bench.{name.replace('-', '_')}"
    if not name.replace("-", "").isalpha() or importlib.util.find_spec(module) is None:
        msg = f"There is no benchmark {name!r} in this environment."
        raise CliFault(msg, ExitCode.USAGE)
    raise typer.Exit(int(importlib.import_module(module).main(json=as_json, arguments=context.args) or 0))


@app.command(epilog=examples("sangathan openapi > openapi.json", "sangathan openapi registry"))
def openapi(
    process: Annotated[str, typer.Argument(help="One process; the gateway's document holds all of them.")] = "gateway",
) -> None:
    """Print the OpenAPI 3.1 document; needs no running system."""
    if process not in PROCESSES:
        msg = f"There is no process {process!r}; there are {', '.join(PROCESSES)}."
        raise CliFault(msg, ExitCode.USAGE)
    command = [entry_point(f"sangathan-{process}"), "openapi"]
    raise typer.Exit(subprocess.run(command, check=False).returncode)  # noqa: S603 - our own entry point.


def main() -> None:
    """Runs the command line; a fault ends it with one sentence and its exit code."""
    try:
        app()
    except CliFault as fault:
        errors.print(str(fault), style="red")
        sys.exit(fault.code)
    except EmbeddedFault as fault:
        errors.print(str(fault), style="red")
        sys.exit(ExitCode.CANNOT_START)
    except OSError as error:
        # A file that was named wrongly; anything else is a fault of ours, and told whole.
        if error.filename is None:
            raise
        errors.print(f"{error.filename}: {error.strerror}.", style="red", markup=False)
        sys.exit(ExitCode.USAGE)
