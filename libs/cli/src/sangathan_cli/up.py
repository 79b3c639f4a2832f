"""`sangathan up`: from nothing to a running system that has played its story, and an orderly end."""

import asyncio
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from rich.live import Live
from rich.table import Table

from sangathan_cli.faults import ExitCode
from sangathan_cli.output import console
from sangathan_cli.readiness import wait_ready
from sangathan_cli.seeding import seed, truth_of
from sangathan_cli.system import Plan, System
from sangathan_demo.second_factor import OFFICES, secret_of
from sangathan_demo.story import StorySettings, play_story
from sangathan_demo.truth import SignIn, Truth
from sangathan_embedded import apply_topology


class StopAsked(KeyboardInterrupt):
    """Ctrl-C or SIGTERM came; a KeyboardInterrupt, because asyncio lets only that through from any task."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What `up` is asked to do besides running."""

    with_demo: bool = True
    with_story: bool = True
    stay: bool = True


def up(plan: Plan, wishes: Wishes) -> ExitCode:
    """Runs the system until it is asked to stop; FAILED, at once, when a step of the story failed."""
    system = System(plan, _tell)
    ending = ExitCode.FINE
    with _stopping_on_signals():
        try:
            _bring_up(system, wishes)
            if wishes.with_demo and wishes.with_story:
                ending = _play(system)
            if ending is ExitCode.FINE and wishes.stay:
                _stay()
        except StopAsked:
            console.print("\nStopping: services first, then NATS, then PostgreSQL.")
        finally:
            _stop(system)
    return ending


def _bring_up(system: System, wishes: Wishes) -> None:
    plan = system.plan
    with console.status("starting PostgreSQL and NATS"):
        system.start_servers()
    console.print(f"  PostgreSQL 18 and NATS run on {plan.data}")
    with console.status("bringing the databases up to date"):
        system.migrate()
    operator = system.servers.secrets.nats_password("operator")
    asyncio.run(apply_topology(system.servers.nats_url, operator))
    console.print("  databases migrated, broker brought to its topology")
    if wishes.with_demo:
        password = system.servers.secrets.demo_password()
        seed(plan.data, plan.scale, password, lambda service, folder: system.run_once(service, "load", str(folder)))
    system.start_services()
    _wait(system)
    if wishes.with_demo:
        print_doors(system, truth_of(plan.data, plan.scale))


def _wait(system: System) -> None:
    said = {child.name: "starting" for child in system.children}

    def table() -> Table:
        rows = Table.grid(padding=(0, 2))
        for name, text in said.items():
            rows.add_row(f"  {name}", f"[green]{text}[/]" if text == "ready" else text)
        return rows

    with Live(table(), console=console, transient=True, refresh_per_second=8) as live:

        def show(name: str, text: str) -> None:
            said[name] = text
            live.update(table())

        wait_ready(system.children, system.restarts, show)
    console.print(f"  ready: {', '.join(said)}")


def print_doors(system: System, truth: Truth) -> None:
    """The URLs, one sign-in per level, and the password they share on this data directory."""
    plan = system.plan
    console.print()
    console.print(f"[bold]REST[/]  {plan.gateway_url}/v1      description {plan.gateway_url}/docs")
    console.print(f"[bold]Live[/]  {plan.live_url}/live")
    console.print()
    console.print(f"[bold]Sign in[/] with the password {system.servers.secrets.demo_password()}")
    for level in truth.levels:
        console.print(_sign_in(level.level, level.sign_in))
    console.print(_sign_in("(drive)", truth.vistarak.sign_in))
    console.print("[bold]Second factors[/] for any authenticator app, asked for by what weighs most")
    for level in truth.levels:
        if level.sign_in.office in OFFICES:
            secret = secret_of(system.servers.secrets.demo_password(), level.sign_in.phone)
            console.print(f"  {level.level:<14}{level.sign_in.phone:<15}{secret}")
    console.print()


def _sign_in(level: str, person: SignIn) -> str:
    """One line that is never cut: the name last, because Devanagari's width is each terminal's own opinion."""
    return f"  {level:<14}{person.phone:<15}{person.office:<25}{person.path:<28}{person.name_hi} · {person.name_en}"


def _play(system: System) -> ExitCode:
    plan = system.plan
    password = system.servers.secrets.demo_password()
    settings = StorySettings(plan.gateway_url, plan.live_url, truth_of(plan.data, plan.scale), password)
    if play_story(settings, console):
        return ExitCode.FINE
    logs = system.servers.layout.logs
    console.print(f"Look into {logs}, or start with --no-story to look at the running system.")
    return ExitCode.FAILED


def _stay() -> None:
    console.print()
    console.print("The system is up. Ctrl-C stops it; `sangathan story` plays the story again.")
    threading.Event().wait()


def _stop(system: System) -> None:
    """A second Ctrl-C while stopping changes nothing: what is half stopped is worse than what stops slowly."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    system.stop()


def _tell(sentence: str) -> None:
    console.print(f"[yellow]{sentence}[/]")


@contextmanager
def _stopping_on_signals() -> Iterator[None]:
    def ask(_number: int, _frame: FrameType | None) -> None:
        raise StopAsked

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, ask) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
