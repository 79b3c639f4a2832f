"""Assertion keys take turns in three writes, so that whoever reads a file at any moment verifies what is under way."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from sangathan_chassis.assertion import Claims, KeyFile, Minter, Verifier
from sangathan_embedded.faults import EmbeddedFault
from sangathan_embedded.handout import Servers, hand_out
from sangathan_embedded.key_rotation import Waits, begin_sealing, key_files, rotate, seal_key_files
from sangathan_embedded.services import AUDIENCES

CLAIMS = Claims(aud="registry", act="worker.list", iat=1000, exp=1030)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    hand_out(tmp_path / "secrets", Servers())
    return tmp_path / "secrets"


def looking_anew(path: Path, monkeypatch: pytest.MonkeyPatch) -> KeyFile:
    monkeypatch.setattr(KeyFile, "CHECK_EVERY_S", -1.0)
    return KeyFile(path)


def key_ids(path: Path) -> list[str]:
    return [line.partition(":")[0] for line in path.read_text().split()]


def test_every_copy_of_every_audiences_key_changes(folder: Path) -> None:
    files = key_files(folder)
    before = {path: path.read_text() for copies in files.values() for path in copies}
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in before}
    waited: list[float] = []

    said = list(rotate(files, Waits(1, 30), sleep=waited.append))

    assert (len(said), waited) == (3, [1, 31])
    assert set(files) == set(AUDIENCES)
    for copies in files.values():
        assert len(copies) == 3
        assert len({path.read_text() for path in copies}) == 1
    assert not [path for path, text in before.items() if path.read_text() == text or len(key_ids(path)) != 1]
    assert {path: stat.S_IMODE(path.stat().st_mode) for path in before} == modes


def test_whoever_signs_and_whoever_verifies_may_be_a_step_apart(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step is looked at by the gateway before the service has, and the other way round."""
    files = {"registry": key_files(folder)["registry"]}
    gateway, service = [looking_anew(path, monkeypatch) for path in files["registry"][1:3]]
    minter, verifier = Minter(gateway), Verifier(service, "registry", lambda: 1010.0)
    tokens: list[str] = []

    def good(_wait: float) -> None:
        tokens.append(minter.mint(CLAIMS))
        assert all(verifier.verify(token) == CLAIMS for token in tokens)

    good(0)
    assert len(list(rotate(files, sleep=good))) == 3
    assert verifier.verify(minter.mint(CLAIMS)) == CLAIMS
    assert len({token.partition(".")[0] for token in tokens}) == 2


def test_an_unknown_key_is_looked_for_at_once(folder: Path) -> None:
    """Although the file was looked at a moment ago."""
    path = key_files(folder)["registry"][1]
    verifier = Verifier(KeyFile(path), "registry", lambda: 1010.0)
    list(rotate({"registry": [path]}, sleep=lambda _wait: None))
    assert verifier.verify(Minter(KeyFile(path)).mint(CLAIMS)) == CLAIMS


@pytest.mark.parametrize(
    "spoil", [lambda path: path.unlink(), lambda path: path.write_text("half:a-li")], ids=["gone", "half"]
)
def test_a_file_that_cannot_be_read_any_more_takes_nobody_down(
    folder: Path, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Path], None]
) -> None:
    path = key_files(folder)["registry"][1]
    keys = looking_anew(path, monkeypatch)
    before = keys.current()
    spoil(path)
    assert keys.current() == before


def test_a_folder_without_keys_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedFault, match="no assertion keys of identity"):
        key_files(tmp_path)


def test_a_new_sealing_key_comes_first_in_every_copy_and_the_last_stays_last(folder: Path) -> None:
    copies = seal_key_files(folder, "registry")
    assert {path.relative_to(folder).as_posix() for path in copies} == {
        "sources/seal/registry.key",
        "registry/seal.key",
        "operator/registry/seal.key",
    }
    seals, index = key_ids(copies[0])
    new = begin_sealing(copies)
    assert {tuple(key_ids(path)) for path in copies} == {(new, seals, index)}
    hand_out(folder, Servers())
    assert {tuple(key_ids(path)) for path in copies} == {(new, seals, index)}, "handing out again changes nothing"


def test_where_nothing_is_sealed_no_key_takes_turns(folder: Path) -> None:
    with pytest.raises(EmbeddedFault, match="holds no sealing keys of notify"):
        seal_key_files(folder, "notify")
