"""The README's curl lines name people, booths and workers of the demo state; they must be the ones that it says."""

import re

import pytest

from sangathan_demo.dataset import write_dataset
from sangathan_demo.truth import LevelTruth, Truth
from tests.quality.tree import ROOT

README = (ROOT / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    return write_dataset(tmp_path_factory.mktemp("dataset"), "small", "a password for nobody")


@pytest.fixture(scope="module")
def booth(truth: Truth) -> LevelTruth:
    return truth.level("booth")


def named(pattern: str) -> str:
    """The one thing that the README names in this place."""
    found = re.search(pattern, README)
    assert found, f"the README has nothing like {pattern}"
    return found.group(1)


def test_the_readme_signs_in_as_the_booth_president(booth: LevelTruth) -> None:
    assert named(r'\\"phone\\": \\"(\+\d+)\\"') == booth.sign_in.phone
    assert f"president of {booth.unit.name_en}" in README


def test_the_readme_counts_the_own_booth(booth: LevelTruth) -> None:
    assert named(r"unit-counts\?unit_id=([0-9a-f-]+)") == booth.unit.unit_id
    assert f'"active":{booth.unit.workers}' in README


def test_the_readme_asks_for_the_next_booth(booth: LevelTruth) -> None:
    assert named(r"workers\?unit_id=([0-9a-f-]+)") == booth.beside().unit.unit_id


def test_the_readme_asks_for_a_worker_who_is_not_in_the_booth(truth: Truth, booth: LevelTruth) -> None:
    elsewhere = named(r"ask 'workers/([0-9a-f-]+)' +# a worker elsewhere")

    assert elsewhere == truth.level("state").worker_id
    assert elsewhere != booth.worker_id


def test_the_readme_says_how_large_the_demo_state_is(truth: Truth) -> None:
    assert f"{truth.level('state').unit.workers:,} workers" in README
