"""Whatever comes as a plan of workshops is read or refused at its places; one without faults calls each unit once."""

import json
from collections import Counter
from datetime import date
from typing import Any, Final
from uuid import UUID, uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sangathan_workshops.api.plans import PlanIn
from sangathan_workshops.domain.plan import MOST_FAULTS, Line, Unit, UnitId, Venue, draft_plan
from tests.workshops.stage import DISTRICTS, HOME, STATE, Stage, plan, row

TODAY: Final = date(2022, 1, 1)
UNITS: Final = [Unit(UnitId(uuid5(HOME, str(n))), f"in.mp.d{n}.", f"District {n}") for n in range(4)]
DAYS: Final = st.one_of(st.just(date(2022, 1, 5)), st.dates())
VENUES: Final = st.builds(Venue, DAYS, st.sampled_from(["ग्वालियर", "=1+1"]), st.sampled_from(["Gwalior", "+1"]))
LINES: Final = st.builds(Line, VENUES, st.sampled_from([*(unit.unit_id for unit in UNITS), UnitId(UUID(int=0))]))
ODD: Final = st.sampled_from(
    [
        *("", " ", "\0", "\n", "\u0085", "\u202e", "=1+1", "x" * 300),
        *("2022-02-30", "२०२२-०१-०५", "9999-12-31", "2022-01-05T00:00:00Z"),
    ]
)
VALUE: Final = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), ODD),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=5,
)


@settings(max_examples=200, deadline=None)
@given(st.lists(LINES, max_size=6))
def test_a_plan_without_faults_calls_each_unit_to_one_workshop(lines: list[Line]) -> None:
    draft = draft_plan(lines, UNITS, level="district", today=TODAY)
    called = Counter(unit.unit_id for units in draft.called.values() for unit in units)
    whole = called == Counter(unit.unit_id for unit in UNITS) and draft.units == len(lines)
    in_time = all(2000 <= line.venue.held_on.year <= 2032 for line in lines)
    assert (not draft.faults) == (whole and in_time)


def test_of_countless_faults_some_are_told() -> None:
    line = Line(Venue(TODAY, "क", "k"), UnitId(UUID(int=0)))
    assert len(draft_plan([line] * 5_000, UNITS, level="district", today=TODAY).faults) == MOST_FAULTS


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_value_in_any_place_is_taken_as_a_line_of_text_or_a_day_or_refused(data: st.DataObject) -> None:
    body: dict[str, Any] = json.loads(json.dumps(plan(row(DISTRICTS[0]))))
    at = data.draw(st.sampled_from([body, body["rows"][0]]))
    at[data.draw(st.sampled_from([*at, "more"]))] = data.draw(VALUE)
    try:
        read = PlanIn.model_validate(body)
    except ValidationError:
        return
    texts = [read.name_hi, read.name_en, read.level]
    texts += [text for one in read.rows for text in (one.venue_hi, one.venue_en)]
    assert all(text.strip() and not any(letter < " " for letter in text) for text in texts)


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        (dict.fromkeys(map(str, range(50_000)), 0), ""),
        ({"rows": [dict.fromkeys(map(str, range(50_000)), 0)]}, "/rows/0"),
        ({"rows": [{}] * 5_001}, "/rows"),
        ({"rows": {"0": row(DISTRICTS[0])}}, "/rows"),
        ({"name_en": "x" * 900_000}, "/name_en"),
        ({"name_hi": "\ud800"}, "/name_hi"),
        ({"level": "district\n"}, "/level"),
    ],
    ids=["fields", "columns", "rows", "no list", "long", "half a letter", "line end"],
)
async def test_a_bent_plan_is_refused_at_one_place_and_writes_nothing(
    stage: Stage, change: dict[str, Any], pointer: str
) -> None:
    answer = await stage.bring_in(plan(**change))
    assert (answer.status_code, [one["pointer"] for one in answer.json()["errors"]]) == (422, [pointer])
    listed = await stage.service.ask("GET", "/v1/workshop-plans", action="workshop.read", person=STATE)
    assert listed.json()["items"] == []
