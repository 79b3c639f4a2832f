"""`sangathan rotate-keys --sealing`: a new key for each service's sealed fields, and all of them sealed anew."""

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from sangathan_cli.child import entry_point
from sangathan_cli.faults import CliFault
from sangathan_cli.places import not_running, secrets
from sangathan_cli.run_state import running_state
from sangathan_embedded.key_rotation import WAITS, begin_sealing, seal_key_files
from sangathan_embedded.layout import Layout
from sangathan_embedded.ports import LOOPBACK
from sangathan_embedded.services import CARDS


def begin_handed_out(folder: Path, services: Sequence[str], tell: Callable[[str], None]) -> None:
    """Puts a new key first in the files of a system elsewhere, whose operator seals anew when they are handed out."""
    for service, copies in {service: seal_key_files(folder, service) for service in services}.items():
        new = begin_sealing(copies)
        tell(f"Key {new} seals as soon as {service} sees its file; then run `sangathan-{service} reseal` beside it.")


def rotate_sealing_keys(data: Path, services: Sequence[str], tell: Callable[[str], None], *, resume: bool) -> None:
    """Puts a new key first for each service of the system on the data directory, and seals everything anew under it.

    ``resume`` goes on with what was broken off, under the keys that are first already.
    """
    layout = Layout(data.absolute())
    environments = {service: _environment(data, layout, service) for service in services}
    if not resume:
        for service in services:
            tell(f"Key {begin_sealing(seal_key_files(layout.secrets, service))} seals for {service} from now on.")
        time.sleep(WAITS.settle_s)
    left = [service for service in services if not _resealed(service, environments[service])]
    for service in services:
        if service not in left:
            tell(f"Earlier keys open nothing in {service} any more.")
    if left:
        msg = (
            f"Not everything of {', '.join(left)} was sealed anew; `sangathan rotate-keys --sealing --resume` goes on."
        )
        raise CliFault(msg)


def _resealed(service: str, environment: dict[str, str]) -> bool:
    done = subprocess.run([entry_point(f"sangathan-{service}"), "reseal"], env=environment, check=False)  # noqa: S603 - our own entry point.
    return not done.returncode


def _environment(data: Path, layout: Layout, service: str) -> dict[str, str]:
    state = running_state(data)
    postgres = state.process("postgres") if state else None
    if postgres is None:
        raise not_running(data, "--secrets")
    password = secrets(data).role_password(service, "app")
    given = {
        **os.environ,
        "SANGATHAN_DATABASE_URL": f"postgresql://{service}_app:{password}@{LOOPBACK}:{postgres.port}/{service}",
        "SANGATHAN_SEAL_KEY_FILE": str(secrets(data).seal_key(service)),
        "SANGATHAN_ASSERTION_KEY_FILE": str(secrets(data).assertion_key(service)),
    }
    if service == CARDS:
        given["SANGATHAN_CARD_KEY_FILE"] = str(secrets(data).card_key)
        given["SANGATHAN_EVIDENCE_DIR"] = str(layout.evidence)
    return given
