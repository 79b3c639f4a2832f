"""Evidence files in a directory, sealed, each under an id that no row of another case knows.

The file is there before its row commits, so no row is ever without its file. What has no row, because a commit failed
or the case was forgotten, is swept away later: the row alone decides.
"""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from uuid import UUID

from sangathan_chassis.sealing import Sealer, Unsealable

_PLACE: Final = "case_evidence.file"
# An upload has at most 15 s for its transaction; a file that old without a row never gets one.
_SETTLED_S: Final = 3600.0


class EvidenceFiles:
    """The files of one directory, which every process of the registry shares."""

    def __init__(self, directory: Path, sealer: Sealer) -> None:
        self._directory = directory
        self._sealer = sealer

    async def put(self, evidence_id: UUID, content: bytes) -> None:
        """Keeps the file; once this returns a crash does not lose it."""
        await asyncio.to_thread(self._put, evidence_id, content)

    async def get(self, evidence_id: UUID) -> bytes | None:
        """The file again; None when the directory does not have it, or has another under its name."""
        return await asyncio.to_thread(self._get, evidence_id)

    def settled(self) -> list[UUID]:
        """The files that have lain there for an hour, and so have a row if they ever get one."""
        before = time.time() - _SETTLED_S
        return [UUID(path.name) for path in self._all() if path.stat().st_mtime < before]

    def remove(self, evidence_id: UUID) -> None:
        """Removes a file, if it is there."""
        self._path(evidence_id).unlink(missing_ok=True)

    def renew(self) -> Iterator[bool]:
        """Seals each file anew that an earlier key has sealed; says of each whether it could be opened."""
        mark = self._sealer.mark()
        for path in self._all():
            if path.read_bytes()[: len(mark)] != mark:
                evidence_id = UUID(path.name)
                content = self._get(evidence_id)
                if content is not None:
                    self._put(evidence_id, content)
                yield content is not None

    def _put(self, evidence_id: UUID, content: bytes) -> None:
        path = self._path(evidence_id)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        half = path.with_suffix(".part")
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(self._sealer.seal_bytes(content, place=f"{_PLACE}:{evidence_id}"))
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def _get(self, evidence_id: UUID) -> bytes | None:
        try:
            return self._sealer.open_bytes(self._path(evidence_id).read_bytes(), place=f"{_PLACE}:{evidence_id}")
        except (FileNotFoundError, Unsealable):
            return None

    def _all(self) -> Iterator[Path]:
        return (path for path in self._directory.glob("??/*") if not path.suffix)

    def _path(self, evidence_id: UUID) -> Path:
        """Spread over 256 directories by the id's last, random byte."""
        return self._directory / evidence_id.hex[-2:] / str(evidence_id)
