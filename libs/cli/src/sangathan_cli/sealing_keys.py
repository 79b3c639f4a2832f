"""`sangathan rotate-keys --sealing`: a new key for the registry's sealed fields, and all of them sealed anew."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from sangathan_cli.child import entry_point
from sangathan_cli.faults import CliFault
from sangathan_cli.places import not_running, secrets
from sangathan_cli.run_state import running_state
from sangathan_embedded.key_rotation import WAITS, begin_sealing, seal_key_files
from sangathan_embedded.layout import Layout
from sangathan_embedded.ports import LOOPBACK

SERVICE: Final = "registry"


def rotate_sealing_key(data: Path, handed_out: Path | None, tell: Callable[[str], None], *, resume: bool) -> None:
    """Puts a new key first; of a system on the data directory everything is sealed anew as well, under a bar.

    ``resume`` goes on with what was broken off, under the key that is first already.
    """
    if handed_out is not None:
        new = begin_sealing(seal_key_files(handed_out, SERVICE))
        tell(f"Key {new} seals as soon as the registry sees its file; then run `sangathan-{SERVICE} reseal` beside it.")
        return
    layout = Layout(data.absolute())
    environment = _environment(data, layout)
    if not resume:
        new = begin_sealing(seal_key_files(layout.secrets, SERVICE))
        tell(f"Key {new} seals from now on.")
        time.sleep(WAITS.settle_s)
    done = subprocess.run([entry_point(f"sangathan-{SERVICE}"), "reseal"], env=environment, check=False)  # noqa: S603 - our own entry point.
    if done.returncode:
        msg = "Not everything was sealed anew; `sangathan rotate-keys --sealing --resume` goes on."
        raise CliFault(msg)
    tell("Earlier keys open nothing in the registry any more.")


def _environment(data: Path, layout: Layout) -> dict[str, str]:
    state = running_state(data)
    postgres = state.process("postgres") if state else None
    if postgres is None:
        raise not_running(data, "--secrets")
    password = secrets(data).role_password(SERVICE, "app")
    return {
        **os.environ,
        "SANGATHAN_DATABASE_URL": f"postgresql://{SERVICE}_app:{password}@{LOOPBACK}:{postgres.port}/{SERVICE}",
        "SANGATHAN_SEAL_KEY_FILE": str(secrets(data).seal_key(SERVICE)),
        "SANGATHAN_CARD_KEY_FILE": str(secrets(data).card_key),
        "SANGATHAN_ASSERTION_KEY_FILE": str(secrets(data).assertion_key(SERVICE)),
        "SANGATHAN_EVIDENCE_DIR": str(layout.evidence),
    }
