"""One running system for all tests here: starting it costs more than any of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.demo_system import PASSWORD, DemoSystem, running_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoSystem]:
    """The whole system on the tiny demo state, for the whole session."""
    with running_demo(tmp_path_factory.mktemp("system")) as running:
        yield running


@pytest.fixture
def password_file(demo: DemoSystem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo's password where a command looks for it, and the gateway where it finds it."""
    monkeypatch.setenv("SANGATHAN_GATEWAY_URL", str(demo.http.base_url))
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n")
    return file
