"""A scope is one range of paths, and its prefix twin lies outside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangathan_chassis.scope import Scope, is_path

CODES = st.text("abdmv0179", min_size=1, max_size=4)
PATHS = st.lists(CODES, min_size=1, max_size=6).map(lambda codes: "".join(f"{code}." for code in codes))


@given(PATHS, PATHS)
def test_a_subtree_holds_exactly_the_paths_that_begin_with_it(top: str, other: str) -> None:
    assert Scope.subtree(top).contains(other) == other.startswith(top)


@given(PATHS, CODES)
def test_a_longer_code_is_another_unit(top: str, more: str) -> None:
    assert not Scope.subtree(top).contains(top[:-1] + more + ".")


@given(PATHS)
def test_everything_holds_every_path_and_nothing_holds_none(path: str) -> None:
    assert Scope.everything().contains(path)
    assert not Scope.nothing().contains(path)


@given(PATHS, PATHS)
def test_narrowing_never_widens(top: str, other: str) -> None:
    scope = Scope.subtree(top)
    if scope.contains(other):
        assert scope.narrowed(other) == Scope.subtree(other)
    else:
        with pytest.raises(ValueError, match="outside"):
            scope.narrowed(other)


@pytest.mark.parametrize("text", ["", ".", "in", "in.mp", "In.", "in..", "in.mp'.", "in.म.", "in.mp.\n"])
def test_a_malformed_path_is_no_scope(text: str) -> None:
    assert not is_path(text)
    with pytest.raises(ValueError, match="lower-case codes"):
        Scope.subtree(text)
