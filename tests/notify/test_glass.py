"""Who breaks the glass is noticed: the person on the record, those in office there and those above are told."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from sangathan_contracts.registry import GlassBroken
from sangathan_notify.subscribers.glass import on_glass_broken
from sangathan_testkit.harness import Person
from tests.notify.stage import HOME, MOMENT, Stage, unit_id


def somebody(name: str) -> Person:
    return Person(person_id=uuid5(HOME, name))


ME, OWNER, SUPERIOR, OPENER = (somebody(name) for name in ("me", "owner", "superior", "opener"))


def broken(**changes: Any) -> GlassBroken:
    values: dict[str, Any] = {
        "opening_id": uuid4(),
        "worker_id": uuid4(),
        "unit_id": unit_id("in.mp.d070."),
        "person_id": ME.person_id,
        "opened_by": OPENER.person_id,
        "appointment_id": uuid4(),
        "office": "vidhan-sabha-president",
        "opener_unit_id": unit_id("in.mp.d07.v1."),
        "expires_at": MOMENT + timedelta(minutes=30),
        "review_due_at": MOMENT + timedelta(days=3),
        "owners": (OWNER.person_id,),
        "superiors": (SUPERIOR.person_id,),
    }
    return GlassBroken(**(values | changes))


async def kinds(stage: Stage) -> dict[UUID, list[str]]:
    people = (ME, OWNER, SUPERIOR, OPENER)
    return {one.person_id: [message["kind"] for message in await stage.inbox(one)] for one in people}


async def test_each_is_told_once_of_what_concerns_them(stage: Stage) -> None:
    event = broken()
    for _ in range(2):
        await stage.tell(on_glass_broken, event)
    assert await kinds(stage) == {
        ME.person_id: ["glass-broken-about-you"],
        OWNER.person_id: ["glass-broken-here"],
        SUPERIOR.person_id: ["glass-broken-below"],
        OPENER.person_id: [],
    }


async def test_they_are_told_who_where_and_until_when_in_both_languages(stage: Stage) -> None:
    event = broken()
    await stage.tell(on_glass_broken, event)
    [message] = await stage.inbox(SUPERIOR)
    opener = "The Vidhan Sabha President of Unit in.mp.d07.v1."
    assert message["body_en"].startswith(f"{opener} opened the record of one worker of Unit in.mp.d070., outside")
    assert "until 20 January 2022, 15:00. Please say by 23 January 2022" in message["body_en"]
    assert "विधानसभा अध्यक्ष (इकाई in.mp.d07.v1.) ने" in message["body_hi"]
    assert "20 जनवरी 2022, 15:00 बजे तक" in message["body_hi"]
    assert message["refs"] == {"opening_id": str(event.opening_id), "unit_id": str(event.unit_id)}


async def test_whoever_is_told_for_two_reasons_is_told_for_the_weightier(stage: Stage) -> None:
    await stage.tell(on_glass_broken, broken(owners=(SUPERIOR.person_id, ME.person_id)))
    told = await kinds(stage)
    assert (told[SUPERIOR.person_id], told[ME.person_id]) == (["glass-broken-below"], ["glass-broken-about-you"])
