"""A person asks to be forgotten: out of sight at once, and the device that sends them again is told so."""

from typing import Any, Final

from sangathan_demo.story.api import Actor, get, post
from sangathan_demo.story.captures import captured
from sangathan_demo.story.expect import expect
from sangathan_demo.story.step import Stage
from sangathan_demo.truth import UnitTruth

_NUMBER: Final = 200
_PURPOSE: Final = "The person asked to be forgotten; is anything left?"


class Erasure:
    """Somebody put on record a moment ago at the story's booth, and erased because they ask."""

    title_en = "A person asks to be forgotten"
    title_hi = "एक व्यक्ति चाहता है कि उसका अभिलेख मिटाया जाए"

    async def play(self, stage: Stage) -> None:
        """Puts on record, erases, looks for the person wherever one could, and sends the record again."""
        booth = stage.truth.level("booth")
        president = stage.company.actor(booth.sign_in)
        before = await _count(president, booth.unit)
        record = captured(booth.unit, _NUMBER)
        await _sent(president, record, "accepted")
        path = f"/v1/workers/{record['id']}"
        erasure = await president.json(post(f"{path}/erasures"))
        expect(erasure["status"] == "waiting", f"a new erasure must wait for its date, but is {erasure['status']}")
        left = await president.json(get(path))
        expect(left["status"] == "erased", f"an erased record must say so, but is {left['status']}")
        told = [name for name in ("name_hi", "name_en", "relation_name", "birth_year", "phone") if left[name]]
        expect(not told, f"of an erased record nothing may be shown, but {told} is")
        after = await _count(president, booth.unit)
        expect(after == before, f"an erased record counts no more: {before} before, but {after} now")
        stage.saw(
            f"{record['name_en']} / {record['name_hi']} is erased: an empty record, and {after} workers as before"
        )
        await _nowhere(stage, record)
        await _sent(president, record, "erased")
        stage.saw(f"a device that sends the record again is told that it was erased; all is purged on {_day(erasure)}")


async def _sent(president: Actor, record: dict[str, Any], wanted: str) -> None:
    [result] = (await president.json(post("/v1/sync-batches", records=[record])))["results"]
    told = result["reason"] if wanted == "erased" else result["outcome"]
    expect(told == wanted, f"the record must be {wanted}, but is {result}")


async def _nowhere(stage: Stage, record: dict[str, Any]) -> None:
    state = stage.company.actor(stage.truth.level("state").sign_in)
    found = await state.json(post("/v1/cross-checks", phone=record["phone"], purpose=_PURPOSE))
    expect(not found["on_record"], "the state's cross-check must not find who was erased, but does")
    asked = stage.company.actor(stage.truth.level("district").beside().sign_in)
    answer = await asked.json(post("/v1/worker-questions", phone=record["phone"]))
    expect(answer["one_of_ours"] is False, f"nobody must be told that who was erased is ours, but: {answer}")
    stage.saw("no cross-check and no yes/no question finds them any more")


async def _count(actor: Actor, unit: UnitTruth) -> int:
    return int((await actor.json(get("/v1/unit-counts", unit_id=unit.unit_id)))["active"])


def _day(erasure: dict[str, Any]) -> str:
    return str(erasure["purge_at"])[:10]
