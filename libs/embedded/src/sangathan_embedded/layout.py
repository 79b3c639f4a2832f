"""Where everything of one data directory lies, so that no other file spells a path."""

import os
from dataclasses import dataclass
from pathlib import Path

from sangathan_embedded.faults import EmbeddedFault


@dataclass(frozen=True, slots=True)
class Layout:
    """The places below one data directory."""

    root: Path

    @property
    def secrets(self) -> Path:
        """Passwords and keys: files 0600 in a directory 0700."""
        return self.root / "secrets"

    @property
    def postgres(self) -> Path:
        """PostgreSQL's own directory."""
        return self.root / "postgres"

    @property
    def jetstream(self) -> Path:
        """JetStream's store."""
        return self.root / "jetstream"

    @property
    def nats_conf(self) -> Path:
        """The generated nats.conf, which holds passwords."""
        return self.secrets / "nats.conf"

    @property
    def nats_pid(self) -> Path:
        """nats-server's process id."""
        return self.root / "nats.pid"

    @property
    def evidence(self) -> Path:
        """Evidence files of cases, sealed."""
        return self.root / "evidence"

    @property
    def logs(self) -> Path:
        """One log file per process."""
        return self.root / "logs"

    @property
    def ports(self) -> Path:
        """The ports chosen at the first start, kept so that a restart is found where it was."""
        return self.root / "ports.json"

    @property
    def lock(self) -> Path:
        """Held by the process that runs the servers; the kernel lets go of it however that process dies."""
        return self.root / "lock"

    def make(self) -> None:
        """Makes the directories; raises EmbeddedFault when they cannot be written."""
        try:
            # PostgreSQL's account has to pass through; what is private is private by its own mode.
            self.root.mkdir(mode=0o755, parents=True, exist_ok=True)
            self.secrets.mkdir(mode=0o700, exist_ok=True)
            self.logs.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            msg = f"The data directory {self.root} cannot be made: {error.strerror}. Choose another one."
            raise EmbeddedFault(msg) from error
        for place in (self.root, self.secrets, self.logs):
            if not os.access(place, os.W_OK | os.X_OK):
                msg = f"The data directory {place} is not writable for this user. Choose another one or mend its mode."
                raise EmbeddedFault(msg)
