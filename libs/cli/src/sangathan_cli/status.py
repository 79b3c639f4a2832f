"""`sangathan status`: what runs, where, and whether each part is ready."""

from dataclasses import asdict, dataclass
from pathlib import Path

from rich.table import Table

from sangathan_cli.faults import ExitCode
from sangathan_cli.output import console, print_json
from sangathan_cli.places import setting
from sangathan_cli.readiness import Health, ask, ask_url
from sangathan_cli.run_state import RunningProcess, RunState, running_state
from sangathan_embedded.ports import answers
from sangathan_embedded.services import PROCESSES


@dataclass(frozen=True, slots=True)
class PartStatus:
    """One part as it is now."""

    name: str
    ready: bool
    why: str
    port: int = 0
    pid: int = 0
    restarts: int = 0


def status(data: Path, *, as_json: bool) -> ExitCode:
    """Prints the state of the system on the data directory, or of the one that the environment names."""
    state = running_state(data)
    parts = _elsewhere() if state is None else [_part(process) for process in state.processes]
    if as_json:
        print_json({"running": bool(parts), **_places(state), "parts": [asdict(part) for part in parts]})
    elif parts:
        _show(state, parts)
    else:
        console.print(f"No system runs on {data}. Start one with `sangathan up`.")
    if not parts:
        return ExitCode.NOT_RUNNING
    return ExitCode.FINE if all(part.ready for part in parts) else ExitCode.FAILED


def _part(process: RunningProcess) -> PartStatus:
    health = _health(process)
    return PartStatus(process.name, health.ready, health.why, process.port, process.pid, process.restarts)


def _health(process: RunningProcess) -> Health:
    if not process.alive():
        return Health(ready=False, checks={"process": "dead; `up` is about to start it again"})
    if process.name in PROCESSES:
        return ask(process.port)
    answered = answers(process.port)
    return Health(ready=answered, checks={} if answered else {"answer": "none"})


def _elsewhere() -> list[PartStatus]:
    """The processes whose URLs the environment gives."""
    urls = {name: setting(f"{name}_url") for name in PROCESSES}
    healths = {name: ask_url(url) for name, url in urls.items() if url}
    return [PartStatus(name, health.ready, health.why) for name, health in healths.items()]


def _places(state: RunState | None) -> dict[str, str | int]:
    if state is None:
        return {}
    return {
        "pid": state.pid,
        "started_at": state.started_at,
        "scale": state.scale,
        "gateway_url": state.gateway_url,
        "live_url": state.live_url,
    }


def _show(state: RunState | None, parts: list[PartStatus]) -> None:
    if state:
        console.print(f"up since {state.started_at} (process {state.pid}), {state.scale} demo state")
        console.print(f"REST {state.gateway_url}   live {state.live_url}")
    table = Table()
    for heading in ("part", "state", "port", "process", "restarts"):
        table.add_column(heading)
    for part in parts:
        said = "[green]ready[/]" if part.ready else f"[red]not ready[/] {part.why}"
        table.add_row(part.name, said, str(part.port or ""), str(part.pid or ""), str(part.restarts))
    console.print(table)
