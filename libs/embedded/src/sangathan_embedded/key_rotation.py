"""Puts new assertion keys in the place of the old ones while everything runs: three writes, and waits between them.

A key is known to all before anybody signs with it, and the old one is known until the last assertion that it has signed
is dead. So no request is refused, and nothing is restarted: every process looks at its key file once a second.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sangathan_contracts.topology import OPERATOR
from sangathan_embedded.faults import EmbeddedFault
from sangathan_embedded.secret_files import new_key
from sangathan_embedded.services import AUDIENCES


@dataclass(frozen=True, slots=True)
class Waits:
    """How long until every process has seen a write, and how long an assertion or a live ticket may be under way."""

    settle_s: float = 10.0
    outlive_s: float = 45.0


WAITS: Final = Waits()


def key_files(folder: Path) -> dict[str, tuple[Path, ...]]:
    """Every copy of each audience's key file, below the secrets of a data directory or below folders handed out.

    Raises EmbeddedFault where there are none.
    """
    places = {audience: _copies(folder, audience) for audience in AUDIENCES}
    missing = [audience for audience, copies in places.items() if not copies]
    if missing:
        msg = f"{folder} holds no assertion keys of {', '.join(missing)}."
        raise EmbeddedFault(msg)
    return places


def _copies(folder: Path, audience: str) -> tuple[Path, ...]:
    shared = [folder / part / "assertion" / f"{audience}.key" for part in (".", "sources", "gateway")]
    return tuple(path for path in (*shared, folder / audience / "assertion.key") if path.is_file())


def rotate(
    files: Mapping[str, Sequence[Path]], waits: Waits = WAITS, *, sleep: Callable[[float], None] = time.sleep
) -> Iterator[str]:
    """Gives each audience a new key, and says what has been done after each step.

    Broken off, it is begun again: whatever keys a file holds stay until the last step.
    """
    old = {audience: copies[0].read_text(encoding="ascii").split() for audience, copies in files.items()}
    new = {audience: new_key() for audience in files}
    for audience, copies in files.items():
        _write(copies, [*old[audience], new[audience]])
    yield "the new keys are known beside the old ones"
    sleep(waits.settle_s)
    for audience, copies in files.items():
        _write(copies, [new[audience], *old[audience]])
    yield "the new keys sign"
    sleep(waits.settle_s + waits.outlive_s)
    for audience, copies in files.items():
        _write(copies, [new[audience]])
    yield "the old keys are good for nothing any more"


def seal_key_files(folder: Path, service: str) -> tuple[Path, ...]:
    """Every copy of a service's sealing keys, below the secrets of a data directory or below folders handed out.

    Raises EmbeddedFault where there is none.
    """
    shared = [folder / part / "seal" / f"{service}.key" for part in (".", "sources")]
    handed = [folder / part / "seal.key" for part in (service, f"{OPERATOR}/{service}")]
    copies = tuple(path for path in (*shared, *handed) if path.is_file())
    if not copies:
        msg = f"{folder} holds no sealing keys of {service}."
        raise EmbeddedFault(msg)
    return copies


def begin_sealing(copies: Sequence[Path]) -> str:
    """Puts a new sealing key first in every copy and gives its id; the others go on opening, and the last indexing."""
    new = new_key()
    _write(copies, [new, *copies[0].read_text(encoding="ascii").split()])
    return new.partition(":")[0]


def _write(copies: Sequence[Path], lines: Sequence[str]) -> None:
    """Replaces each file as a whole, for whoever could read it before."""
    for path in copies:
        waiting = path.with_name(f".{path.name}.{os.getpid()}")
        waiting.unlink(missing_ok=True)
        mode = path.stat().st_mode & 0o777
        with open(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:  # noqa: PTH123 - by descriptor.
            file.write("".join(f"{line}\n" for line in lines))
            file.flush()
            os.fsync(file.fileno())
        waiting.chmod(mode)
        waiting.replace(path)
