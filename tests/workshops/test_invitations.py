"""Holders of an office are invited once; each finds and answers their own, and an officer sees their own area's."""

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest

from sangathan_testkit.databases import DatabaseUrls
from sangathan_workshops.api.invitations import InvitationOut, OwnInvitationOut
from tests.workshops.stage import DISTRICT, SINCE, STATE, Stage, appoint, person_id, president

ISSUED = "workshops.invitation.issued.v1"
ANSWERED = "workshops.invitation.answered.v1"


async def test_the_state_invites_the_presidents_of_the_districts_called(stage: Stage) -> None:
    workshop = await stage.gwalior()
    answer = await stage.invite(workshop["id"])
    assert answer.status_code == 201
    assert answer.json() == {"units": 2, "holders": 2, "invited": 2, "already_invited": 0}
    seen = [InvitationOut.model_validate(one) for one in await stage.invited(workshop["id"])]
    assert {one.person_id for one in seen} == {person_id("in.mp.d07."), person_id("in.mp.d070.")}


async def test_each_invitation_is_announced_at_its_unit(stage: Stage) -> None:
    await stage.invite((await stage.gwalior())["id"])
    assert sorted(await stage.events()) == [(ISSUED, f"ev.{ISSUED}.in.mp.d07"), (ISSUED, f"ev.{ISSUED}.in.mp.d070")]


async def test_inviting_again_invites_nobody_twice(stage: Stage) -> None:
    workshop = (await stage.gwalior())["id"]
    await stage.invite(workshop)
    again = await stage.invite(workshop)
    assert again.json() == {"units": 2, "holders": 2, "invited": 0, "already_invited": 2}
    assert len(await stage.events()) == 2
    (read,) = [one for one in await stage.workshops() if one["id"] == workshop]
    assert read["invited"] == 2


async def test_many_who_invite_and_answer_at_once_leave_counts_that_equal_the_rows(stage: Stage) -> None:
    workshop = (await stage.gwalior())["id"]
    invited = await asyncio.gather(*(stage.invite(workshop, who) for who in (STATE, DISTRICT, STATE, DISTRICT)))
    assert sum(answer.json()["invited"] for answer in invited) == 2
    own = {path: (await stage.own(path))[0]["id"] for path in ("in.mp.d07.", "in.mp.d070.")}
    said = ("accepted", "declined", "accepted", "declined")
    await asyncio.gather(*(stage.answer(own[path], path, answer) for answer in said for path in own))
    rows = await stage.invited(workshop)
    (seen,) = [one for one in await stage.workshops() if one["id"] == workshop]
    assert seen["invited"] == len(rows) == 2
    assert seen["accepted"] == sum(row["answer"] == "accepted" for row in rows)
    assert seen["declined"] == sum(row["answer"] == "declined" for row in rows)


async def test_a_district_invites_only_its_own(stage: Stage) -> None:
    workshop = (await stage.gwalior())["id"]
    answer = await stage.invite(workshop, DISTRICT)
    assert answer.json()["invited"] == 1
    assert [one["person_id"] for one in await stage.invited(workshop)] == [str(person_id("in.mp.d07."))]


async def test_an_office_that_has_lapsed_or_ended_is_not_invited(stage: Stage, urls: DatabaseUrls) -> None:
    near, far = person_id("in.mp.d07."), person_id("in.mp.d070.")
    owner = await asyncpg.connect(urls.superuser)
    await owner.execute("UPDATE appointment_replica SET ended_at = $1 WHERE person_id = $2", SINCE, far)
    await owner.execute("DELETE FROM appointment_replica WHERE person_id = $1", near)
    yesterday = datetime(2022, 1, 19, tzinfo=UTC)
    await appoint(owner, near, "district-president", "in.mp.d07.", until=yesterday)
    await owner.close()
    answer = await stage.invite((await stage.gwalior())["id"])
    assert answer.json()["holders"] == 0


@pytest.mark.parametrize("office", ["mandal-president", "emperor"])
async def test_an_office_not_held_at_the_level_called_is_refused(stage: Stage, office: str) -> None:
    answer = await stage.invite((await stage.gwalior())["id"], office=office)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/office"
    assert "district-general-secretary" in error["detail"]


@pytest.mark.parametrize("path", ["in.nx.", "in.mp.d08."])
async def test_a_workshop_that_calls_nobody_of_the_scope_cannot_be_invited_to(stage: Stage, path: str) -> None:
    answer = await stage.invite((await stage.gwalior())["id"], president(path))
    assert answer.status_code == 404
    assert await stage.events() == []


async def test_a_district_lists_only_its_own_invitations(stage: Stage) -> None:
    workshop = (await stage.gwalior())["id"]
    await stage.invite(workshop)
    seen = await stage.invited(workshop, DISTRICT)
    assert [one["person_id"] for one in seen] == [str(person_id("in.mp.d07."))]


async def test_the_pages_of_invitations_join(stage: Stage) -> None:
    workshop = (await stage.gwalior())["id"]
    await stage.invite(workshop)
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(2):
        answer = await stage.service.ask(
            "GET",
            f"/v1/workshops/{workshop}/invitations",
            action="workshop.read",
            person=STATE,
            params={"limit": 1, **cursor},
        )
        page = answer.json()
        seen += [one["id"] for one in page["items"]]
        cursor = {"cursor": page["next"]}
    assert page["next"] is None
    assert len(set(seen)) == 2


async def test_an_invitee_finds_where_and_when_to_go(stage: Stage) -> None:
    await stage.invite((await stage.gwalior())["id"])
    (own,) = await stage.own("in.mp.d07.")
    read = OwnInvitationOut.model_validate(own)
    assert (read.venue_en, str(read.date), read.status) == ("Gwalior", "2022-01-22", "invited")
    assert await stage.own("in.mp.d08.") == []


async def test_an_answer_is_counted_and_announced(stage: Stage) -> None:
    workshop = (await stage.gwalior())["id"]
    await stage.invite(workshop)
    (own,) = await stage.own("in.mp.d07.")
    answer = await stage.answer(own["id"], "in.mp.d07.")
    assert answer.status_code == 200
    assert OwnInvitationOut.model_validate_json(answer.content).status == "accepted"
    assert (await stage.events())[-1] == (ANSWERED, f"ev.{ANSWERED}.in.mp.d07")
    (seen,) = await stage.workshops(DISTRICT)
    assert (seen["invited"], seen["accepted"], seen["declined"]) == (1, 1, 0)


async def test_a_changed_mind_moves_the_count(stage: Stage) -> None:
    await stage.invite((await stage.gwalior())["id"])
    (own,) = await stage.own("in.mp.d07.")
    await stage.answer(own["id"], "in.mp.d07.", "accepted")
    await stage.answer(own["id"], "in.mp.d07.", "declined")
    (seen,) = await stage.workshops(DISTRICT)
    assert (seen["accepted"], seen["declined"]) == (0, 1)


async def test_the_same_answer_again_changes_nothing(stage: Stage) -> None:
    await stage.invite((await stage.gwalior())["id"])
    (own,) = await stage.own("in.mp.d07.")
    first = await stage.answer(own["id"], "in.mp.d07.")
    again = await stage.answer(own["id"], "in.mp.d07.")
    assert first.json() == again.json()
    assert [kind for kind, _ in await stage.events()].count(ANSWERED) == 1


async def test_somebody_elses_invitation_cannot_be_answered(stage: Stage) -> None:
    await stage.invite((await stage.gwalior())["id"])
    (own,) = await stage.own("in.mp.d07.")
    answer = await stage.answer(own["id"], "in.mp.d070.")
    assert answer.status_code == 404
    assert (await stage.own("in.mp.d07."))[0]["status"] == "invited"


async def test_an_answer_is_accepted_or_declined(stage: Stage) -> None:
    await stage.invite((await stage.gwalior())["id"])
    (own,) = await stage.own("in.mp.d07.")
    answer = await stage.answer(own["id"], "in.mp.d07.", "perhaps")
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/answer"]
