"""A transfer is told to the side that has to answer, its end to both, and to the worker who went; nobody is named."""

from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from sangathan_contracts.registry import TransferAsked, TransferEnded
from sangathan_notify.subscribers.transfers import on_transfer_asked, on_transfer_ended
from sangathan_testkit.harness import Person
from tests.notify.stage import MOMENT, Stage, unit_id

TRANSFER = UUID("0190d2f0-6c1e-7000-8000-0000000000a1")
GIVING, RECEIVING = "in.mp.d07.", "in.mp.d070."
Holders = dict[str, Person]


@pytest.fixture
async def holders(stage: Stage) -> Holders:
    """The presidents of two districts."""
    owner = await asyncpg.connect(stage.service.urls.superuser)
    found = {}
    for path in (GIVING, RECEIVING):
        found[path] = Person(person_id=uuid4())
        await owner.execute(
            "INSERT INTO appointment_replica (appointment_id, person_id, office, unit_id, valid_from, version)"
            " VALUES ($1, $2, 'district-president', $3, $4, 1)",
            uuid4(),
            found[path].person_id,
            unit_id(path),
            MOMENT.replace(year=2021),
        )
    await owner.close()
    return found


async def told(stage: Stage, holders: Holders) -> dict[str, list[str]]:
    return {path: kinds for path, who in holders.items() if (kinds := [m["kind"] for m in await stage.inbox(who)])}


def ended(state: str, by: Person, person: Person | None = None) -> TransferEnded:
    return TransferEnded(
        transfer_id=TRANSFER,
        unit_id=unit_id(GIVING),
        to_unit_id=unit_id(RECEIVING),
        state=state,
        person_id=person.person_id if person else None,
        decided_by=by.person_id,
        version=2,
    )


async def test_who_has_to_answer_is_asked_once_and_by_both_units_names(stage: Stage, holders: Holders) -> None:
    event = TransferAsked(
        transfer_id=TRANSFER,
        unit_id=unit_id(GIVING),
        to_unit_id=unit_id(RECEIVING),
        waits_for=("receiving",),
        asked_by=holders[GIVING].person_id,
        lapses_at=MOMENT + timedelta(days=30),
    )
    for _ in range(2):
        await stage.tell(on_transfer_asked, event)
    assert await told(stage, holders) == {RECEIVING: ["transfer-asked"]}
    [message] = await stage.inbox(holders[RECEIVING])
    assert f"Unit {GIVING}" in message["title_en"]
    assert f"इकाई {RECEIVING}" in message["title_hi"]
    assert message["refs"]["transfer_id"] == str(TRANSFER)


async def test_both_sides_hear_what_came_of_it_but_for_who_decided(stage: Stage, holders: Holders) -> None:
    await stage.tell(on_transfer_ended, ended("declined", holders[RECEIVING]))
    assert await told(stage, holders) == {GIVING: ["transfer-ended"]}
    [message] = await stage.inbox(holders[GIVING])
    assert "declined" in message["body_en"]
    assert "अस्वीकार" in message["body_hi"]


async def test_the_worker_who_went_is_told_where_the_record_stands(stage: Stage, holders: Holders) -> None:
    worker = Person(person_id=uuid4())
    await stage.tell(on_transfer_ended, ended("agreed", holders[RECEIVING], worker))
    assert [one["kind"] for one in await stage.inbox(worker)] == ["transferred-you"]
    assert await told(stage, holders) == {GIVING: ["transfer-ended"]}


async def test_a_worker_who_asked_themself_is_told_when_it_is_declined(stage: Stage, holders: Holders) -> None:
    worker = Person(person_id=uuid4())
    event = msgspec.structs.replace(ended("declined", holders[RECEIVING]), asker_id=worker.person_id)
    for _ in range(2):
        await stage.tell(on_transfer_ended, event)
    [message] = await stage.inbox(worker)
    assert message["kind"] == "transfer-declined-you"
    assert f"Unit {RECEIVING}" in message["title_en"]
    assert "अस्वीकार" in message["body_hi"]
