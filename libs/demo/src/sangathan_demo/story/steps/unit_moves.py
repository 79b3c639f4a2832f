"""A mandal moves to the district beside: sight and counts follow at once, its past stays known, and it moves back."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sangathan_demo.story.api import Actor, get, post
from sangathan_demo.story.expect import StepFailed, expect
from sangathan_demo.story.step import Stage
from sangathan_demo.truth import LevelTruth, UnitTruth

_PATIENCE_S: Final = 15.0
_CODE_THERE: Final = "story1"
_MOVED: Final = (200, 409)


@dataclass(frozen=True, slots=True)
class _Scene:
    """The mandal with one of its workers, the presidents of the two districts, and the state, who moves it."""

    mandal: UnitTruth
    worker_id: str
    state: Actor
    old: Actor
    new: Actor
    old_district: UnitTruth
    new_district: UnitTruth
    whole: UnitTruth


class UnitMoves:
    """The story's own mandal, moved to the district beside and back."""

    title_en = "A mandal moves to another district, and sight moves with it"
    title_hi = "मंडल दूसरे जिले में गया, दृष्टि भी साथ गई"

    async def play(self, stage: Stage) -> None:
        """Moves it, takes the time until both presidents see it so, and brings it back whatever happened."""
        scene = _scene(stage)
        before = await scene.state.json(get(f"/v1/units/{scene.mandal.unit_id}"))
        home, code = await _home(stage, scene, before)
        counted = await _counts(scene)
        moment = datetime.now(UTC)
        try:
            await self._there(stage, scene, counted)
        finally:
            began = time.monotonic()
            await _move(scene, home, code)
        await _until(scene.old, scene.worker_id, 200)
        back = time.monotonic()
        await _until(scene.new, scene.worker_id, 404)
        await _expect_counts(scene, counted)
        stage.saw(f"moved back: its district has it again {_ms(began, back)} ms later, and all counts are as before")
        past = await scene.state.json(get(f"/v1/units/{scene.mandal.unit_id}", as_of=moment.isoformat()))
        expect(past["path"] == before["path"], f"at {moment} the mandal stood at {before['path']}, not {past['path']}")
        stage.saw("asked how it stood before, the tree still tells the district that it was in")

    async def _there(self, stage: Stage, scene: _Scene, counted: dict[str, int]) -> None:
        seat = await _seat_in(scene.state, scene.new_district)
        began = time.monotonic()
        await _move(scene, str(seat["id"]), _CODE_THERE)
        await _until(scene.new, scene.worker_id, 200)
        seen = time.monotonic()
        await _until(scene.old, scene.worker_id, 404)
        gone = time.monotonic()
        workers = scene.mandal.workers
        stage.saw(
            f"{scene.mandal.name_en} / {scene.mandal.name_hi} with {workers:,} workers moves from"
            f" {scene.old_district.name_en} to {scene.new_district.name_en}"
        )
        stage.saw(f"{_ms(began, seen)} ms after the state asked, the new district sees them")
        stage.saw(f"{_ms(began, gone)} ms after it asked, the old one has been told that there is nothing here")
        moved = {"old": counted["old"] - workers, "new": counted["new"] + workers, "state": counted["state"]}
        await _expect_counts(scene, moved)
        stage.saw(
            f"counts follow: {moved['old']:,} and {moved['new']:,}, and {moved['state']:,} in the state as before"
        )


def _scene(stage: Stage) -> _Scene:
    district: LevelTruth = stage.truth.level("district")
    mandal = stage.truth.level("mandal")
    beside = district.beside()
    return _Scene(
        mandal.unit,
        mandal.worker_id,
        stage.company.actor(stage.truth.level("state").sign_in),
        stage.company.actor(district.sign_in),
        stage.company.actor(beside.sign_in),
        district.unit,
        beside.unit,
        stage.truth.level("state").unit,
    )


async def _home(stage: Stage, scene: _Scene, mandal: dict[str, Any]) -> tuple[str, str]:
    """Where the mandal belongs, by what is known beforehand; a play that was broken off may have left it elsewhere."""
    vidhan_sabha = stage.truth.level("vidhan-sabha").unit
    code = scene.mandal.path[:-1].rpartition(".")[2]
    if mandal["parent_id"] != vidhan_sabha.unit_id:
        await _move(scene, vidhan_sabha.unit_id, code)
        mandal["path"] = scene.mandal.path
        await _until(scene.old, scene.worker_id, 200)
    return vidhan_sabha.unit_id, code


async def _seat_in(state: Actor, district: UnitTruth) -> dict[str, Any]:
    """The first open vidhan sabha of a district."""
    seats = await state.everything(get("/v1/units", parent_id=district.unit_id))
    return next(seat for seat in seats if seat["closed_at"] is None)


async def _move(scene: _Scene, parent_id: str, code: str) -> None:
    """Moves the mandal; it may stand there already when an answer was lost on the way."""
    path = f"/v1/units/{scene.mandal.unit_id}/moves"
    await scene.state.send(post(path, expects=_MOVED, parent_id=parent_id, code=code))


async def _counts(scene: _Scene) -> dict[str, int]:
    asked = {
        "old": (scene.old, scene.old_district),
        "new": (scene.new, scene.new_district),
        "state": (scene.state, scene.whole),
    }
    return {
        name: int((await who.json(get("/v1/unit-counts", unit_id=unit.unit_id)))["active"])
        for name, (who, unit) in asked.items()
    }


async def _expect_counts(scene: _Scene, wanted: dict[str, int]) -> None:
    counted = await _counts(scene)
    expect(counted == wanted, f"the counts must be {wanted}, but are {counted}")


async def _until(who: Actor, worker_id: str, status: int) -> None:
    """Asks for the worker until the answer is as it must be."""
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        reply = await who.send(get(f"/v1/workers/{worker_id}", expects=(200, 404)))
        if reply.status_code == status:
            return
        await asyncio.sleep(0.01)
    raise StepFailed(f"the worker must be answered with {status} within {_PATIENCE_S:.0f} s of the move")


def _ms(began: float, ended: float) -> str:
    return f"{(ended - began) * 1000:.0f}"
