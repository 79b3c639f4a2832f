"""The state cross-checks a claim; an impostor is told apart; lower levels get yes or no and no record."""

from typing import Any, Final

from sangathan_demo.story.api import post
from sangathan_demo.story.expect import expect
from sangathan_demo.story.step import Stage

_PURPOSE: Final = "A shopkeeper asks whether this person is one of our workers"
_MAY_BE_TOLD: Final = {"one_of_ours", "unit", "status"}


class CrossCheck:
    """Somebody says "I am your worker": one says the truth, one does not."""

    title_en = "The state cross-checks a worker and an impostor"
    title_hi = "प्रदेश कार्यकर्ता और बहरूपिये की जाँच करता है"

    async def play(self, stage: Stage) -> None:
        """Looks both up as the state, and asks as a booth president of another district."""
        await _state_looks_up(stage)
        await _booth_may_not_look_up(stage)
        await _another_district_asks(stage)


async def _state_looks_up(stage: Stage) -> None:
    known, impostor = stage.truth.known_worker, stage.truth.impostor
    state = stage.company.actor(stage.truth.level("state").sign_in)
    found = await state.json(post("/v1/cross-checks", phone=known.phone, purpose=_PURPOSE))
    ids = [match["id"] for match in found["matches"]]
    expect(found["on_record"] and known.worker_id in ids, f"{known.name_en} must be found by phone, but: {ids}")
    stage.saw(f"{known.name_en} / {known.name_hi}: on record, found by phone")
    by_phone = post("/v1/cross-checks", phone=impostor.phone, purpose=_PURPOSE)
    by_name = post("/v1/cross-checks", name=impostor.name_hi, purpose=_PURPOSE)
    for claim in (by_phone, by_name):
        nobody = await state.json(claim)
        sentence = f"{impostor.name_en} must not be on record, but: {len(nobody['matches'])} matches"
        expect(not nobody["on_record"] and not nobody["matches"], sentence)
    stage.saw(f"{impostor.name_en} / {impostor.name_hi}: not on record, by phone or by name")


async def _booth_may_not_look_up(stage: Stage) -> None:
    booth = stage.company.actor(stage.truth.level("booth").sign_in)
    call = post("/v1/cross-checks", expects=(403,), phone=stage.truth.known_worker.phone, purpose=_PURPOSE)
    await booth.send(call)
    stage.saw("a booth president may not cross-check: 403")


async def _another_district_asks(stage: Stage) -> None:
    asker = stage.company.actor(stage.truth.level("district").beside().sign_in)
    known, impostor = stage.truth.known_worker, stage.truth.impostor
    calls = [post("/v1/worker-questions", phone=phone) for phone in (known.phone, impostor.phone)]
    answers: list[dict[str, Any]] = [await asker.json(call) for call in calls]
    yes, no = answers
    expect(yes["one_of_ours"] is True, f"{known.name_en} is one of ours, but the answer is {yes}")
    expect(no["one_of_ours"] is False, f"{impostor.name_en} is none of ours, but the answer is {no}")
    for answer in answers:
        expect(answer.keys() <= _MAY_BE_TOLD, f"a yes/no check must tell no record, but tells {sorted(answer)}")
    told = str(yes)
    kept_back = all(secret not in told for secret in (known.name_en, known.name_hi, known.phone, known.worker_id))
    expect(kept_back, f"a yes/no check must not tell who it is, but says {told}")
    stage.saw("the next district asks: yes with unit and status, no; never a record")
