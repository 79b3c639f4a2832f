"""Fourteen workshops cover fifty-seven districts: every president is invited, one accepts and is checked in."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sangathan_demo.sources import WorkshopRow, workshop_rows
from sangathan_demo.story.api import Actor, Call, get, post
from sangathan_demo.story.expect import StepFailed, expect
from sangathan_demo.story.step import Stage
from sangathan_demo.truth import SignIn

_PATIENCE_S: Final = 15.0
_SIGN_INS_AT_ONCE: Final = 4


@dataclass(frozen=True, slots=True)
class _Guest:
    """A district's president with the invitation that was found."""

    sign_in: SignIn
    actor: Actor
    invitation: dict[str, Any]


class Workshops:
    """The plan of January 2022 as it was printed, from import to check-in."""

    title_en = "Fourteen workshops call fifty-seven districts"
    title_hi = "चौदह कार्यशालाएँ, सत्तावन जिले"

    async def play(self, stage: Stage) -> None:
        """Imports the plan, invites, and follows two of the invited."""
        state = stage.company.actor(stage.truth.level("state").sign_in)
        rows = _plan_rows(stage)
        await _refuses_a_district_twice(stage, state, rows)
        plan = await _import(stage, state, rows)
        workshops = await _invite(stage, state, plan)
        guests = await _all_find_their_invitation(stage, workshops)
        await _answer_and_check_in(stage, state, guests)


async def _refuses_a_district_twice(stage: Stage, state: Actor, rows: Sequence[dict[str, str]]) -> None:
    doubled = [*rows[:-1], rows[0] | {"venue_en": "Elsewhere", "venue_hi": "अन्यत्र"}]
    refused = await state.json(_plan(stage, doubled, expects=(422,)))
    pointers = " and ".join(sorted(error["pointer"] for error in refused["errors"]))
    stage.saw(f"a plan that calls a district twice and leaves one out is refused, pointing at {pointers}")


async def _import(stage: Stage, state: Actor, rows: Sequence[dict[str, str]]) -> str:
    plan_id = str((await state.json(_plan(stage, rows)))["id"])
    coverage = await state.json(get(f"/v1/workshop-plans/{plan_id}/coverage"))
    facts = {key: coverage.get(key) for key in ("workshops", "units", "covered", "missing")}
    wanted = {"workshops": 14, "units": 57, "covered": 57, "missing": 0}
    expect(facts == wanted, f"the plan's coverage must be {wanted}, but is {facts}")
    stage.saw("plan imported: 14 workshops cover 57 of 57 districts, none missing")
    return plan_id


async def _invite(stage: Stage, state: Actor, plan_id: str) -> dict[str, dict[str, Any]]:
    listed = await state.everything(get("/v1/workshops", plan_id=plan_id))
    mine = {workshop["id"]: workshop for workshop in listed if workshop["plan_id"] == plan_id}
    expect(len(mine) == 14, f"the plan has 14 workshops, but {len(mine)} are listed")
    for workshop_id in mine:
        await state.send(post(f"/v1/workshops/{workshop_id}/invitations", office="district-president"))
    stage.saw("the presidents of the districts called to each workshop are invited")
    return mine


async def _all_find_their_invitation(stage: Stage, workshops: dict[str, dict[str, Any]]) -> list[_Guest]:
    gate = asyncio.Semaphore(_SIGN_INS_AT_ONCE)

    async def one(row: WorkshopRow, who: SignIn) -> _Guest:
        async with gate:
            return await _finds_invitation(stage.company.actor(who), who, row, workshops)

    pairs = zip(workshop_rows(), stage.truth.district_presidents, strict=True)
    guests = await asyncio.gather(*(one(row, who) for row, who in pairs))
    stage.saw(f"all {len(guests)} district presidents find one invitation, to the right place and day")
    guest = guests[0]
    await _reaches_inbox(guest)
    stage.saw(f"it reached the inbox of {guest.sign_in.name_en} / {guest.sign_in.name_hi} too")
    return guests


async def _finds_invitation(
    actor: Actor, who: SignIn, row: WorkshopRow, workshops: dict[str, dict[str, Any]]
) -> _Guest:
    found = [one for one in await actor.everything(get("/v1/invitations")) if one["workshop_id"] in workshops]
    expect(len(found) == 1, f"{who.name_en} of {row.district.en} must find one invitation, but finds {len(found)}")
    workshop = workshops[found[0]["workshop_id"]]
    place = (workshop["date"], workshop["venue_en"])
    wanted = (row.date, row.venue.en)
    expect(place == wanted, f"{row.district.en} is called to {wanted}, but invited to {place}")
    return _Guest(who, actor, found[0])


async def _reaches_inbox(guest: _Guest) -> None:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            while not await _in_inbox(guest):
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise StepFailed(f"the invitation must reach the inbox within {_PATIENCE_S:.0f} s") from None


async def _in_inbox(guest: _Guest) -> bool:
    page = await guest.actor.json(get("/v1/inbox", limit="200"))
    return guest.invitation["id"] in str(page["items"])


async def _answer_and_check_in(stage: Stage, state: Actor, guests: Sequence[_Guest]) -> None:
    first, second, third = guests[0], guests[1], guests[2]
    answer = f"/v1/invitations/{first.invitation['id']}/answers"
    await third.actor.send(post(answer, expects=(404,), answer="accepted"))
    stage.saw("somebody else's invitation cannot be answered: 404")
    accepted = await first.actor.json(post(answer, answer="accepted"))
    expect(accepted["status"] == "accepted", f"the invitation must be accepted, but is {accepted['status']}")
    await second.actor.send(post(f"/v1/invitations/{second.invitation['id']}/answers", answer="declined"))
    door = f"/v1/workshops/{first.invitation['workshop_id']}/attendances"
    await state.send(post(door, invitation_id=first.invitation["id"]))
    after = {one["id"]: one["status"] for one in await first.actor.everything(get("/v1/invitations"))}
    status = after[first.invitation["id"]]
    expect(status == "attended", f"who was checked in must read as attended, but reads {status}")
    stage.saw(f"{first.sign_in.name_en} accepts and is checked in; {second.sign_in.name_en} declines")


def _plan_rows(stage: Stage) -> list[dict[str, str]]:
    return [
        {
            "date": row.date,
            "venue_hi": row.venue.hi,
            "venue_en": row.venue.en,
            "unit_id": district.unit_id,
        }
        for row, district in zip(workshop_rows(), stage.truth.districts, strict=True)
    ]


def _plan(stage: Stage, rows: Sequence[dict[str, str]], expects: tuple[int, ...] = (201,)) -> Call:
    played = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}"
    return post(
        "/v1/workshop-plans",
        expects=expects,
        name_hi=f"जनवरी 2022 की कार्यशालाएँ, {played}",
        name_en=f"Workshops of January 2022, played {played}",
        unit_id=stage.truth.level("state").unit.unit_id,
        level="district",
        rows=rows,
    )
