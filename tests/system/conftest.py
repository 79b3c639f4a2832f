"""One running system for all tests here: starting it costs more than any of them."""

from collections.abc import Iterator

import pytest

from tests.system.demo_system import DemoSystem, running_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoSystem]:
    """The whole system on the tiny demo state, for the whole session."""
    with running_demo(tmp_path_factory.mktemp("system")) as running:
        yield running
