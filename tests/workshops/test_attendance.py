"""At the door: the first sighting counts, later ones are kept, nobody admitted is refused."""

import asyncio

import pytest

from sangathan_testkit.harness import Person
from sangathan_workshops.api.attendances import AttendanceOut
from tests.workshops.stage import DISTRICT, Stage, president

RECORDED = "workshops.attendance.recorded.v1"


async def invited_to(stage: Stage) -> tuple[str, str]:
    """A workshop and the invitation of d07's president."""
    workshop = (await stage.gwalior())["id"]
    await stage.invite(workshop)
    (own,) = await stage.own("in.mp.d07.")
    return workshop, own["id"]


@pytest.mark.parametrize("who", [president("in.mp."), DISTRICT], ids=["state", "own district"])
async def test_an_invitee_is_checked_in(stage: Stage, who: Person) -> None:
    workshop, invitation = await invited_to(stage)
    answer = await stage.check_in(workshop, invitation, who)
    assert answer.status_code == 201
    assert AttendanceOut.model_validate_json(answer.content).duplicate is False
    assert (await stage.events())[-1] == (RECORDED, f"ev.{RECORDED}.in.mp.d07")
    assert (await stage.own("in.mp.d07."))[0]["status"] == "attended"
    (seen,) = await stage.workshops(DISTRICT)
    assert seen["attended"] == 1


async def test_a_second_sighting_is_kept_as_a_duplicate(stage: Stage) -> None:
    workshop, invitation = await invited_to(stage)
    await stage.check_in(workshop, invitation)
    again = await stage.check_in(workshop, invitation, seen_at="2022-01-20T08:59:00Z")
    assert again.status_code == 200
    assert again.json()["duplicate"] is True
    assert [kind for kind, _ in await stage.events()].count(RECORDED) == 1
    (seen,) = await stage.workshops(DISTRICT)
    assert seen["attended"] == 1


async def test_two_doors_at_once_count_one(stage: Stage) -> None:
    workshop, invitation = await invited_to(stage)
    answers = await asyncio.gather(*(stage.check_in(workshop, invitation) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]
    (seen,) = await stage.workshops(DISTRICT)
    assert seen["attended"] == 1


async def test_who_declined_and_came_is_let_in(stage: Stage) -> None:
    workshop, invitation = await invited_to(stage)
    await stage.answer(invitation, "in.mp.d07.", "declined")
    assert (await stage.check_in(workshop, invitation)).status_code == 201


async def test_the_answer_stands_after_attendance(stage: Stage) -> None:
    workshop, invitation = await invited_to(stage)
    await stage.check_in(workshop, invitation)
    answer = await stage.answer(invitation, "in.mp.d07.")
    assert answer.status_code == 409
    assert answer.json()["type"].endswith(":already-attended")


@pytest.mark.parametrize("seen_at", ["2022-01-20T09:30:00Z", "1999-01-01T00:00:00Z", "2022-01-20T09:00:00", 1642669200])
async def test_a_sighting_in_the_future_or_without_an_offset_is_refused(stage: Stage, seen_at: object) -> None:
    workshop, invitation = await invited_to(stage)
    answer = await stage.check_in(workshop, invitation, seen_at=seen_at)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/seen_at"]


async def test_the_scans_own_time_is_kept(stage: Stage) -> None:
    workshop, invitation = await invited_to(stage)
    answer = await stage.check_in(workshop, invitation, seen_at="2022-01-20T10:32:00+05:30")
    assert answer.json()["seen_at"] == "2022-01-20T05:02:00Z"


async def test_an_invitation_to_another_workshop_is_not_one_to_this(stage: Stage) -> None:
    _, invitation = await invited_to(stage)
    sagar = next(one["id"] for one in await stage.workshops() if one["venue_en"] == "Sagar")
    answer = await stage.check_in(sagar, invitation)
    assert answer.status_code == 404
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/invitation_id"]


async def test_the_next_district_cannot_check_in(stage: Stage) -> None:
    workshop, invitation = await invited_to(stage)
    answer = await stage.check_in(workshop, invitation, president("in.mp.d070."))
    assert answer.status_code == 404
    assert (await stage.own("in.mp.d07."))[0]["status"] == "invited"
