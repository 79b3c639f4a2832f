"""A small disk under PostgreSQL's data or the broker's store, which fills up while people work and gets space again.

The disk is a tmpfs, which only who may mount can make: root on most machines, CI among them. For anybody else `allowed`
says no, and what needs it is left out with a plain word.
"""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeVar

from tests.faults.chaos import Chaos
from tests.faults.ledger import Ledger

T = TypeVar("T")

_ROOMY: Final = 3 << 30
_LEFT: Final = {"postgres": 1 << 20, "nats": 1 << 16}
_SAID: Final = "no space left on device"
_LINGERS_S: Final = 2.0
_TRIES: Final = 20


def allowed() -> bool:
    """Whether a tmpfs can be mounted here."""
    with TemporaryDirectory(prefix="sangathan-") as folder:
        if not _mounted(Path(folder), f"size={_ROOMY}"):
            return False
        _run("umount", folder)
    return True


async def postgres_fills_up(chaos: Chaos, ledger: Ledger) -> None:
    """Its data's disk is full until somebody was told to ask again later; then there is space, and nobody does more."""
    async with _disk_under(chaos, "postgres") as disk:
        told = ledger.answers.get("503", 0)
        await _fill(chaos, disk, "postgres")
        await chaos.until(lambda: ledger.answers.get("503", 0) > told, "an answer that asks for patience")
        await asyncio.sleep(_LINGERS_S)
        disk.widen()
        await chaos.all_ready()


async def broker_fills_up(chaos: Chaos, ledger: Ledger) -> None:
    """Its store's disk is full and records still come in; then there is space, and the broker is started once more."""
    async with _disk_under(chaos, "nats") as disk:
        await _fill(chaos, disk, "nats")
        before = len(ledger.acknowledged)
        await chaos.until(lambda: len(ledger.acknowledged) > before, "records are taken without the broker")
        await asyncio.sleep(_LINGERS_S)
        disk.widen()
        # A stream that could not be written takes nothing more until nats-server is started again, which leaving does.


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A tmpfs mounted where a folder was, with what was in the folder."""

    folder: Path

    @classmethod
    def under(cls, folder: Path) -> "SmallDisk":
        """Puts the folder's content on a disk of its own."""
        _run("mv", folder, _aside(folder))
        folder.mkdir(mode=0o700)
        if not _mounted(folder, f"size={_ROOMY}"):
            msg = f"no tmpfs can be mounted on {folder}"
            raise PermissionError(msg)
        _run("cp", "-a", f"{_aside(folder)}/.", folder)
        shutil.rmtree(_aside(folder))
        return cls(folder)

    def give_back(self) -> None:
        """Puts the content back where it was, and the disk away."""
        _run("cp", "-a", self.folder, _aside(self.folder))
        _run("umount", self.folder)
        self.folder.rmdir()
        _run("mv", _aside(self.folder), self.folder)

    def leave(self, free: int) -> None:
        """Makes the disk so small that no more than this is free, whatever is written meanwhile."""
        for _ in range(_TRIES):
            size = shutil.disk_usage(self.folder).used + free
            if _mounted(self.folder, f"remount,size={size}"):
                return
        raise AssertionError(self.folder)

    def widen(self) -> None:
        """Frees space."""
        assert _mounted(self.folder, f"remount,size={_ROOMY}")


@asynccontextmanager
async def _disk_under(chaos: Chaos, name: str) -> AsyncIterator[SmallDisk]:
    layout = chaos.system.servers.layout
    folder = {"postgres": layout.postgres, "nats": layout.jetstream}[name]
    disk = await _while_away(chaos, name, lambda: SmallDisk.under(folder))
    try:
        yield disk
    finally:
        disk.widen()
        await _while_away(chaos, name, disk.give_back)


async def _while_away(chaos: Chaos, name: str, act: Callable[[], T]) -> T:
    """Does it while the part is dead, and returns when the part is back."""
    before = chaos.system.restarts(name)
    chaos.forgive(name)
    with chaos.held_back(name):
        await asyncio.to_thread(chaos.server(name).end_left_behind)
        done = await asyncio.to_thread(act)
    await chaos.until(lambda: chaos.system.restarts(name) > before, f"{name} is started again")
    await chaos.all_ready()
    return done


async def _fill(chaos: Chaos, disk: SmallDisk, name: str) -> None:
    log = chaos.system.servers.layout.logs / f"{name}.log"
    place = log.stat().st_size
    disk.leave(_LEFT[name])
    await chaos.until(lambda: _SAID in log.read_text(errors="replace")[place:].lower(), f"{name} has no space left")


def _aside(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.aside")


def _mounted(folder: Path, options: str) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def _run(*words: str | Path) -> None:
    subprocess.run([str(word) for word in words], check=True)
