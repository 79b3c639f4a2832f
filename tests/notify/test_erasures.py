"""Of an erased person no message remains, none comes after, and the registry is told."""

from uuid import uuid4

import msgspec

from sangathan_contracts.notify import PersonErased
from sangathan_contracts.registry import WorkerErased
from sangathan_notify.subscribers.erasures import on_worker_erased
from sangathan_notify.subscribers.workshops import on_attendance_recorded, on_invitation_issued
from sangathan_testkit.harness import Person
from tests.notify.stage import GUEST, Stage, attendance_recorded, invitation_issued


def erased(person: Person | None, *merged: Person) -> WorkerErased:
    return WorkerErased(
        erasure_id=uuid4(),
        worker_id=uuid4(),
        merged_ids=(),
        person_id=person.person_id if person else None,
        merged_person_ids=tuple(one.person_id for one in merged),
        unit_id=uuid4(),
    )


async def reported(stage: Stage) -> list[dict[str, int]]:
    rows = await stage.service.database.pool.fetch(
        "SELECT body FROM outbox WHERE type = $1 ORDER BY seq", PersonErased.type
    )
    return [msgspec.json.decode(row["body"], type=PersonErased).removed for row in rows]


async def test_an_erased_persons_messages_go_and_nobody_elses(stage: Stage) -> None:
    other = Person()
    await stage.tell(on_invitation_issued, invitation_issued())
    await stage.tell(on_invitation_issued, invitation_issued(other.person_id))
    await stage.tell(on_worker_erased, erased(GUEST))
    assert (await stage.inbox(), len(await stage.inbox(other))) == ([], 1)
    assert await reported(stage) == [{"inbox_messages": 1, "deliveries": 1, "delivery_states": 1}]


async def test_whoever_signed_in_as_a_merged_record_is_erased_as_well(stage: Stage) -> None:
    other = Person()
    await stage.tell(on_invitation_issued, invitation_issued())
    await stage.tell(on_invitation_issued, invitation_issued(other.person_id))
    await stage.tell(on_worker_erased, erased(GUEST, other))
    assert (await stage.inbox(), await stage.inbox(other)) == ([], [])
    [removed] = await reported(stage)
    assert removed["inbox_messages"] == 2


async def test_what_was_on_its_way_to_an_erased_person_does_not_arrive(stage: Stage) -> None:
    await stage.tell(on_worker_erased, erased(GUEST))
    await stage.tell(on_attendance_recorded, attendance_recorded())
    assert await stage.inbox() == []


async def test_for_somebody_who_does_not_sign_in_nothing_is_removed_and_that_is_reported(stage: Stage) -> None:
    await stage.tell(on_invitation_issued, invitation_issued())
    await stage.tell(on_worker_erased, erased(None))
    assert (len(await stage.inbox()), await reported(stage)) == (1, [{}])
