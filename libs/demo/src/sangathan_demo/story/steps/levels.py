"""Each level sees exactly its own subtree: counts, lists and single records compared with the truth."""

import asyncio
from typing import Any, Final
from uuid import uuid4

from sangathan_demo.story.api import Actor, get
from sangathan_demo.story.expect import expect
from sangathan_demo.story.step import Stage
from sangathan_demo.tree import SCALES, build_tree
from sangathan_demo.truth import LevelTruth, Neighbour, UnitTruth, fingerprint

# Beyond this many, a level is compared by its count and its first workers, not by every single one.
_LIST_WHOLE: Final = 50_000
_LIST_PART: Final = 2_000
_SAID_OF_THE_MISSING: Final = ("type", "title", "status", "detail")


class Levels:
    """An office-bearer at each of the six levels, from the booth up."""

    title_en = "Every level sees exactly its own workers"
    title_hi = "हर स्तर केवल अपने कार्यकर्ता देखता है"

    async def play(self, stage: Stage) -> None:
        """Plays all levels at once, since each person may ask only so much a second, and tells them in order."""
        levels = tuple(reversed(stage.truth.levels))
        found = await asyncio.gather(*(_looks_around(stage, level) for level in levels), return_exceptions=True)
        for sentence in found:
            if isinstance(sentence, BaseException):
                raise sentence
            stage.saw(sentence)


async def _looks_around(stage: Stage, level: LevelTruth) -> str:
    actor = stage.company.actor(level.sign_in)
    unit = level.unit
    counted = (await actor.json(get("/v1/unit-counts", unit_id=unit.unit_id)))["active"]
    expect(counted == unit.workers, f"{unit.name_en} has {unit.workers} workers, but is counted as {counted}")
    one = await actor.json(get(f"/v1/workers/{level.worker_id}"))
    expect(one["id"] == level.worker_id, f"worker {level.worker_id} was asked for, {one['id']} came")
    listed = await _lists_all(actor, unit) if unit.workers <= _LIST_WHOLE else await _lists_some(stage, actor, unit)
    refused = await _sees_nothing_beside(actor, level.neighbour) if level.neighbour else "there is no neighbour"
    office = level.sign_in.office.replace("-", " ")
    return f"{office} of {unit.name_en} / {unit.name_hi}: counts {counted:,} and lists {listed}; {refused}"


async def _lists_all(actor: Actor, unit: UnitTruth) -> str:
    ids = [worker["id"] for worker in await _listed(actor, unit, most=unit.workers + 1)]
    sentence = f"{unit.name_en} must list exactly its {unit.workers} workers, but lists {len(ids)}, not all the same"
    expect((len(ids), fingerprint(ids)) == (unit.workers, unit.fingerprint), sentence)
    return "exactly these"


async def _lists_some(stage: Stage, actor: Actor, unit: UnitTruth) -> str:
    tree = build_tree(SCALES[stage.truth.scale])
    booths = {booth.id for booth in tree.booths(tree.by_path[unit.path])}
    workers = await _listed(actor, unit, most=_LIST_PART)
    outside = [worker["id"] for worker in workers if worker["unit_id"] not in booths]
    expect(not outside, f"{unit.name_en} must list only its own workers, but lists {len(outside)} of other units")
    return f"only its own, as far as the first {len(workers):,} show"


async def _listed(actor: Actor, unit: UnitTruth, most: int) -> list[dict[str, Any]]:
    workers = [worker async for page in actor.pages(get("/v1/workers"), most) for worker in page]
    different = {worker["id"] for worker in workers}
    expect(len(different) == len(workers), f"the list of {unit.name_en} names a worker twice")
    return workers


async def _sees_nothing_beside(actor: Actor, beside: Neighbour) -> str:
    refused = (await actor.send(get(f"/v1/workers/{beside.worker_id}", expects=(404,)))).json()
    missing = (await actor.send(get(f"/v1/workers/{uuid4()}", expects=(404,)))).json()
    sentence = f"a worker outside must read like one that does not exist, but: {refused} and {missing}"
    expect(_said(refused) == _said(missing), sentence)
    await actor.send(get("/v1/workers", expects=(404,), unit_id=beside.unit.unit_id))
    await actor.send(get("/v1/unit-counts", expects=(404,), unit_id=beside.unit.unit_id))
    return f"404 on a worker, the list and the count of {beside.unit.name_en}"


def _said(problem: dict[str, Any]) -> list[Any]:
    return [problem.get(key) for key in _SAID_OF_THE_MISSING]
