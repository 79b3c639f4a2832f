"""How tests are shared out among processes: a file's together, and those of one running system together too.

And what every test leaves alone: the state of the account that runs them.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from xdist.remote import Producer  # type: ignore[import-untyped]
from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

TESTS = Path(__file__).parent
ONE_SYSTEM = ("system", "faults", "bench")
"""Folders whose files share one running system, the longest first."""


class TogetherScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """Gives one process the whole of a folder that shares a running system, and whole files otherwise."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        folder = file.split("/")[1]
        return folder if folder in ONE_SYSTEM else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> TogetherScheduling:
    """Called by `pytest --numprocesses`."""
    config.option.loadscopereorder = False
    return TogetherScheduling(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts what takes longest first, so that the processes end together; the rest stays in its random order."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    folder = item.path.relative_to(TESTS).parts[0]
    return ONE_SYSTEM.index(folder) if folder in ONE_SYSTEM else len(ONE_SYSTEM)


@pytest.fixture(scope="session", autouse=True)
def _state_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where commands keep what they remember of a sign-in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield
