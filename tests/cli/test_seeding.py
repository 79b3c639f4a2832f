"""The demo state is loaded once per data directory, and an interrupted load goes on where it stopped."""

from pathlib import Path

import pytest

from sangathan_cli import seeding
from sangathan_cli.faults import CliFault, ExitCode
from sangathan_cli.seeding import SeedRecord, seed, truth_of


class Loaders:
    """Services that note what they are told to load, or fail."""

    def __init__(self, failing: str = "") -> None:
        self.called: list[str] = []
        self._failing = failing

    def load(self, service: str, _folder: Path) -> None:
        if service == self._failing:
            msg = "the service refused"
            raise CliFault(msg)
        self.called.append(service)


@pytest.fixture(autouse=True)
def tiny_dataset(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dataset without files: what is loaded is the services' business."""

    class Tiny:
        workers = 3

    monkeypatch.setattr(seeding, "write_with_progress", lambda *_words: Tiny())


def test_every_service_takes_its_part_in_order(tmp_path: Path) -> None:
    loaders = Loaders()
    assert seed(tmp_path, "small", "secret", loaders.load)
    assert loaders.called == ["identity", "registry"]


def test_a_second_start_loads_nothing(tmp_path: Path) -> None:
    seed(tmp_path, "small", "secret", Loaders().load)
    again = Loaders()
    assert not seed(tmp_path, "small", "secret", again.load)
    assert again.called == []


def test_a_load_that_broke_off_goes_on_with_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(CliFault):
        seed(tmp_path, "small", "secret", Loaders(failing="registry").load)
    again = Loaders()
    seed(tmp_path, "small", "secret", again.load)
    assert again.called == ["registry"]


def test_another_scale_on_the_same_directory_is_refused(tmp_path: Path) -> None:
    seed(tmp_path, "small", "secret", Loaders().load)
    with pytest.raises(CliFault, match="holds the small demo state already") as caught:
        seed(tmp_path, "full", "secret", Loaders().load)
    assert caught.value.code is ExitCode.CANNOT_START


def test_the_record_is_complete_only_with_every_service(tmp_path: Path) -> None:
    record = SeedRecord(tmp_path)
    record.note("small", "identity")
    assert not record.complete()


def test_the_truth_of_an_unseeded_directory_is_told_missing(tmp_path: Path) -> None:
    with pytest.raises(CliFault, match="holds no demo state"):
        truth_of(tmp_path, "small")
