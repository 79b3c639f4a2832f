"""Whatever comes as a sheet of units is read or refused in words, and what it asks for keeps the tree a tree."""

import csv
import io
from collections.abc import Iterator
from typing import Final
from uuid import UUID, uuid5
from zipfile import ZIP_STORED, ZipFile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sangathan_chassis.refusal import INVALID_INPUT, Refusal
from sangathan_chassis.spreadsheets import plain_cell
from sangathan_identity.api.sheets import read_sheet
from sangathan_identity.api.unit_sheets import _COLUMNS, _as_sheet
from sangathan_identity.domain.sheets import Row
from sangathan_identity.domain.tree_sheet import BAD_NAME, COLUMNS, Create, Move, Node, Plan, Reject, Rename, TreeSheet
from sangathan_identity.domain.units import Ladder, Names
from sangathan_testkit.harness import Harness
from tests.identity import world
from tests.identity.asking import rows
from tests.identity.test_sheets import HEADER

HOME: Final = UUID("33333333-3333-4333-8333-333333333333")
LADDER: Final = Ladder({"state": 1, "district": 2, "mandal": 3, "booth": 4})
OWN: Final = {
    "in.mp.": "state",
    "in.mp.d1.": "district",
    "in.mp.d2.": "district",
    "in.mp.d1.m1.": "mandal",
    "in.mp.d2.m1.": "mandal",
    "in.mp.d1.m1.b1.": "booth",
    "in.mp.d1.m1.b2.": "booth",
}
CLOSED: Final = "in.mp.d1.m1.b2."
ODD: Final = st.sampled_from(
    ["", "=1+1", "+9", "-1", "@x", "'=x", "'", "\t=1", "९०", "\u202e", ".", "..", "in.", "in.mp", "\u0085", "\u2028"]
)
TEXT: Final = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
CELL: Final = st.one_of(ODD, TEXT)
PARENTS: Final = st.sampled_from([*OWN, "in.mp.d1", "in.mp.d1.m9.", "in.mp.d9.", "in.mp.d2.m1.b1."])
ROW: Final = st.fixed_dictionaries(
    {
        "id": st.one_of(st.just(""), st.sampled_from([str(uuid5(HOME, path)) for path in OWN]), CELL),
        "parent": st.one_of(PARENTS, CELL),
        "level": st.one_of(st.sampled_from([*LADDER.ranks]), CELL),
        "code": st.one_of(st.sampled_from(["d1", "d2", "m1", "m9", "b1", "b2", "b3"]), CELL),
        "name_hi": st.one_of(st.just("इकाई"), CELL),
        "name_en": st.one_of(st.just("Unit"), CELL),
    }
)


def nodes() -> list[Node]:
    found: dict[str, Node] = {}
    for path, level in OWN.items():
        above, _, code = path[:-1].rpartition(".")
        parent = found.get(f"{above}.")
        names = Names("इकाई", "Unit")
        found[path] = Node(uuid5(HOME, path), parent, level, code, names, path, closed=path == CLOSED)
        if parent is not None:
            parent.codes[code] = found[path]
    return list(found.values())


def ids() -> Iterator[UUID]:
    number = 0
    while True:
        number += 1
        yield uuid5(HOME, str(number))


def planned(values: list[dict[str, str]]) -> Plan:
    return TreeSheet(nodes(), LADDER, ids()).plan(Row(line, row) for line, row in enumerate(values, 2))


class Tree:
    """What the steps make of the tree, worked out by nothing but the steps."""

    def __init__(self) -> None:
        self.at: dict[UUID, tuple[UUID | None, str]] = {}
        self.levels: dict[UUID, str] = {}
        for node in nodes():
            self.at[node.id] = (node.parent.id if node.parent else None, node.code)
            self.levels[node.id] = node.level

    def path(self, unit_id: UUID) -> str:
        parent, code = self.at[unit_id]
        return f"{self.path(parent)}{code}." if parent else "in.mp."

    def take(self, step: Create | Rename | Move) -> None:
        if isinstance(step, Rename):
            assert step.unit_id in self.at
            return
        self.at[step.unit_id] = (step.parent_id, step.code)
        if isinstance(step, Create):
            self.levels[step.unit_id] = step.level
            assert self.path(step.unit_id) == step.path
        places = list(self.at.values())
        assert len(places) == len(set(places)), "two units have one path"
        for unit_id, (parent, _) in self.at.items():
            assert parent is None or LADDER.ranks[self.levels[parent]] < LADDER.ranks[self.levels[unit_id]]


@settings(max_examples=300, deadline=None)
@given(st.lists(ROW, max_size=8))
def test_any_rows_keep_the_tree_a_tree_and_each_ends_in_one_way(values: list[dict[str, str]]) -> None:
    plan, tree = planned(values), Tree()
    for step in plan.steps:
        tree.take(step)
    assert plan.unchanged + len(plan.rejects) <= len(values) <= plan.unchanged + len(plan.rejects) + len(plan.steps)
    assert all(one.reason.hi and one.reason.en for one in plan.rejects)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS, CELL)), min_size=1, max_size=4))
@example([dict.fromkeys(COLUMNS, "=1+1")])
def test_a_sheet_of_rejects_holds_no_formula_and_comes_back_as_it_went(values: list[dict[str, str]]) -> None:
    read = [{name: plain_cell(cell) for name, cell in row.items()} for row in values]
    text = _as_sheet([Reject(Row(line, row), BAD_NAME) for line, row in enumerate(read, 2)])
    for cells in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for cell in cells)
    again = read_sheet(text, _COLUMNS, most=10)
    assert [{name: row.values[name] for name in COLUMNS} for row in again] == read


def refused(text: str) -> str:
    """How the sheet is refused: at its place in the body, in words; empty when it is read."""
    said: Refusal | None = None
    try:
        read_sheet(text, _COLUMNS, most=10)
    except Refusal as refusal:
        said = refusal
    if said is None:
        return ""
    [error] = said.errors
    assert (said.type, error.pointer) == (INVALID_INPUT, "/csv")
    assert error.detail.endswith(".")
    assert error.detail.isprintable()
    return error.detail


@settings(max_examples=200, deadline=None)
@given(st.one_of(TEXT, st.lists(CELL, max_size=30).map(lambda cells: HEADER + "\n" + ",".join(cells))))
def test_any_text_is_read_or_refused(text: str) -> None:
    refused(text)


def a_bomb() -> str:
    """A workbook in plain letters, of which one part says that it is far larger than it is."""
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_STORED) as made:
        made.writestr("_rels/.rels", "x" * 100)
    data = out.getvalue().replace((100).to_bytes(4, "little"), (0x7F_FF_FF_FF).to_bytes(4, "little"))
    return data.decode("latin-1")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a," * 1_000_000, "100 columns"),
        (f"{HEADER}\n{'b1,' * 1_000_000}", "100 columns"),
        (f"{HEADER}\n" + ",".join(["x"] * 50), "right of the last named column"),
        (f"{HEADER}\n" + "x\n" * 12, "10 rows"),
        (f"{HEADER}\n" + "x" * 5_000, "4,000 letters"),
        (f'{HEADER}\n"' + "x" * 200_000, "not CSV"),
        (f"{HEADER}\n\x00", "no text"),
        (f"{HEADER},{HEADER}\n", "names each column once"),
        ("\ufeff", "names each column once"),
        (HEADER.encode("utf-16").decode("latin-1"), "no text"),
        ("PK\x03\x04", ".xlsx"),
        (a_bomb(), "."),
        ("\u00d0\u00cf\u0011\u00e0", "names each column once"),
    ],
)
def test_what_is_no_sheet_says_what_would_be(text: str, says: str) -> None:
    assert says in refused(text)


@pytest.mark.parametrize(
    "csv_",
    ['"\\ud800"', '"' + "x," * 1_000_000 + '"', '"PK\\u0003\\u0004' + "A" * 100 + '"', "7", '["id"]', '"\\u0000"'],
)
async def test_a_bent_sheet_is_refused_at_its_place_and_writes_nothing(identity: Harness, csv_: str) -> None:
    before = await rows(identity, "SELECT count(*) FROM units")
    answer = await identity.ask(
        "POST",
        "/v1/unit-imports",
        action="unit.import",
        person=world.holder(world.STATE),
        content=f'{{"csv": {csv_}}}'.encode(),
        headers={"content-type": "application/json"},
    )
    assert (answer.status_code, [one["pointer"] for one in answer.json()["errors"]]) == (422, ["/csv"])
    assert await rows(identity, "SELECT count(*) FROM units") == before


@pytest.mark.parametrize("body", [b'{"csv": "\xff"}', b"\xff\xfe{", b"[" * 100_000, b'{"csv": 1' + b"0" * 5_000 + b"}"])
async def test_bytes_that_are_no_json_are_malformed(identity: Harness, body: bytes) -> None:
    answer = await identity.ask(
        "POST",
        "/v1/unit-imports",
        action="unit.import",
        person=world.holder(world.STATE),
        content=body,
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 400, answer.text


async def test_a_body_of_countless_fields_is_refused_as_one(identity: Harness) -> None:
    body = {"csv": HEADER, **dict.fromkeys(map(str, range(100_000)), 0)}
    who = world.holder(world.STATE)
    answer = await identity.ask("POST", "/v1/unit-imports", action="unit.import", person=who, json=body)
    assert (answer.status_code, len(answer.json()["errors"])) == (422, 1)
