"""Whatever stands in the cells of a sheet of assignments or fences, each row is read or rejected in words."""

import csv
import io
from typing import Final

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sangathan_chassis.refusal import Refusal
from sangathan_registry.api.assignment_sheets import _as_sheet, _read
from sangathan_registry.api.fence_rows import read_rows, write_rejects
from sangathan_registry.domain.fence_sheet import COLUMNS, UNKNOWN_UNIT, FenceReject, Unfit, fence_in

ODD: Final = st.sampled_from(
    [
        *("", "=1+1", "@x", "'=x", "nan", "inf", "1e999", "-0", "९०", "9" * 400, "\u202e", "in.mp.", "."),
        *("9999-12-31", "0001-01-01", "2022-02-30", "2022-01-20T24:00", "9999-12-31T23:59:59-23:59"),
        *("0001-01-01T00:00:00+23:59", "2022-01-20T10:00", "23.1 79.2; 23.2 79.2; 23.2 79.3", "1 2 3; 4"),
    ]
)
CELL: Final = st.one_of(ODD, st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20))


def sheet(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    return out.getvalue()


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(CELL, CELL, CELL, CELL), min_size=1, max_size=4))
@example([("in.mp.d07.", "+916000000001", "2022-01-20", "9999-12-31")])
def test_any_sheet_of_assignments(rows: list[tuple[str, ...]]) -> None:
    try:
        asked, unreadable = _read(sheet(("booth", "phone", "valid_from", "valid_to"), rows).encode())
    except Refusal:
        return
    assert len(asked) + len(unreadable) <= len(rows)
    assert all(line.count(",") >= 3 for line in _as_sheet(unreadable).splitlines()[:1])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(CELL, CELL, CELL, CELL, CELL), min_size=1, max_size=4))
def test_any_sheet_of_fences(rows: list[tuple[str, ...]]) -> None:
    try:
        found = read_rows(sheet(COLUMNS, rows), most=10)
    except Refusal:
        return
    rejects = []
    for line, values in found:
        try:
            fence_in(values)
        except Unfit as unfit:
            rejects.append(FenceReject(line, values, unfit.reason))
    again = read_rows(write_rejects([*rejects, FenceReject(1, dict.fromkeys(COLUMNS, "x"), UNKNOWN_UNIT)]), most=10)
    assert [values for _, values in again[:-1]] == [one.values for one in rejects]
