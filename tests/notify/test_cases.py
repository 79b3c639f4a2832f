"""A case is told to those in office where it stands and just above, with nothing of what was claimed."""

from uuid import UUID, uuid4

import asyncpg
import pytest

from sangathan_contracts.registry import CaseDecided, CaseOpened, CasePassedOn
from sangathan_notify.subscribers.cases import on_case_decided, on_case_opened, on_case_passed_on
from sangathan_testkit.harness import Person
from tests.notify.stage import MOMENT, Stage, unit_id

CASE = UUID("0190d2f0-6c1e-7000-8000-000000000051")
OFFICES = {
    "in.": "national-president",
    "in.mp.": "state-president",
    "in.mp.d07.": "district-president",
    "in.mp.d070.": "district-president",
    "in.mp.d07.v1.": "vistarak",
}
Holders = dict[str, Person]


@pytest.fixture
async def holders(stage: Stage) -> Holders:
    """One person in office at each of these units; the vidhan sabha has but a vistarak, who reads no cases."""
    owner = await asyncpg.connect(stage.service.urls.superuser)
    found = {}
    for path, office in OFFICES.items():
        found[path] = Person(person_id=uuid4())
        parent = path.rstrip(".").rpartition(".")[0]
        await owner.execute(
            "UPDATE unit_replica SET parent_id = $2 WHERE unit_id = $1",
            unit_id(path),
            unit_id(parent + ".") if parent else None,
        )
        await owner.execute(
            "INSERT INTO appointment_replica (appointment_id, person_id, office, unit_id, valid_from, version)"
            " VALUES ($1, $2, $3, $4, $5, 1)",
            uuid4(),
            found[path].person_id,
            office,
            unit_id(path),
            MOMENT.replace(year=2021),
        )
    await owner.close()
    return found


async def told(stage: Stage, holders: Holders) -> dict[str, list[str]]:
    return {path: kinds for path, who in holders.items() if (kinds := [m["kind"] for m in await stage.inbox(who)])}


async def test_the_nearest_in_office_and_those_above_them_are_told_and_nobody_else(
    stage: Stage, holders: Holders
) -> None:
    event = CaseOpened(case_id=CASE, unit_id=unit_id("in.mp.d07.v1."), source="public")
    await stage.tell(on_case_opened, event)
    await stage.tell(on_case_opened, event)
    assert await told(stage, holders) == {"in.mp.": ["case-opened"], "in.mp.d07.": ["case-opened"]}
    (message,) = await stage.inbox(holders["in.mp.d07."])
    assert message["refs"] == {"case_id": str(CASE), "unit_id": str(event.unit_id)}
    assert "Unit in.mp.d07.v1." in message["title_en"]
    assert "इकाई in.mp.d07.v1." in message["title_hi"]


async def test_a_case_that_is_passed_on_is_told_where_it_comes_to(stage: Stage, holders: Holders) -> None:
    for version in (2, 4):
        event = CasePassedOn(case_id=CASE, unit_id=unit_id("in.mp.d070."), version=version)
        await stage.tell(on_case_passed_on, event)
    assert await told(stage, holders) == {"in.mp.": ["case-opened"] * 2, "in.mp.d070.": ["case-opened"] * 2}


async def test_a_decision_is_told_at_every_unit_concerned_once(stage: Stage, holders: Holders) -> None:
    units = (unit_id("in.mp.d07."), unit_id("in.mp.d070."))
    event = CaseDecided(case_id=CASE, unit_id=units[0], outcome="one-of-ours", units=units, version=3)
    await stage.tell(on_case_decided, event)
    kinds = ["case-decided"]
    assert await told(stage, holders) == {"in.mp.": kinds, "in.mp.d07.": kinds, "in.mp.d070.": kinds}
    (message,) = await stage.inbox(holders["in.mp.d070."])
    assert "one of ours" in message["body_en"]
