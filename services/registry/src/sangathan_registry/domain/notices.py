"""The notices that a consent is given on: versions, languages and purposes are data, in files (the Act, section 5).

A version's purposes are the same in every language. An old version is never taken away: consents were given on it.
"""

import hashlib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from sangathan_registry.domain.consent import MEMBERSHIP
from sangathan_registry.domain.drive import day_of

LANGUAGES: Final = {"hi", "en"}
GRACE: Final = timedelta(days=30)
"""For how long after the next version has come consents are taken on the one before: phones hear of it late."""
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
    """One version in one language; ``sha256`` is that of the file, in hex, and ``since`` the day it came in force."""

    version: str
    language: str
    title: str
    intro: str
    purposes: tuple[Purpose, ...]
    rights: tuple[str, ...]
    complaints: str
    sha256: str
    since: date | None = None

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

    def in_force(self, version: str, language: str, at: datetime) -> bool:
        """Whether somebody could be shown this version in this language on that day in India, or shortly before.

        What counts is when it was shown, and not when the record comes in, be that weeks later.
        """
        notice = self._by_version.get(version, {}).get(language)
        if notice is None:
            return False
        day = day_of(at)
        begun = notice.since is None or notice.since <= day
        later = [one for one in self._by_version if _order(one) > _order(version)]
        ends = [since for one in later if (since := self._since(one)) is not None]
        return begun and all(day < since + GRACE for since in ends)

    def _since(self, version: str) -> date | None:
        return next(iter(self._by_version[version].values())).since

    def asks(self, version: str, purpose: str) -> bool:
        """Whether a version asks for agreement to the purpose."""
        return any(purpose in one.codes for one in self._by_version.get(version, {}).values())


def _check(version: str, languages: dict[str, Notice]) -> None:
    if not languages.keys() >= LANGUAGES:
        msg = f"notice {version} is not there in Hindi and English"
        raise ValueError(msg)
    if len({one.since for one in languages.values()}) > 1:
        msg = f"notice {version} is in force since another day in another language"
        raise ValueError(msg)
    codes = {one.codes for one in languages.values()}
    if len(codes) > 1 or MEMBERSHIP not in next(iter(codes)):
        msg = f"notice {version} asks for other purposes in another language, or not for {MEMBERSHIP}"
        raise ValueError(msg)


def _order(version: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (0, part) for part in version.split(".")]
