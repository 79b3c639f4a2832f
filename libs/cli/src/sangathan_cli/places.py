"""Where the running system is: what the environment names, which may be any cluster, else the data directory."""

import os
from dataclasses import dataclass
from pathlib import Path

from sangathan_cli.faults import CliFault, ExitCode
from sangathan_cli.run_state import running_state
from sangathan_cli.seeding import SeedRecord, truth_of
from sangathan_contracts.topology import OPERATOR
from sangathan_demo.story import StorySettings
from sangathan_demo.truth import read_truth
from sangathan_embedded.layout import Layout
from sangathan_embedded.secret_files import SecretFiles


@dataclass(frozen=True, slots=True)
class BrokerPlace:
    """How to reach the broker as the operator."""

    url: str
    user: str
    password: str


def setting(name: str) -> str:
    """``SANGATHAN_<NAME>``, or the file ``sangathan_<name>`` in ``SANGATHAN_SECRETS_DIR``; empty without either."""
    given = os.environ.get(f"SANGATHAN_{name.upper()}", "")
    folder = os.environ.get("SANGATHAN_SECRETS_DIR", "")
    if not given and folder:
        path = Path(folder) / f"sangathan_{name.lower()}"
        return path.read_text().strip() if path.is_file() else ""
    return given


def broker(data: Path) -> BrokerPlace:
    """The broker; raises CliFault when no system runs and none is named."""
    url, password = setting("nats_url"), setting("nats_password")
    if url:
        return BrokerPlace(url, setting("nats_user") or OPERATOR, password)
    state = running_state(data)
    if state is None:
        raise not_running(data, "SANGATHAN_NATS_URL and SANGATHAN_NATS_PASSWORD")
    return BrokerPlace(state.nats_url, OPERATOR, secrets(data).nats_password(OPERATOR))


def story_settings(data: Path) -> StorySettings:
    """The system to play the story on; raises CliFault when none runs and none is named."""
    gateway, live = setting("gateway_url"), setting("live_url")
    if gateway and live:
        return StorySettings(gateway, live, read_truth(_dataset()), setting("demo_password"))
    state = running_state(data)
    if state is None:
        raise not_running(
            data, "SANGATHAN_GATEWAY_URL, SANGATHAN_LIVE_URL, SANGATHAN_DATASET_DIR and SANGATHAN_DEMO_PASSWORD"
        )
    truth = truth_of(data, SeedRecord(data).scale() or state.scale)
    return StorySettings(state.gateway_url, state.live_url, truth, secrets(data).demo_password())


def secrets(data: Path) -> SecretFiles:
    """The data directory's secrets."""
    return SecretFiles(Layout(data.absolute()).secrets)


def not_running(data: Path, names: str) -> CliFault:
    """The fault that says nothing runs, and how to name a system elsewhere."""
    sentence = f"No system runs on {data}. Start one with `sangathan up`, or name one elsewhere by {names}."
    return CliFault(sentence, ExitCode.NOT_RUNNING)


def _dataset() -> Path:
    folder = Path(setting("dataset_dir") or ".")
    if not (folder / "truth.json").is_file():
        msg = f"SANGATHAN_DATASET_DIR names no dataset: {folder}/truth.json is missing."
        raise CliFault(msg, ExitCode.USAGE)
    return folder
