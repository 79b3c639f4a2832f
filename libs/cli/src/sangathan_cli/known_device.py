"""What identity gives a device to be known by, kept for the next sign-in of the same person at the same gateway.

One file for each of them, for its owner alone. Its name says neither number nor address.
"""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sangathan_cli.output import errors
from sangathan_embedded.secret_files import write_private

_TOKEN: Final = re.compile(r"sgd_[\w-]{1,90}", re.ASCII)


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """This account on this machine, for one person at one gateway."""

    gateway: str
    phone: str

    @property
    def token(self) -> str:
        """The token of an earlier sign-in; empty without one."""
        try:
            kept = self._file().read_text(encoding="ascii").strip()
        except (OSError, ValueError, RuntimeError):
            return ""
        return kept if _TOKEN.fullmatch(kept) else ""

    def keep(self, token: str) -> None:
        """Keeps a token, in the place of one that is known no more; says so where that cannot be done."""
        try:
            file = self._file()
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(file, f"{token}\n")
        except (OSError, RuntimeError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            errors.print(f"This device is not remembered ({reason}); the next sign-in counts as a new one.")

    def _file(self) -> Path:
        """Raises RuntimeError for an account without a home."""
        given = os.environ.get("XDG_STATE_HOME", "")
        state = Path(given) if given.startswith("/") else Path.home() / ".local" / "state"
        name = hashlib.sha256(f"{self.gateway}\n{self.phone}".encode()).hexdigest()
        return state / "sangathan" / "devices" / name[:32]
