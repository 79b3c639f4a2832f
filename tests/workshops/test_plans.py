"""A plan calls every district exactly once, or it is refused row by row and nothing is written."""

from typing import Any

import pytest

from sangathan_workshops.api.plans import CoverageOut, ImportOut, PlanOut
from tests.workshops.stage import DISTRICT, DISTRICTS, STATE, Stage, plan, president, row, unit_id


async def plans_seen(stage: Stage, who: Any) -> list[dict[str, Any]]:
    answer = await stage.service.ask("GET", "/v1/workshop-plans", action="workshop.read", person=who)
    return list(answer.json()["items"])


async def test_a_whole_plan_is_brought_in(stage: Stage) -> None:
    answer = await stage.bring_in()
    assert answer.status_code == 201
    done = ImportOut.model_validate_json(answer.content)
    assert (done.workshops, done.units, done.errors) == (2, 3, [])


async def test_a_plan_is_listed_as_documented(stage: Stage) -> None:
    plan_id = await stage.plan_id()
    (listed,) = await plans_seen(stage, STATE)
    assert str(PlanOut.model_validate(listed).id) == plan_id


@pytest.mark.parametrize(
    ("rows", "pointers"),
    [
        ([row(DISTRICTS[0]), row(DISTRICTS[0]), row(DISTRICTS[1])], {"/rows/0/unit_id", "/rows/1/unit_id", "/rows/-"}),
        ([*map(row, DISTRICTS), row("in.nx.d01.")], {"/rows/3/unit_id"}),
        ([*map(row, DISTRICTS), row("in.mp.d07.v1.")], {"/rows/3/unit_id"}),
        ([*map(row, DISTRICTS), row("in.zz.")], {"/rows/3/unit_id"}),
        ([row(DISTRICTS[0], day="1822-01-05"), *map(row, DISTRICTS[1:])], {"/rows/0/date"}),
        ([row(DISTRICTS[0], day="2922-01-05"), *map(row, DISTRICTS[1:])], {"/rows/0/date"}),
        ([row(DISTRICTS[0], day="2022-02-30"), *map(row, DISTRICTS[1:])], {"/rows/0/date"}),
        ([row(DISTRICTS[0], venue="a\u0000b"), *map(row, DISTRICTS[1:])], {"/rows/0/venue_en"}),
        ([row(DISTRICTS[0], venue="  "), *map(row, DISTRICTS[1:])], {"/rows/0/venue_en"}),
    ],
    ids=["double", "other state", "other level", "unknown", "past", "future", "no such day", "NUL", "blank"],
)
async def test_a_faulty_row_is_pointed_at_and_nothing_is_written(
    stage: Stage, rows: list[dict[str, str]], pointers: set[str]
) -> None:
    answer = await stage.bring_in(plan(*rows))
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == pointers
    assert await plans_seen(stage, STATE) == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"level": "panchayat"}, "/level"),
        ({"unknown": 1}, "/unknown"),
        ({"name_hi": "\ud800"}, "/name_hi"),
        ({"rows": []}, "/rows"),
        ({"rows": "all"}, "/rows"),
        ({"unit_id": 7}, "/unit_id"),
        ({"dry_run": "yes"}, "/dry_run"),
    ],
)
async def test_a_faulty_field_is_pointed_at(stage: Stage, change: dict[str, Any], pointer: str) -> None:
    answer = await stage.bring_in(plan(**change))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_dry_run_says_the_same_and_writes_nothing(stage: Stage) -> None:
    answer = await stage.bring_in(plan(*map(row, DISTRICTS[:2]), dry_run=True))
    assert answer.status_code == 200
    found = ImportOut.model_validate_json(answer.content)
    assert (found.id, found.dry_run, found.units, [error.pointer for error in found.errors]) == (
        None,
        True,
        2,
        ["/rows/-"],
    )
    assert await plans_seen(stage, STATE) == []


@pytest.mark.parametrize("path", ["in.", "in.nx.", "in.mp.d99."])
async def test_a_unit_outside_the_scope_reads_like_one_that_does_not_exist(stage: Stage, path: str) -> None:
    answer = await stage.bring_in(plan(unit_id=str(unit_id(path))))
    assert answer.status_code == 404
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/unit_id"]


async def test_a_plan_sent_twice_under_one_key_is_one_plan(stage: Stage) -> None:
    for _ in range(2):
        answer = await stage.service.ask(
            "POST",
            "/v1/workshop-plans",
            action="workshop.plan",
            person=STATE,
            json=plan(),
            headers={"idempotency-key": "k1"},
        )
        assert answer.status_code == 201
    assert len(await plans_seen(stage, STATE)) == 1


async def coverage(stage: Stage, plan_id: str, who: Any = STATE, **params: Any) -> Any:
    path = f"/v1/workshop-plans/{plan_id}/coverage"
    return await stage.service.ask("GET", path, action="workshop.plan", person=who, params=params)


async def test_coverage_counts_every_district_once(stage: Stage) -> None:
    answer = await coverage(stage, await stage.plan_id())
    read = CoverageOut.model_validate_json(answer.content)
    assert (read.workshops, read.units, read.covered, read.missing) == (2, 3, 3, 0)
    assert [unit.unit_id for unit in read.items] == [unit_id(path) for path in sorted(DISTRICTS)]


async def test_a_district_created_since_shows_as_missing(stage: Stage) -> None:
    plan_id = await stage.plan_id()
    await stage.service.database.pool.execute(
        "INSERT INTO unit_replica VALUES ($1, $2, 'district', 'd09', 'in.mp.d09.', 'नया', 'New', 1, NULL)",
        unit_id("in.mp.d09."),
        unit_id("in.mp."),
    )
    read = CoverageOut.model_validate_json((await coverage(stage, plan_id)).content)
    assert (read.units, read.covered, read.missing) == (4, 3, 1)
    assert [unit.name_en for unit in read.items if unit.workshop_id is None] == ["New"]


async def test_coverage_comes_in_pages_that_join(stage: Stage) -> None:
    plan_id = await stage.plan_id()
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(3):
        page = (await coverage(stage, plan_id, limit=1, **cursor)).json()
        seen += [unit["unit_id"] for unit in page["items"]]
        cursor = {"cursor": page["next"]}
    assert page["next"] is None
    assert seen == [str(unit_id(path)) for path in sorted(DISTRICTS)]


async def test_a_district_sees_that_a_plan_calls_it_but_not_its_coverage(stage: Stage) -> None:
    plan_id = await stage.plan_id()
    (seen,) = await plans_seen(stage, DISTRICT)
    assert (seen["id"], seen["workshops"], seen["units"]) == (plan_id, 1, 1)
    assert (await coverage(stage, plan_id, DISTRICT)).status_code == 404


async def test_another_state_sees_neither_plan_nor_coverage(stage: Stage) -> None:
    plan_id = await stage.plan_id()
    assert await plans_seen(stage, president("in.nx.")) == []
    assert (await coverage(stage, plan_id, president("in.nx."))).status_code == 404
