"""Fills a new system with the demo state, once per data directory, and remembers how far that got."""

import json
from collections.abc import Callable
from pathlib import Path

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from sangathan_cli.faults import CliFault, ExitCode
from sangathan_cli.output import console
from sangathan_demo.dataset import write_dataset
from sangathan_demo.truth import Truth, read_truth

LOADERS = ("identity", "registry")
"""The services that take part of the demo data, in order."""


class SeedRecord:
    """What was loaded on a data directory: the scale, and which services have taken their part."""

    def __init__(self, data: Path) -> None:
        self._path = data / "seed.json"

    def scale(self) -> str:
        """The loaded scale; empty before any."""
        return str(self._read().get("scale", ""))

    def loaded(self) -> tuple[str, ...]:
        """The services that have committed their part."""
        return tuple(self._read().get("loaded", ()))

    def complete(self) -> bool:
        """Whether every service has its part."""
        return set(self.loaded()) >= set(LOADERS)

    def note(self, scale: str, service: str) -> None:
        """Remembers that a service has committed its part."""
        loaded = [*self.loaded(), service]
        waiting = self._path.with_suffix(".new")
        waiting.write_text(json.dumps({"scale": scale, "loaded": loaded}) + "\n")
        waiting.replace(self._path)

    def _read(self) -> dict[str, str]:
        try:
            return dict(json.loads(self._path.read_text()))
        except (OSError, ValueError):
            return {}


def dataset_folder(data: Path, scale: str) -> Path:
    """Where the dataset of a scale is written."""
    return data / f"dataset-{scale}"


def truth_of(data: Path, scale: str) -> Truth:
    """The truth of the loaded dataset; raises CliFault when nothing was loaded."""
    try:
        return read_truth(dataset_folder(data, scale))
    except FileNotFoundError as error:
        msg = f"{data} holds no demo state; load one with `sangathan seed`."
        raise CliFault(msg, ExitCode.NOT_RUNNING) from error


def seed(data: Path, scale: str, password: str, load: Callable[[str, Path], None]) -> bool:
    """Writes the dataset and has each service load it; does what is missing and says whether anything was."""
    record = SeedRecord(data)
    if record.scale() not in ("", scale):
        msg = f"{data} holds the {record.scale()} demo state already; choose another --data for the {scale} one."
        raise CliFault(msg, ExitCode.CANNOT_START)
    if record.complete():
        return False
    folder = dataset_folder(data, scale)
    try:
        truth = read_truth(folder)
    except FileNotFoundError:
        truth = write_with_progress(folder, scale, password)
    for service in LOADERS:
        if service not in record.loaded():
            with console.status(f"{service} loads the demo state of {truth.workers:,} workers"):
                load(service, folder)
            record.note(scale, service)
            console.print(f"  {service} has loaded its part of the demo state")
    return True


def write_with_progress(folder: Path, scale: str, password: str) -> Truth:
    """Writes the dataset under a progress bar."""
    columns = (TextColumn("  {task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as progress:
        task = progress.add_task(f"making the {scale} demo state", total=None)
        truth = write_dataset(
            folder, scale, password, lambda done, total: progress.update(task, completed=done, total=total)
        )
    console.print(f"  demo state made: {truth.workers:,} synthetic workers ({scale})")
    return truth
