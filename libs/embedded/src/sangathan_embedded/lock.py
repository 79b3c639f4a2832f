"""One owner per data directory: two servers on one store would destroy it, and JetStream does not notice by itself."""

import fcntl
import os
from pathlib import Path

from sangathan_embedded.faults import DataInUse


class DataLock:
    """An advisory lock that ends with the process that holds it, even by kill -9."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def acquire(self) -> None:
        """Takes the lock at once; raises DataInUse naming the process that has it. Harmless when held."""
        if self._file is not None:
            return
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(file, 20).decode(errors="replace").strip()
            os.close(file)
            msg = f"{self._path.parent} is in use by process {holder or '?'}; stop that one first."
            raise DataInUse(msg) from error
        os.ftruncate(file, 0)
        os.write(file, str(os.getpid()).encode())
        self._file = file

    def release(self) -> None:
        """Lets go; harmless when not held."""
        if self._file is not None:
            os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = None


def is_held(path: Path) -> bool:
    """Whether some living process holds the lock at ``path``."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False
