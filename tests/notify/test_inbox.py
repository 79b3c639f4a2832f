"""Events reach the inbox of the person concerned, once, in both languages, and nobody else's."""

import pytest

from sangathan_chassis.scope import Scope
from sangathan_notify.api.inbox import InboxMessageOut
from sangathan_notify.commands.tell_of_appointment import UnitNotKnownYet
from sangathan_notify.subscribers.appointments import on_appointment_made
from sangathan_notify.subscribers.workshops import on_attendance_recorded, on_invitation_issued
from sangathan_testkit.harness import Person
from tests.notify.stage import (
    GUEST,
    Stage,
    appointment_made,
    attendance_recorded,
    invitation_issued,
    president,
)


async def test_an_invitation_reaches_the_invitee(stage: Stage) -> None:
    event = invitation_issued()
    await stage.tell(on_invitation_issued, event)
    (message,) = [InboxMessageOut.model_validate(one) for one in await stage.inbox()]
    assert message.refs["invitation_id"] == event.invitation_id
    assert "ग्वालियर" in message.body_hi
    assert "22 जनवरी 2022" in message.body_hi
    assert "Gwalior on 22 January 2022" in message.body_en


async def test_the_inbox_is_the_channel_that_delivered_it(stage: Stage) -> None:
    await stage.tell(on_invitation_issued, invitation_issued())
    (message,) = [InboxMessageOut.model_validate(one) for one in await stage.inbox()]
    assert [(one.channel, one.state, one.reason) for one in message.deliveries] == [("inbox", "delivered", None)]


async def test_an_event_told_twice_makes_one_message(stage: Stage) -> None:
    event = invitation_issued()
    await stage.tell(on_invitation_issued, event)
    await stage.tell(on_invitation_issued, event)
    assert len(await stage.inbox()) == 1


async def test_attendance_is_thanked_for_on_its_day_in_india(stage: Stage) -> None:
    await stage.tell(on_attendance_recorded, attendance_recorded())
    (message,) = await stage.inbox()
    assert message["kind"] == "attendance-recorded"
    assert "22 January 2022" in message["body_en"]


async def test_an_appointment_is_told_with_office_and_unit(stage: Stage) -> None:
    await stage.tell(on_appointment_made, appointment_made())
    (message,) = await stage.inbox()
    assert message["body_en"] == "You have been appointed District President at Unit in.mp.d07., from 1 January 2022."
    assert "जिला अध्यक्ष" in message["title_hi"]


async def test_an_office_of_a_newer_release_is_told_by_its_slug(stage: Stage) -> None:
    await stage.tell(on_appointment_made, appointment_made(office="booth-captain"))
    assert "booth-captain" in (await stage.inbox())[0]["title_en"]


async def test_an_appointment_at_a_unit_not_known_yet_is_tried_again(stage: Stage) -> None:
    with pytest.raises(UnitNotKnownYet):
        await stage.tell(on_appointment_made, appointment_made(at="in.mp.d99."))
    assert await stage.inbox() == []


@pytest.mark.parametrize("who", [Person(), president("in.")], ids=["somebody else", "national president"])
async def test_nobody_else_sees_the_message(stage: Stage, who: Person) -> None:
    await stage.tell(on_invitation_issued, invitation_issued())
    assert await stage.inbox(who) == []


@pytest.mark.parametrize("table", ["inbox_messages", "deliveries", "delivery_states"])
async def test_the_second_wall_alone_shows_only_the_recipient(stage: Stage, table: str) -> None:
    await stage.tell(on_invitation_issued, invitation_issued())
    counts = []
    for scope in (
        Scope.nothing(GUEST.person_id),
        Scope.nothing(Person().person_id),
        Scope.nothing(),
        Scope.everything(),
    ):
        async with stage.service.database.read(scope) as connection:
            counts.append(await connection.fetchval(f"SELECT count(*) FROM {table}"))  # noqa: S608
    assert counts == [1, 0, 0, 0]


async def test_the_newest_message_comes_first_and_pages_join(stage: Stage) -> None:
    for event in (first := invitation_issued(), second := invitation_issued()):
        await stage.tell(on_invitation_issued, event)
    answer = await stage.service.ask("GET", "/v1/inbox", action="inbox.read", person=GUEST, params={"limit": 1})
    page = answer.json()
    rest = await stage.inbox(limit=1, cursor=page["next"])
    seen = [one["refs"]["invitation_id"] for one in [*page["items"], *rest]]
    assert seen == [str(second.invitation_id), str(first.invitation_id)]


async def test_a_reading_is_noted_once(stage: Stage) -> None:
    await stage.tell(on_invitation_issued, invitation_issued())
    (message,) = await stage.inbox()
    first = await stage.read(message["id"])
    again = await stage.read(message["id"])
    assert (first.status_code, first.json()["read_at"], first.json()["version"]) == (200, "2022-01-20T09:00:00Z", 2)
    assert again.json() == first.json()


async def test_somebody_elses_message_cannot_be_read(stage: Stage) -> None:
    await stage.tell(on_invitation_issued, invitation_issued())
    (message,) = await stage.inbox()
    assert (await stage.read(message["id"], Person())).status_code == 404
    assert (await stage.inbox())[0]["read_at"] is None
