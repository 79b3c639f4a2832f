"""For how long what is kept, and why: rules as reviewed data, in one file, each in Hindi and English."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

_SHIPPED: Final = Path(__file__).parents[1] / "retention.toml"


@dataclass(frozen=True, slots=True)
class Rule:
    """What of these tables goes how many days after something; ``applied_by`` names another job that sees to it."""

    code: str
    tables: tuple[str, ...]
    does: Literal["drops", "empties"]
    after_days: int
    since_hi: str
    since_en: str
    what_hi: str
    what_en: str
    why_hi: str
    why_en: str
    applied_by: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """Tables that have no rule of their own, and as long as what they last."""

    tables: tuple[str, ...]
    as_long_as_hi: str
    as_long_as_en: str


@dataclass(frozen=True, slots=True)
class Retention:
    """All rules."""

    rules: Sequence[Rule]
    kept: Sequence[Kept]

    @classmethod
    def shipped(cls) -> "Retention":
        """The rules as they are shipped; raises ValueError for a file that lacks something, or says it twice."""
        return cls.read(_SHIPPED.read_text(encoding="utf-8"))

    @classmethod
    def read(cls, text: str) -> "Retention":
        """The rules in a file; raises ValueError."""
        try:
            found = tomllib.loads(text)
            rules = [Rule(**{**one, "tables": tuple(one["tables"])}) for one in found.pop("rules")]
            kept = [Kept(**{**one, "tables": tuple(one["tables"])}) for one in found.pop("kept")]
        except (TypeError, KeyError, tomllib.TOMLDecodeError) as error:
            msg = f"the retention rules lack something, or say too much: {error}"
            raise ValueError(msg) from error
        _check([*rules, *kept], [one.code for one in rules])
        for rule in rules:
            if rule.after_days < 0 or rule.does not in {"drops", "empties"}:
                msg = f"rule {rule.code} drops or empties after some days"
                raise ValueError(msg)
        return cls(rules, kept)

    def with_days(self, days: Mapping[str, int]) -> "Retention":
        """The same, with the days of other jobs as an operator has set them."""
        rules = [replace(one, after_days=days.get(one.code, one.after_days)) for one in self.rules]
        return Retention(rules, self.kept)

    @property
    def applied(self) -> list[Rule]:
        """The rules that the nightly job applies itself."""
        return [one for one in self.rules if one.applied_by is None]


def _check(named: Iterable[Rule | Kept], codes: Sequence[str]) -> None:
    kept = [table for one in named if isinstance(one, Kept) for table in one.tables]
    if len(set(codes)) < len(codes) or len(set(kept)) < len(kept):
        msg = "the retention rules name something twice"
        raise ValueError(msg)
