"""The live edge's command line: serve, migrate (it owns no database), openapi."""

import json
import logging
import resource
import sys
from collections.abc import Callable

import uvloop

from sangathan_chassis.logs import set_up_logs
from sangathan_chassis.settings import read_settings
from sangathan_live.document import document
from sangathan_live.edge import AUDIENCE, Edge, bind
from sangathan_live.processes import Supervisor
from sangathan_live.settings import LiveSettings
from sangathan_live.tallies import Tallies

log = logging.getLogger(__name__)


def main() -> None:
    """Runs the named command; exits 3 when the port cannot be had."""
    commands: dict[str, Callable[[], None]] = {"serve": _serve, "migrate": _migrate, "openapi": _openapi}
    command = commands.get(sys.argv[1]) if len(sys.argv) == 2 else None
    if command is None:
        raise SystemExit(f"usage: sangathan-live {' | '.join(commands)}")
    command()


def _serve() -> None:
    settings: LiveSettings = read_settings(LiveSettings)
    set_up_logs(AUDIENCE, settings.log_level)
    # picows would otherwise log every connection with its address.
    logging.getLogger("picows").setLevel(logging.ERROR)
    _raise_file_limit(settings)
    tallies = Tallies(settings.live_processes)
    try:
        if settings.live_processes == 1:
            uvloop.run(Edge(settings, tallies).run(shared_port=False))
            return
        bind(
            settings.host, settings.port, shared=False
        ).close()  # A port that is taken must be noticed: sharing hides it.
    except OSError as error:
        log.critical("cannot listen", extra={"fields": {"port": settings.port, "reason": error.strerror}})
        raise SystemExit(3) from None

    def work(number: int) -> None:
        tallies.become(number)
        uvloop.run(Edge(settings, tallies).run(shared_port=True))

    Supervisor(settings.live_processes, work).run()


def _raise_file_limit(settings: LiveSettings) -> None:
    """Each connection is a file; says so when the limit cannot hold as many as the settings allow."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = settings.live_max_connections + 200
    if soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, needed), hard))
        if hard < needed:
            log.warning("the limit on open files is below the limit on connections", extra={"fields": {"limit": hard}})


def _migrate() -> None:
    sys.stdout.write("the live edge owns no database\n")


def _openapi() -> None:
    sys.stdout.write(json.dumps(document(), ensure_ascii=False, indent=1, sort_keys=True) + "\n")
