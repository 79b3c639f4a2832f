"""Passwords and keys of one data directory: made once, at random, and never shown but for the demo password."""

import contextlib
import os
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path

from sangathan_contracts.topology import USERS
from sangathan_embedded.services import AUDIENCES, DATABASES, SEALING

_KEY_BYTES = 32


class SecretFiles:
    """The directory ``secrets``: every file 0600, each written once and whole."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(self) -> None:
        """Writes whatever is missing; what is there stays."""
        self._folder.chmod(0o700)
        for name in ("postgres_password", "demo_password"):
            self._once(self._folder / name, secrets.token_urlsafe(18))
        for service in DATABASES:
            for role in ("app", "migrator"):
                self._once(self._folder / f"{service}_{role}_password", secrets.token_urlsafe(24))
        for user in USERS:
            self._once(self._folder / f"nats_{user.name}_password", secrets.token_urlsafe(24))
        for audience in AUDIENCES:
            self._once(self.assertion_key(audience), new_key())
        # The first seals and takes turns; the last gives the blind index and seals nothing, so it never has to go.
        for service in SEALING:
            self._once(self.seal_key(service), f"{new_key()}\n{new_key()}")
        # The second is published from the first day on, and signs once the first is moved behind it.
        self._once(self.card_key, f"{new_key()}\n{new_key()}")

    @property
    def assertion_keys(self) -> Path:
        """The directory with one ``<audience>.key`` per service, for the gateway."""
        return self._folder / "assertion"

    def assertion_key(self, audience: str) -> Path:
        """The key file of one audience."""
        return self.assertion_keys / f"{audience}.key"

    def seal_key(self, service: str) -> Path:
        """The file of data keys with which a service seals personal fields."""
        return self._folder / "seal" / f"{service}.key"

    @property
    def card_key(self) -> Path:
        """The file of keys that membership cards are signed with: the first signs, all are published."""
        return self._folder / "card.key"

    def postgres_password(self) -> str:
        """The superuser's password."""
        return self._read("postgres_password")

    def role_password(self, service: str, role: str) -> str:
        """The password of ``<service>_<role>``, where role is app or migrator."""
        return self._read(f"{service}_{role}_password")

    def nats_password(self, user: str) -> str:
        """The password of one NATS user."""
        return self._read(f"nats_{user}_password")

    def demo_password(self) -> str:
        """The one password of every demo sign-in on this data directory."""
        return self._read("demo_password")

    def _read(self, name: str) -> str:
        return (self._folder / name).read_text().strip()

    def _once(self, path: Path, text: str) -> None:
        if path.exists():
            return
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_private(path, text + "\n")


def write_private(path: Path, text: str) -> None:
    """Replaces ``path`` as a whole with a file that only its owner may read."""
    waiting = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(FileNotFoundError):
        waiting.unlink()
    with open(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123 - by descriptor.
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    waiting.replace(path)


def new_key() -> str:
    """A line of a key file: a new id and a key of 256 random bits."""
    key = urlsafe_b64encode(secrets.token_bytes(_KEY_BYTES)).rstrip(b"=").decode()
    return f"{secrets.token_hex(4)}:{key}"
