"""Of an erased person no invitation remains, and the counts are those of the rows that are left."""

from uuid import uuid4

import msgspec

from sangathan_chassis.scope import Scope
from sangathan_contracts.envelope import Envelope
from sangathan_contracts.registry import WorkerErased
from sangathan_workshops.subscribers.erasures import on_worker_erased
from tests.workshops.stage import SINCE, Stage, person_id


async def test_an_erased_persons_invitation_goes_and_the_counts_follow(stage: Stage) -> None:
    workshop = (await stage.gwalior())["id"]
    await stage.invite(workshop)
    for path in ("in.mp.d07.", "in.mp.d070."):
        [own] = await stage.own(path)
        await stage.answer(own["id"], path)
        await stage.check_in(workshop, own["id"])
    she = person_id("in.mp.d07.")
    event = WorkerErased(erasure_id=uuid4(), worker_id=uuid4(), merged_ids=(), person_id=she, unit_id=uuid4())
    body = msgspec.json.encode(event)
    envelope = Envelope(id=uuid4(), type=event.type, source="registry", time=SINCE, subject="ev", body=body)
    async with stage.service.database.work(Scope.everything()) as work:
        await on_worker_erased(work, envelope)
    left = await stage.invited(workshop)
    assert [one["person_id"] for one in left] == [str(person_id("in.mp.d070."))]
    seen = next(one for one in await stage.workshops() if one["id"] == workshop)
    assert (seen["invited"], seen["accepted"], seen["attended"]) == (1, 1, 1)
    assert (await stage.events())[-1][0] == "workshops.person.erased.v1"
