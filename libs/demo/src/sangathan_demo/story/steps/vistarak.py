"""A vistarak comes back from the booths and sends the same batch twice; nothing doubles and nothing is lost."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sangathan_chassis.ids import uuid7
from sangathan_demo.story.api import Actor, get, post
from sangathan_demo.story.captures import captured
from sangathan_demo.story.expect import expect
from sangathan_demo.story.step import Stage
from sangathan_demo.truth import UnitTruth, VistarakTruth


class Vistarak:
    """Six records captured without network: four good, one under age, one of a booth not assigned."""

    title_en = "A vistarak sends a batch twice and nothing doubles"
    title_hi = "विस्तारक ने एक बैच दो बार भेजा, कुछ दोहराया नहीं"

    async def play(self, stage: Stage) -> None:
        """Sends, sends again, compares the counts, and withdraws what was captured."""
        vistarak = stage.company.actor(stage.truth.vistarak.sign_in)
        mandal = stage.truth.level("mandal")
        president = stage.company.actor(mandal.sign_in)
        before = await _count(president, mandal.unit)
        records = _captured(stage.truth.vistarak)
        good = [record["id"] for record in records[:4]]
        try:
            await _send_twice(stage, vistarak, records)
            after = await _count(president, mandal.unit)
            sentence = f"four records were accepted, so {before} must become {before + 4}, but became {after}"
            expect(after == before + 4, sentence)
            stage.saw(f"{mandal.unit.name_en}: {before} workers before, {after} after both")
            await _sees_only_own_captures(stage, vistarak, good)
        finally:
            await _withdraw(president, good)
        last = await _count(president, mandal.unit)
        expect(last == before, f"after withdrawal {before} must be on record again, but there are {last}")
        stage.saw(f"consent taken back: the four are withdrawn, {last} workers again")


async def _send_twice(stage: Stage, vistarak: Actor, records: list[dict[str, Any]]) -> None:
    device = str(uuid7())
    for of_the_good in ("accepted", "already-there"):
        reply = await vistarak.json(post("/v1/sync-batches", device_id=device, records=records))
        results = reply["results"]
        wanted = [of_the_good] * 4 + ["rejected"] * 2
        named = [result["id"] for result in results] == [record["id"] for record in records]
        expect(named, "a batch must be answered with one receipt per record, in the same order")
        outcomes = [result["outcome"] for result in results]
        expect(outcomes == wanted, f"the receipts must be {wanted}, but are {results}")
        faults = [result["errors"] for result in results[4:]]
        expect(all(faults), f"each rejected record must say why and where, but: {faults}")
        places = " and ".join(errors[0]["pointer"] for errors in faults)
        stage.saw(f"receipts: 4 {of_the_good.replace('-', ' ')}, 2 rejected, pointing at {places}")


async def _sees_only_own_captures(stage: Stage, vistarak: Actor, good: list[str]) -> None:
    seen = {item["id"] for item in await vistarak.everything(get("/v1/workers"))}
    expect(set(good) <= seen, "a vistarak must see the records captured a moment ago")
    # Seeded workers carry UUIDv5; what a device captured carries UUIDv7.
    others = [one for one in seen if UUID(one).version != 7]
    expect(not others, f"a vistarak must see no record that somebody else made, but sees {len(others)}")
    stage.saw(f"the vistarak sees {len(seen)} own records and none of the mandal's others")


async def _withdraw(president: Actor, ids: list[str]) -> None:
    for one in ids:
        await president.send(post(f"/v1/workers/{one}/withdrawals", (200, 201, 204, 404), reason="consent-withdrawn"))


async def _count(actor: Actor, unit: UnitTruth) -> int:
    return int((await actor.json(get("/v1/unit-counts", unit_id=unit.unit_id)))["active"])


def _captured(truth: VistarakTruth) -> list[dict[str, Any]]:
    booths = truth.booths
    records = [captured(booths[number % len(booths)], number) for number in range(4)]
    under_age = captured(booths[0], 4, birth_year=datetime.now(UTC).year - 12)
    return [*records, under_age, captured(truth.outside, 5)]
