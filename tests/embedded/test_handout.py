"""Every process gets the secrets it needs and nobody else's."""

import stat
from pathlib import Path

import pytest

from sangathan_embedded.handout import Servers, hand_out
from sangathan_embedded.services import AUDIENCES, DATABASES, PROCESSES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    hand_out(tmp_path / "secrets", Servers())
    return tmp_path / "secrets"


def texts(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_handing_out_again_changes_nothing(folder: Path) -> None:
    before = texts(folder)

    hand_out(folder, Servers())

    assert texts(folder) == before


def test_only_the_owner_may_enter_the_folder(folder: Path) -> None:
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("process", PROCESSES)
def test_a_process_in_a_container_can_read_its_files(folder: Path, process: str) -> None:
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (folder / process).rglob("*")}

    assert modes <= {0o444, 0o755}


@pytest.mark.parametrize("service", DATABASES)
def test_a_running_service_never_sees_the_owner_of_its_database(folder: Path, service: str) -> None:
    owner_url = (folder / "operator" / service / "sangathan_migrator_url").read_text()
    password = owner_url.split(":")[2].partition("@")[0]

    seen = [name for name, text in texts(folder).items() if password in text]

    assert not [name for name in seen if name.startswith(PROCESSES)]


def test_only_the_gateway_holds_the_keys_of_all(folder: Path) -> None:
    keys = {audience: (folder / "gateway" / "assertion" / f"{audience}.key").read_text() for audience in AUDIENCES}

    for audience in AUDIENCES:
        held = [other for other, key in keys.items() if key in texts(folder / audience).values()]
        assert held == [audience]


def test_the_broker_knows_the_password_that_a_process_was_given(folder: Path) -> None:
    conf = (folder / "nats" / "nats.conf").read_text()

    assert all((folder / process / "sangathan_nats_password").read_text() in conf for process in PROCESSES)
