"""Whatever stands in the cells of a sheet of appointments, each row is read or rejected, and nothing breaks."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from sangathan_identity.api.appointment_rows import COLUMNS, read_rows
from sangathan_identity.domain.sheets import Row

ODD = st.sampled_from(
    [
        *("", "=1+1", "'=x", "९०", "9" * 400, "\u202e", "in.mp.", ".", "6000000001", "रमेश", "2022-02-30"),
        *("0001-01-01", "01-01-0001", "9999-12-31", "31/12/9999", "9999-12-31T23:59:59-23:59", "2022-01-20T10:00Z"),
    ]
)
CELL = st.one_of(ODD, st.text(max_size=20))


@settings(max_examples=200, deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(COLUMNS, CELL)))
@example(dict.fromkeys(COLUMNS, "0001-01-01"))
def test_any_row_of_appointments(values: dict[str, str]) -> None:
    asked, unreadable = read_rows([Row(2, values)])
    assert len(asked) + len(unreadable) == 1
