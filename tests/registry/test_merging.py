"""Merge, edit, undo: whatever was corrected in between stays, and all else is as it was before the merge."""

from dataclasses import asdict, fields, replace
from datetime import date
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from sangathan_registry.domain.merging import adopted, given_back, with_adopted
from sangathan_registry.domain.particulars import Particulars

NAMES: Final = tuple(field.name for field in fields(Particulars))
VALUES: Final[dict[str, list[Any]]] = {
    "gender": ["male", "female"],
    "relation_type": ["father", "mother"],
    "birth_year": [1980, 1981],
    "birth_date": [date(1980, 1, 1).isoformat(), date(1981, 1, 1).isoformat()],
    "age_band": ["25-34", "35-44"],
}


def values(name: str) -> st.SearchStrategy[Any]:
    return st.sampled_from([None, *VALUES.get(name, [f"one {name}", f"other {name}"])])


PARTICULARS: Final = st.builds(Particulars, **{name: values(name) for name in NAMES})
EDITS: Final = st.lists(st.sampled_from(NAMES).flatmap(lambda name: st.tuples(st.just(name), values(name))), max_size=6)


def edited(particulars: Particulars, edits: list[tuple[str, Any]]) -> Particulars:
    for name, value in edits:
        particulars = replace(particulars, **{name: value})
    return particulars


@given(PARTICULARS, PARTICULARS)
def test_a_kept_record_loses_nothing_and_takes_over_only_what_it_lacked(kept: Particulars, other: Particulars) -> None:
    taken = adopted(kept, other)
    assert all(getattr(kept, name) is None and getattr(other, name) == value for name, value in taken.items())
    merged = asdict(with_adopted(kept, taken))
    assert all(merged[name] == value for name, value in asdict(kept).items() if value is not None)


@given(PARTICULARS, PARTICULARS)
def test_undone_at_once_it_is_as_it_was(kept: Particulars, other: Particulars) -> None:
    taken = adopted(kept, other)
    assert given_back(with_adopted(kept, taken), taken) == kept


@given(PARTICULARS, PARTICULARS, EDITS)
def test_what_was_corrected_in_between_stays_and_all_else_is_as_it_was(
    kept: Particulars, other: Particulars, edits: list[tuple[str, Any]]
) -> None:
    taken = adopted(kept, other)
    merged = with_adopted(kept, taken)
    corrected = edited(merged, edits)
    undone = given_back(corrected, taken)
    for name in NAMES:
        untouched = getattr(corrected, name) == getattr(merged, name)
        assert getattr(undone, name) == (getattr(kept, name) if untouched else getattr(corrected, name))


@given(PARTICULARS, st.lists(PARTICULARS, min_size=2, max_size=4))
def test_one_merge_after_another_is_undone_in_the_same_way_back(kept: Particulars, others: list[Particulars]) -> None:
    merges = []
    merged = kept
    for other in others:
        merges.append(adopted(merged, other))
        merged = with_adopted(merged, merges[-1])
    for taken in reversed(merges):
        merged = given_back(merged, taken)
    assert merged == kept
