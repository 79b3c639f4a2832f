"""`sangathan audit verify`: whether anything was deleted, changed or reordered on the services' audit trails."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from sangathan_chassis.assertion import KeyFile
from sangathan_chassis.audit_verify import Report, Witnessed, verify, witnessed_heads
from sangathan_chassis.sealing import Sealer
from sangathan_cli.faults import CliFault, ExitCode
from sangathan_cli.options import DEFAULT_DATA, DataOption, JsonOption, examples
from sangathan_cli.output import console, print_json
from sangathan_cli.places import not_running, secrets
from sangathan_cli.run_state import running_state
from sangathan_embedded.ports import LOOPBACK
from sangathan_embedded.services import DATABASES, SEALING

audit_app = typer.Typer(help="The services' audit trails.", no_args_is_help=True)

SecretsOption = Annotated[
    Path | None,
    typer.Option(
        "--operator", help="The operator's folder of `sangathan secrets`, for servers elsewhere.", file_okay=False
    ),
]


@dataclass(frozen=True, slots=True)
class Trails:
    """Where each service's database is, as its owner, and the keys of those that countersign."""

    urls: dict[str, str]
    seal_keys: dict[str, Path]


@audit_app.command(
    "verify",
    epilog=examples("sangathan audit verify", "sangathan audit verify --operator deploy/secrets/operator --json"),
)
def audit_verify(
    *, data: DataOption = DEFAULT_DATA, operator: SecretsOption = None, as_json: JsonOption = False
) -> None:
    """Compute every link of every trail anew and compare it with what is stored and countersigned."""
    trails = _elsewhere(operator) if operator is not None else _embedded(data)
    with console.status("following the links"):
        reports = asyncio.run(verify_all(trails))
    if as_json:
        print_json({service: report.as_dict() for service, report in reports.items()})
    else:
        for service, report in reports.items():
            _tell(service, report)
    if any(report.faults for report in reports.values()):
        raise typer.Exit(ExitCode.FAILED)


async def verify_all(trails: Trails) -> dict[str, Report]:
    """A report per service, each held against the heads that the others have countersigned."""
    heads: list[Witnessed] = []
    for service, key_file in trails.seal_keys.items():
        heads += await witnessed_heads(trails.urls[service], Sealer(KeyFile(key_file)))
    return {
        service: await verify(url, [head for head in heads if head.service == service])
        for service, url in trails.urls.items()
    }


def _tell(service: str, report: Report) -> None:
    verdict = "[red]BROKEN[/red]" if report.faults else "[green]whole[/green]"
    console.print(
        f"{service:<10} {verdict}  {report.entries:,} entries, {report.heads_checked:,} countersigned heads agree"
    )
    for fault in report.faults:
        console.print(f"  {fault}")


def _embedded(data: Path) -> Trails:
    state = running_state(data)
    postgres = state.process("postgres") if state else None
    if postgres is None:
        raise not_running(data, "--operator")
    files = secrets(data)
    urls = {
        service: f"postgresql://{service}_migrator:{files.role_password(service, 'migrator')}"
        f"@{LOOPBACK}:{postgres.port}/{service}"
        for service in DATABASES
    }
    return Trails(urls, {service: files.seal_key(service) for service in SEALING})


def _elsewhere(operator: Path) -> Trails:
    urls = {}
    for service in DATABASES:
        path = operator / service / "sangathan_migrator_url"
        if not path.is_file():
            msg = f"{path} is missing; --operator takes the folder `operator` that `sangathan secrets` makes."
            raise CliFault(msg, ExitCode.USAGE)
        urls[service] = path.read_text().strip()
    return Trails(urls, {service: operator / service / "seal.key" for service in SEALING})
