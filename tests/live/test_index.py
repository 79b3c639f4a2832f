"""A connection is found under each ancestor of its units, and nowhere else."""

from hypothesis import given
from hypothesis import strategies as st

from sangathan_live.index import Index, ancestors, keys_of

codes = st.text("ab0", min_size=1, max_size=2)
paths = st.lists(codes, min_size=1, max_size=4).map(lambda parts: ".".join(parts) + ".")
listeners = st.dictionaries(st.integers(0, 20), st.lists(paths, min_size=1, max_size=3), max_size=12)


def test_a_path_has_itself_and_everything_above_as_ancestors() -> None:
    assert ancestors("in.mp.d07.") == ["in.", "in.mp.", "in.mp.d07."]


def test_units_that_share_ancestors_give_each_key_once() -> None:
    assert keys_of(["in.mp.d07.", "in.mp.d08."], ["person", "", "person"]) == (
        "in.",
        "in.mp.",
        "in.mp.d07.",
        "in.mp.d08.",
        "person",
    )


def test_a_prefix_twin_hears_nothing_of_its_twin() -> None:
    index: Index[str] = Index()
    index.add("at d070", keys_of(["in.mp.d070."], []))
    assert index.at("in.mp.d07.") == []


@given(listeners, paths)
def test_a_cast_to_a_unit_finds_exactly_those_at_it_or_below(who: dict[int, list[str]], unit: str) -> None:
    index: Index[int] = Index()
    for member, units in who.items():
        index.add(member, keys_of(units, []))
    expected = {member for member, units in who.items() if any(path.startswith(unit) for path in units)}
    assert set(index.at(unit)) == expected


@given(listeners)
def test_when_everybody_has_left_nothing_is_kept(who: dict[int, list[str]]) -> None:
    index: Index[int] = Index()
    for member, units in who.items():
        index.add(member, keys_of(units, [f"person-{member}"]))
    for member, units in who.items():
        index.remove(member, keys_of(units, [f"person-{member}"]))
    assert (len(index), index._at) == (0, {})


def test_leaving_twice_counts_once() -> None:
    index: Index[str] = Index()
    index.add("a", ["in."])
    assert [index.remove("a", ["in."]), index.remove("a", ["in."])] == [True, False]


def test_presence_counts_below_a_unit_by_its_children() -> None:
    index: Index[str] = Index()
    index.add("a", keys_of(["in.mp.d07.v001."], []))
    index.add("b", keys_of(["in.mp.d08."], []))
    assert {path: index.count(path) for path in index.children("in.mp.")} == {"in.mp.d07.": 1, "in.mp.d08.": 1}
