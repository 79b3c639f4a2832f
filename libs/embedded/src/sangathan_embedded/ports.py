"""Ports on the loopback: chosen free, kept, and explained when somebody else has them."""

import contextlib
import json
import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def answers(port: int, host: str = LOOPBACK) -> bool:
    """Whether something accepts connections there."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=0.5):
        return True
    return False


def free_port(avoid: frozenset[int] = frozenset()) -> int:
    """A port that nobody listens on; the caller should listen soon."""
    while True:
        with socket.socket() as probe:
            probe.bind((LOOPBACK, 0))
            port: int = probe.getsockname()[1]
        if port not in avoid:
            return port


class KeptPorts:
    """Ports by name in a file, so that a restarted server is found where it was."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, int]:
        """What was chosen so far; an unreadable file counts as none."""
        try:
            return {str(name): int(port) for name, port in json.loads(self._path.read_text()).items()}
        except (OSError, ValueError, AttributeError):
            return {}

    def choose(self, name: str) -> int:
        """The kept port if it is free, else a new one, which is kept."""
        ports = self.read()
        others = frozenset(port for other, port in ports.items() if other != name)
        port = ports.get(name, 0)
        if not port or port in others or not is_free(port):
            port = free_port(others)
            self._path.write_text(json.dumps(ports | {name: port}, indent=1, sort_keys=True) + "\n")
        return port
