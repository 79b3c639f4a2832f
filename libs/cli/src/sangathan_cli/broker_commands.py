"""`sangathan topology` and `sangathan dlq`: the broker's shape and its dead letters, as the operator."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from sangathan_cli import dlq
from sangathan_cli.faults import CliFault, ExitCode
from sangathan_cli.options import DEFAULT_DATA, DataOption, JsonOption, examples
from sangathan_cli.output import console, print_json
from sangathan_cli.places import broker
from sangathan_contracts.topology import USERS, BrokerPlace, render_nats_conf
from sangathan_embedded import apply_topology

topology_app = typer.Typer(help="The broker's streams, consumers and users.", no_args_is_help=True)
dlq_app = typer.Typer(help="Dead letters: what a consumer could not handle.", no_args_is_help=True)


@topology_app.command(
    "apply",
    epilog=examples(
        "sangathan topology apply",
        "SANGATHAN_NATS_URL=nats://nats:4222 SANGATHAN_SECRETS_DIR=/run/secrets sangathan topology apply --replicas 3",
    ),
)
def topology_apply(
    *,
    data: DataOption = DEFAULT_DATA,
    replicas: Annotated[int, typer.Option(min=1, max=5, help="Copies of each stream; 3 in production.")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Create missing streams and consumers and change those that differ; delete nothing."""
    place = broker(data)
    done = asyncio.run(apply_topology(place.url, place.password, user=place.user, replicas=replicas))
    if as_json:
        print_json(done)
        return
    for line in done or ["nothing to change"]:
        console.print(line)


@topology_app.command(
    "nats-conf",
    epilog=examples(
        "sangathan topology nats-conf --secrets secrets --listen 0.0.0.0:4222 --store /data > nats.conf",
        "sangathan topology nats-conf   # passwords from nats-server's environment: $NATS_PASSWORD_REGISTRY, …",
    ),
)
def nats_conf(
    *,
    secrets: Annotated[Path | None, typer.Option(help="Directory with nats_<user>_password files.")] = None,
    listen: Annotated[str, typer.Option(help="HOST:PORT for clients.")] = "0.0.0.0:4222",
    monitor_port: Annotated[int, typer.Option(help="Port for health checks and metrics; 0 for none.")] = 8222,
    store: Annotated[Path, typer.Option(help="JetStream's directory.")] = Path("/data"),
    sync_interval: Annotated[
        str, typer.Option(help='"always" in production: an acknowledged event is on disk.')
    ] = "always",
) -> None:
    """Print nats.conf with one least-privilege user per process."""
    host, _, port = listen.rpartition(":")
    if not (host and port.isdigit()):
        msg = f"--listen takes HOST:PORT, not {listen!r}."
        raise CliFault(msg, ExitCode.USAGE)
    place = BrokerPlace(host, int(port), store, sync_interval, monitor_port or None)
    print(render_nats_conf(place, {user.name: _password(secrets, user.name) for user in USERS}), end="")


def _password(secrets: Path | None, user: str) -> str:
    if secrets is None:
        return f"$NATS_PASSWORD_{user.upper()}"
    path = secrets / f"nats_{user}_password"
    if not path.is_file():
        msg = f"{path} is missing: every NATS user needs a password."
        raise CliFault(msg, ExitCode.CANNOT_START)
    return path.read_text().strip()


@dlq_app.command("list", epilog=examples("sangathan dlq list", "sangathan dlq list --consumer registry-tree --json"))
def dlq_list(
    *,
    data: DataOption = DEFAULT_DATA,
    consumer: Annotated[str, typer.Option(help="Only this consumer's.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: JsonOption = False,
) -> None:
    """List dead letters, newest first."""
    letters = dlq.list_letters(broker(data), consumer, limit)
    if as_json:
        print_json([letter.as_json(whole=False) for letter in letters])
        return
    if not letters:
        console.print("There are no dead letters.")
        return
    table = Table()
    for heading in ("number", "consumer", "event", "died at", "reason"):
        table.add_column(heading)
    for letter in letters:
        table.add_row(str(letter.number), letter.consumer, letter.event_type, letter.died_at, letter.reason)
    console.print(table)


@dlq_app.command("show", epilog=examples("sangathan dlq show 17"))
def dlq_show(number: int, data: DataOption = DEFAULT_DATA) -> None:
    """Show one dead letter whole, as JSON."""
    print_json(dlq.show_letter(broker(data), number).as_json(whole=True))


@dlq_app.command(
    "requeue", epilog=examples("sangathan dlq requeue 17 18", "sangathan dlq requeue --all-of registry-tree")
)
def dlq_requeue(
    *,
    numbers: Annotated[list[int] | None, typer.Argument(help="The letters' numbers.")] = None,
    data: DataOption = DEFAULT_DATA,
    all_of: Annotated[str, typer.Option(help="Every dead letter of this consumer.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Send dead letters back to the one consumer that each came from."""
    place = broker(data)
    chosen = list(numbers or [])
    if all_of:
        chosen += [letter.number for letter in reversed(dlq.list_letters(place, all_of, 10_000))]
    if not chosen and not all_of:
        msg = "Name the numbers of the letters, or --all-of a consumer."
        raise CliFault(msg, ExitCode.USAGE)
    sent = dlq.requeue_letters(place, chosen)
    if as_json:
        print_json([letter.as_json(whole=False) for letter in sent])
        return
    for letter in sent:
        console.print(f"{letter.number} sent back to {letter.consumer}")
    if not sent:
        console.print("There was nothing to send back.")
