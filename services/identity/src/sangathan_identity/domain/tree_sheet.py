"""The tree as a sheet of rows: what each row asks for, or why it cannot be, worked out before anything is written.

A row names its unit by `id`, or by `parent` and `code`. `parent` is a path of codes as the tree stood before the sheet,
or as a row above has made it; so a sheet that was taken out and changed means what it says, whatever moves.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from sangathan_identity.domain.sheets import Row
from sangathan_identity.domain.units import Ladder, Names

COLUMNS: Final = ("id", "parent", "level", "code", "name_hi", "name_en")
_CODE: Final = re.compile(r"[a-z0-9]{1,16}")
_NAME_LENGTH: Final = 200


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a row is rejected, by a stable slug and in both languages."""

    slug: str
    hi: str
    en: str


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot be, and why."""

    row: Row
    reason: Reason


@dataclass(eq=False, slots=True)
class Node:
    """A unit while the sheet is worked through."""

    id: UUID
    parent: "Node | None"
    level: str
    code: str
    names: Names
    label: str
    closed: bool = False
    codes: dict[str, "Node"] = field(default_factory=dict)

    def path(self) -> str:
        """Where it stands at this point of the sheet."""
        return f"{self.parent.path()}{self.code}." if self.parent else self.label

    def is_beneath(self, other: "Node") -> bool:
        """Whether it is the other, or stands beneath it."""
        node: Node | None = self
        while node is not None and node is not other:
            node = node.parent
        return node is other


@dataclass(frozen=True, slots=True)
class Create:
    """A new unit at a path."""

    unit_id: UUID
    parent_id: UUID
    level: str
    code: str
    path: str
    names: Names


@dataclass(frozen=True, slots=True)
class Rename:
    """Other names for a unit."""

    unit_id: UUID
    names: Names


@dataclass(frozen=True, slots=True)
class Move:
    """Another parent or another code for a unit."""

    unit_id: UUID
    parent_id: UUID
    code: str


Step = Create | Rename | Move


class Unfit(Exception):  # noqa: N818 - it says what is wrong with a row.
    """Why the row at hand cannot be."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.slug)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Plan:
    """What the sheet amounts to: the steps in their order, rows that change nothing, and rejects."""

    steps: Sequence[Step]
    unchanged: int
    rejects: Sequence[Reject]


class TreeSheet:
    """Works through rows one by one against the caller's part of the tree."""

    def __init__(self, nodes: Iterable[Node], ladder: Ladder, new_ids: Iterable[UUID]) -> None:
        self._ids = {node.id: node for node in nodes}
        self._labels = {node.label: node for node in self._ids.values()}
        self._ladder = ladder
        self._new_ids = iter(new_ids)
        self._seen: dict[UUID, int] = {}
        self._steps: list[Step] = []

    def plan(self, rows: Iterable[Row]) -> Plan:
        """The steps of all rows that can be, and the rejects."""
        rejects = []
        unchanged = 0
        for row in rows:
            before = len(self._steps)
            try:
                self._take(row)
            except Unfit as unfit:
                rejects.append(Reject(row, unfit.reason))
            else:
                unchanged += len(self._steps) == before
        return Plan(self._steps, unchanged, rejects)

    def _take(self, row: Row) -> None:
        names = Names(_name(row, "name_hi"), _name(row, "name_en"))
        code = row.values["code"]
        if not _CODE.fullmatch(code):
            raise Unfit(BAD_CODE)
        node = self._named(row)
        parent = self._parent(row, node)
        if node is None and parent is not None:
            node = self._labels.get(f"{parent.label}{code}.")
        if node is None:
            self._create(row, parent, names)
            return
        self._once(node, row)
        self._check_level(row, node)
        if (parent, code) != (node.parent, node.code):
            self._check_move(node, parent, code)
        if names != node.names:
            node.names = names
            self._steps.append(Rename(node.id, names))
        if parent is not None and (parent, code) != (node.parent, node.code):
            self._move(node, parent, code)

    def _named(self, row: Row) -> Node | None:
        """The unit that the row names by its id."""
        if not row.values["id"]:
            return None
        try:
            return self._ids[UUID(row.values["id"])]
        except (ValueError, KeyError):
            raise Unfit(UNKNOWN_ID) from None

    def _parent(self, row: Row, node: Node | None) -> Node | None:
        """The parent by its path; the unit at the top of the caller's own keeps what stands above it."""
        label = row.values["parent"]
        found = self._labels.get(label if label.endswith(".") or not label else f"{label}.")
        if found is None and node is not None and node.parent is None:
            return None
        if found is None:
            raise Unfit(UNKNOWN_PARENT)
        return found

    def _once(self, node: Node, row: Row) -> None:
        if self._seen.setdefault(node.id, row.line) != row.line:
            raise Unfit(TWICE)
        if node.closed:
            raise Unfit(CLOSED)

    def _check_level(self, row: Row, node: Node) -> None:
        if row.values["level"] != node.level:
            raise Unfit(LEVEL_STAYS)

    def _check_beneath(self, level: str, parent: Node) -> None:
        ranks = self._ladder.ranks
        if level not in ranks:
            raise Unfit(UNKNOWN_LEVEL)
        if ranks[level] <= ranks[parent.level]:
            raise Unfit(WRONG_LEVEL)
        if parent.closed:
            raise Unfit(PARENT_CLOSED)

    def _check_move(self, node: Node, parent: Node | None, code: str) -> None:
        if node.parent is None or parent is None:
            raise Unfit(OWN_UNIT)
        self._check_beneath(node.level, parent)
        if parent.is_beneath(node):
            raise Unfit(BENEATH_ITSELF)
        if parent.codes.get(code, node) is not node:
            raise Unfit(CODE_TAKEN)

    def _move(self, node: Node, parent: Node, code: str) -> None:
        assert node.parent is not None  # noqa: S101 - `_check_move` refuses the top.
        del node.parent.codes[node.code]
        node.parent, node.code = parent, code
        parent.codes[code] = node
        self._steps.append(Move(node.id, parent.id, code))

    def _create(self, row: Row, parent: Node | None, names: Names) -> None:
        assert parent is not None  # noqa: S101 - without a unit, `_parent` has found one or refused.
        level, code = row.values["level"], row.values["code"]
        self._check_beneath(level, parent)
        if code in parent.codes:
            raise Unfit(CODE_TAKEN)
        label = f"{parent.label}{code}."
        node = Node(next(self._new_ids), parent, level, code, names, label)
        parent.codes[code] = self._ids[node.id] = self._labels[label] = node
        self._seen[node.id] = row.line
        self._steps.append(Create(node.id, parent.id, level, code, node.path(), names))


def _name(row: Row, column: str) -> str:
    name = row.values[column]
    if not name or len(name) > _NAME_LENGTH or any(unicodedata.category(letter) == "Cc" for letter in name):
        raise Unfit(BAD_NAME)
    return name


BAD_CODE = Reason(
    "bad-code", "कोड में 1 से 16 छोटे अंग्रेज़ी अक्षर या अंक हों", "the code takes 1 to 16 small letters a-z or digits"
)
BAD_NAME = Reason(
    "bad-name",
    "हिंदी और अंग्रेज़ी दोनों नाम चाहिए, एक पंक्ति में, 200 अक्षर तक",
    "both names are needed, each one line of at most 200 letters",
)
UNKNOWN_ID = Reason("unknown-id", "आपकी इकाइयों में यह id नहीं है", "no unit of yours has this id")
UNKNOWN_PARENT = Reason("unknown-parent", "ऊपर की इकाई इस पथ पर नहीं है", "no unit of yours stands at the parent's path")
UNKNOWN_LEVEL = Reason("unknown-level", "ऐसा कोई स्तर नहीं है", "there is no such level")
WRONG_LEVEL = Reason(
    "wrong-level", "यह स्तर ऊपर की इकाई के नीचे नहीं हो सकता", "this level cannot stand beneath the parent's"
)
LEVEL_STAYS = Reason("level-stays", "इकाई का स्तर नहीं बदलता", "a unit keeps its level")
CODE_TAKEN = Reason("code-taken", "वहाँ किसी और इकाई का यही कोड है", "another unit there has this code")
CLOSED = Reason("unit-closed", "यह इकाई बंद है", "the unit is closed")
PARENT_CLOSED = Reason("parent-closed", "ऊपर की इकाई बंद है", "the parent is closed")
BENEATH_ITSELF = Reason("beneath-itself", "इकाई अपने ही नीचे नहीं जा सकती", "a unit cannot move beneath itself")
OWN_UNIT = Reason("own-unit", "अपनी इकाई को ऊपर का दायित्व ही हटा सकता है", "only an office above moves your own unit")
TWICE = Reason("named-twice", "यह इकाई पहले की पंक्ति में आ चुकी है", "a row above names this unit already")
