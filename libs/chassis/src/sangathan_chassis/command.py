"""The command line that every service offers: serve, migrate, openapi, and what it adds itself."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from sangathan_chassis.migrate import migrate
from sangathan_chassis.service import Service, serve
from sangathan_chassis.settings import MigratorSettings, read_settings

Load = Callable[[str, Path], Coroutine[Any, Any, None]]
Reseal = Callable[[Any], Coroutine[Any, Any, int]]


def service_command(
    service: Service[Any, Any], *, load: Load | None = None, reseal: Reseal | None = None
) -> typer.Typer:
    """The service's commands; ``load`` copies a data set's files in as the owner role.

    ``reseal`` takes the service's settings, and gives how many seals it could not renew.
    """
    command = typer.Typer(help=f"Sangathan {service.name}.", no_args_is_help=True, add_completion=False)

    @command.command("serve", help="Answer requests until SIGTERM.")
    def serve_() -> None:
        settings = read_settings(service.settings_type)
        app = service.app(settings)

        def unready() -> None:
            readiness = getattr(app.state, "readiness", None)
            if readiness is not None:
                readiness.draining = True

        serve(app, settings, service=service.name, unready=unready)

    @command.command("migrate", help="Bring the database to the newest revision, as its owner.")
    def migrate_() -> None:
        settings: MigratorSettings = read_settings(MigratorSettings)
        typer.echo(asyncio.run(migrate(settings.migrator_url.get_secret_value(), service.migrations)))

    @command.command(help="Print the OpenAPI document; needs no server.")
    def openapi() -> None:
        typer.echo(json.dumps(service.app().openapi(), ensure_ascii=False, indent=1, sort_keys=True))

    if load is not None:
        _add_load(command, load)
    if reseal is not None:
        _add_reseal(command, service, reseal)
    return command


def _add_load(command: typer.Typer, load: Load) -> None:
    @command.command("load", help="Load a data set's files with COPY, as the owner role.")
    def load_(folder: Annotated[Path, typer.Argument(exists=True, file_okay=False)]) -> None:
        settings: MigratorSettings = read_settings(MigratorSettings)
        asyncio.run(load(settings.migrator_url.get_secret_value(), folder))


def _add_reseal(command: typer.Typer, service: Service[Any, Any], reseal: Reseal) -> None:
    @command.command("reseal", help="Seal anew, under the key file's first key, what other keys have sealed.")
    def reseal_() -> None:
        raise typer.Exit(bool(asyncio.run(reseal(read_settings(service.settings_type)))))
