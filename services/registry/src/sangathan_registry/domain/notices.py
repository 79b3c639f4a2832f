"""The notices that a consent is given on: versions, languages and purposes are data, in files (the Act, section 5).

A version's purposes are the same in every language. An old version is never taken away: consents were given on it.
"""

import hashlib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sangathan_registry.domain.consent import MEMBERSHIP

LANGUAGES: Final = {"hi", "en"}
_SHIPPED: Final = Path(__file__).parents[1] / "notices"


@dataclass(frozen=True, slots=True)
class Purpose:
    """One thing that somebody may agree to, in the words of the notice."""

    code: str
    title: str
    data: tuple[str, ...]
    why: str
    kept: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One version in one language; ``sha256`` is that of the file, in hex."""

    version: str
    language: str
    title: str
    intro: str
    purposes: tuple[Purpose, ...]
    rights: tuple[str, ...]
    complaints: str
    sha256: str

    @classmethod
    def read(cls, raw: bytes) -> "Notice":
        """The notice in a file; raises ValueError for one that lacks something."""
        try:
            found = tomllib.loads(raw.decode())
            purposes = tuple(Purpose(**{**one, "data": tuple(one["data"])}) for one in found.pop("purposes"))
            rights = tuple(found.pop("rights"))
            return cls(**found, purposes=purposes, rights=rights, sha256=hashlib.sha256(raw).hexdigest())
        except (TypeError, KeyError, tomllib.TOMLDecodeError) as error:
            msg = f"a notice lacks something, or says too much: {error}"
            raise ValueError(msg) from error

    @property
    def codes(self) -> frozenset[str]:
        """The purposes by their codes."""
        return frozenset(one.code for one in self.purposes)


class Notices:
    """Every notice there is."""

    def __init__(self, notices: Iterable[Notice]) -> None:
        self._by_version: dict[str, dict[str, Notice]] = {}
        for one in notices:
            self._by_version.setdefault(one.version, {})[one.language] = one
        for version, languages in self._by_version.items():
            _check(version, languages)

    @classmethod
    def shipped_and_in(cls, folder: Path | None) -> "Notices":
        """Those that are shipped, and those of a folder, which adds versions and languages; raises ValueError."""
        files = [*sorted(_SHIPPED.glob("*.toml")), *(sorted(folder.glob("*.toml")) if folder else [])]
        return cls(Notice.read(file.read_bytes()) for file in files)

    @property
    def current(self) -> str:
        """The newest version."""
        return max(self._by_version, key=_order)

    def all(self, version: str | None = None, language: str | None = None) -> list[Notice]:
        """Those of a version and a language, where they are named, the newest version first."""
        return [
            notice
            for number in sorted(self._by_version, key=_order, reverse=True)
            for code, notice in sorted(self._by_version[number].items())
            if version in {None, number} and language in {None, code}
        ]

    def has(self, version: str) -> bool:
        """Whether there is, or was, such a version."""
        return version in self._by_version

    def asks(self, version: str, purpose: str) -> bool:
        """Whether a version asks for agreement to the purpose."""
        return any(purpose in one.codes for one in self._by_version.get(version, {}).values())


def _check(version: str, languages: dict[str, Notice]) -> None:
    if not languages.keys() >= LANGUAGES:
        msg = f"notice {version} is not there in Hindi and English"
        raise ValueError(msg)
    codes = {one.codes for one in languages.values()}
    if len(codes) > 1 or MEMBERSHIP not in next(iter(codes)):
        msg = f"notice {version} asks for other purposes in another language, or not for {MEMBERSHIP}"
        raise ValueError(msg)


def _order(version: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (0, part) for part in version.split(".")]
