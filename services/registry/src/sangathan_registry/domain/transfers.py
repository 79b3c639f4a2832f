"""Transfers of a worker from one unit to another: who has to agree, who may, and what becomes of one.

Whoever asks has agreed for their own side. A transfer ends by its date with nobody acting.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from sangathan_chassis.refusal import FORBIDDEN, Refusal
from sangathan_registry.domain.refusals import TRANSFER_OVER

_FILE: Final = Path(__file__).parent.with_name("transfers.toml")


Reaches = Callable[[str], bool]
"""Whether somebody's range holds the unit at a path."""


class Side(StrEnum):
    """Whose consent it is: of the unit that gives the worker, or of the one that receives them."""

    GIVING = "giving"
    RECEIVING = "receiving"


class AskedBy(StrEnum):
    """From where a transfer was asked for."""

    GIVING = "giving"
    RECEIVING = "receiving"
    ABOVE = "above"
    """An office above both units."""
    WORKER = "worker"
    """The worker themself, whose asking is no side's consent."""


class State(StrEnum):
    """What became of a transfer."""

    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"
    TAKEN_BACK = "taken-back"
    LAPSED = "lapsed"
    """Its date passed, or the worker went elsewhere first."""


class Answer(StrEnum):
    """What somebody says to a transfer that waits."""

    AGREE = "agree"
    DECLINE = "decline"
    TAKE_BACK = "take-back"


OUTCOMES: Final = MappingProxyType(
    {Answer.AGREE: State.AGREED, Answer.DECLINE: State.DECLINED, Answer.TAKE_BACK: State.TAKEN_BACK}
)


class PolicyError(Exception):
    """The policy file says something that cannot be."""


@dataclass(frozen=True, slots=True)
class TransferPolicy:
    """Whose consent is needed, by the level of the lowest unit above both that the policy names."""

    otherwise: frozenset[Side]
    within: Mapping[str, frozenset[Side]]

    @classmethod
    def load(cls, path: Path | None = None) -> "TransferPolicy":
        """The shipped policy, or the one in ``path``; raises PolicyError."""
        with (path or _FILE).open("rb") as file:
            raw = tomllib.load(file)
        within = raw.get("within", {})
        if raw.keys() - {"otherwise", "within"} or not isinstance(within, dict):
            raise PolicyError("a policy of transfers has `otherwise` and a table [within]")
        return cls(_sides(raw.get("otherwise")), {level: _sides(value) for level, value in within.items()})

    def needed(self, levels: Sequence[str]) -> frozenset[Side]:
        """The sides that have to agree; ``levels`` are those of the units above both, the highest first."""
        return next((self.within[level] for level in reversed(levels) if level in self.within), self.otherwise)


def _sides(value: Any) -> frozenset[Side]:
    known = {side.value for side in Side}
    # Without the giving side's consent a number would be enough to take anybody in.
    if not isinstance(value, list) or Side.GIVING not in value or not set(map(str, value)) <= known:
        raise PolicyError("whose consent is needed is a list of `giving`, or of `giving` and `receiving`")
    return frozenset(map(Side, value))


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer as its row has it; ``waits_for`` are the sides that have not agreed yet."""

    id: UUID
    worker_id: UUID
    unit_id: UUID
    path: str
    to_unit_id: UUID
    to_path: str
    cause: str
    asked_from: AskedBy
    asked_by: UUID
    asked_office: str
    asked_at: datetime
    lapses_at: datetime
    waits_for: frozenset[Side]
    state: State
    decided_by: UUID | None
    decided_office: str | None
    decided_at: datetime | None
    version: int

    def state_at(self, now: datetime) -> State:
        """The state at this moment: what waits lapses by its date."""
        return State.LAPSED if self.state is State.ASKED and now >= self.lapses_at else self.state


def has_answered(transfer: Transfer, answer: Answer, sides: frozenset[Side]) -> bool:
    """Whether an office of these sides says the same again to a transfer that waits for the other side alone."""
    asked = transfer.state is State.ASKED and transfer.asked_from is AskedBy.WORKER
    return asked and answer is Answer.AGREE and bool(sides) and not transfer.waits_for & sides


def sides_of(reaches: Reaches, path: str, to_path: str) -> frozenset[Side]:
    """The sides for which an office with this range speaks."""
    sides = [Side.GIVING] * reaches(path) + [Side.RECEIVING] * reaches(to_path)
    return frozenset(sides)


def asked_from(sides: frozenset[Side]) -> AskedBy:
    """From where an office asks that speaks for these sides."""
    if len(sides) == 2:
        return AskedBy.ABOVE
    return AskedBy.GIVING if Side.GIVING in sides else AskedBy.RECEIVING


def refuse_answer(transfer: Transfer, answer: Answer, sides: frozenset[Side], now: datetime) -> None:
    """Raises when the transfer cannot be answered like this, or not by an office of these sides."""
    if transfer.state_at(now) is not State.ASKED:
        raise Refusal(TRANSFER_OVER, "It was decided, taken back, or has lapsed; ask anew.")
    if answer is Answer.TAKE_BACK:
        if transfer.asked_from is AskedBy.WORKER:
            raise Refusal(FORBIDDEN, "The worker who asked takes it back; you can decline it.")
        # One that was asked from above waits for nobody, so it is one of the two sides.
        if transfer.asked_from.value not in sides:
            raise Refusal(FORBIDDEN, "The side that asked takes it back.")
    elif not transfer.waits_for & sides:
        raise Refusal(FORBIDDEN, "The other side, or an office above both, answers it; yours can take it back.")


def may_name(reaches: Reaches, transfer: Transfer, now: datetime, worker_path: str | None) -> bool:
    """Whether somebody with this range is told who the worker is.

    Who has the worker on record knows them anyhow. The receiving side is told while the giving side, or the worker,
    asks it; a side that asked by a number has that number, and learns no name by it before the other side agrees.
    """
    if worker_path is None:
        return False
    asked_of = transfer.asked_from in {AskedBy.GIVING, AskedBy.WORKER} and transfer.state_at(now) is State.ASKED
    return reaches(worker_path) or (asked_of and reaches(transfer.to_path))
