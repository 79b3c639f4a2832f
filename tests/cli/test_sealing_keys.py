"""A new key for sealed fields, of every service that seals or of one, as an operator asks for it."""

from pathlib import Path

import pytest

from sangathan_embedded.handout import Servers, hand_out
from sangathan_embedded.key_rotation import seal_key_files
from tests.cli.conftest import Command


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    hand_out(tmp_path, Servers())
    return tmp_path


def keys(folder: Path) -> dict[str, list[str]]:
    return {service: seal_key_files(folder, service)[0].read_text().split() for service in ("identity", "registry")}


def test_each_service_that_seals_gets_a_key_of_its_own(sangathan: Command, folder: Path) -> None:
    before = keys(folder)
    done = sangathan("rotate-keys", "--sealing", "--secrets", str(folder))
    assert done.returncode == 0
    after = keys(folder)
    assert {service: after[service][1:] for service in after} == before
    assert after["identity"][0] != after["registry"][0]
    for service in after:
        assert f"`sangathan-{service} reseal`" in done.stdout


def test_one_service_by_itself_leaves_the_other_as_it_is(sangathan: Command, folder: Path) -> None:
    before = keys(folder)
    assert sangathan("rotate-keys", "--sealing", "--only", "identity", "--secrets", str(folder)).returncode == 0
    after = keys(folder)
    assert (after["registry"], len(after["identity"])) == (before["registry"], 3)


def test_a_service_that_seals_nothing_is_refused_and_no_key_is_made(sangathan: Command, folder: Path) -> None:
    before = keys(folder)
    done = sangathan("rotate-keys", "--sealing", "--only", "notify", "--secrets", str(folder))
    assert done.returncode == 2
    assert "There are no sealing keys of notify; there are those of identity, registry." in done.stderr
    assert keys(folder) == before


def test_where_nothing_runs_no_key_is_made(sangathan: Command, data_dir: Path) -> None:
    hand_out(data_dir / "secrets", Servers())
    done = sangathan("rotate-keys", "--sealing", "--data", str(data_dir))
    assert (done.returncode, "No system runs on" in done.stderr) == (4, True)
