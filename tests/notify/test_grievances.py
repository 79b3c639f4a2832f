"""Grievances are told to who is to answer and to the data protection contact, and the answer to who filed one."""

from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from sangathan_contracts.registry import GrievanceAnswered, GrievanceDue, GrievanceOpened
from sangathan_notify.subscribers.grievances import on_grievance_answered, on_grievance_due, on_grievance_opened
from sangathan_testkit.harness import Person
from tests.notify.stage import MOMENT, Stage, unit_id

GRIEVANCE = UUID("0190d2f0-6c1e-7000-8000-000000000061")
HELD = (
    *(("in.mp.", "state-data-protection-contact"), ("in.mp.d07.", "district-president")),
    *(("in.mp.d07.v1.", "vistarak"), ("in.mp.d070.", "district-president")),
)


@pytest.fixture
async def holders(stage: Stage) -> dict[str, Person]:
    """The state has but its contact; below stand the district's president and a vistarak, who answers nothing."""
    owner = await asyncpg.connect(stage.service.urls.superuser)
    found = {}
    for path, office in HELD:
        found[path] = Person(person_id=uuid4())
        parent = path.rstrip(".").rpartition(".")[0]
        await owner.execute(
            "UPDATE unit_replica SET parent_id = $2 WHERE unit_id = $1", unit_id(path), unit_id(parent + ".")
        )
        await owner.execute(
            "INSERT INTO appointment_replica (appointment_id, person_id, office, unit_id, valid_from, version)"
            " VALUES ($1, $2, $3, $4, $5, 1)",
            *(uuid4(), found[path].person_id, office, unit_id(path), MOMENT.replace(year=2021)),
        )
    await owner.close()
    return found


async def test_who_is_to_answer_and_the_contact_hear_of_it_and_of_its_date(
    stage: Stage, holders: dict[str, Person]
) -> None:
    about = {"grievance_id": GRIEVANCE, "unit_id": unit_id("in.mp.d07.v1."), "kind": "access"}
    due_at = MOMENT + timedelta(days=30)
    opened = GrievanceOpened(**about, due_at=due_at)  # type: ignore[arg-type]
    for _ in range(2):
        await stage.tell(on_grievance_opened, opened)
    late = GrievanceDue(**about, due_at=due_at, stage="overdue", mark=5)  # type: ignore[arg-type]
    await stage.tell(on_grievance_due, late)
    told = {path: {m["kind"] for m in await stage.inbox(who)} for path, who in holders.items()}
    both = {"grievance-opened", "grievance-overdue"}
    assert told == {"in.mp.": both, "in.mp.d07.": both, "in.mp.d07.v1.": set(), "in.mp.d070.": set()}
    assert len(await stage.inbox(holders["in.mp."])) == 2


async def test_who_filed_it_hears_of_the_answer(stage: Stage) -> None:
    me = Person(person_id=uuid4())
    for person_id in (me.person_id, None):
        event = GrievanceAnswered(
            grievance_id=GRIEVANCE, unit_id=unit_id("in.mp.d07."), kind="erasure", person_id=person_id
        )
        await stage.tell(on_grievance_answered, event)
    assert [m["kind"] for m in await stage.inbox(me)] == ["grievance-answered"]
