"""A drive's coverage, day by day: what every level says adds up, whatever moves, merges, goes or comes in late."""

from datetime import timedelta
from typing import Any

from sangathan_chassis.scope import Scope
from sangathan_registry.commands.follow_tree import derive_everything
from sangathan_registry.commands.purge_erased import purge_some
from sangathan_registry.store import drives
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness, Person
from tests.faults.drive_numbers import wrong_numbers
from tests.faults.ledger import Ledger
from tests.faults.places import Places
from tests.registry import world
from tests.registry.test_drives import begun
from tests.registry.test_erasures import erase
from tests.registry.test_flags import another
from tests.registry.test_rehoming import merge
from tests.registry.world import BOOTH, DISTRICT, FAR_BOOTH, MANDAL, NEXT_BOOTH, NEXT_MANDAL, STATE, TWIN

SUMS = ("booths", "target", "begun", "finished", "accepted", "rejected", "waiting", "flagged", "settled")


async def folded(service: Harness) -> None:
    """Folds all that waits, and finds every number to be what the rows say."""
    async with service.database.work(Scope.everything()) as work:
        while await drives.fold(work):
            pass
    places = Places({"registry": service.urls.superuser}, "", "")
    assert await wrong_numbers(places, Ledger()) == []


async def coverage(service: Harness, drive_id: str, path: str, **more: Any) -> Any:
    person = Person(path=STATE, unit_id=world.unit_id(STATE), tree_version=more.pop("tree_version", 1))
    params: dict[str, str | int] = {"unit_id": str(world.unit_id(path)), **more}
    url = f"/v1/drives/{drive_id}/coverage"
    return await service.ask("GET", url, action="drive.progress", person=person, params=params)


async def covered(service: Harness, drive_id: str, path: str, **more: Any) -> dict[str, Any]:
    """What a unit says, once it is found to be what those below it say."""
    answer = await coverage(service, drive_id, path, **more)
    assert answer.status_code == 200, answer.text
    page = answer.json()
    for name in SUMS:
        assert page["unit"][name] == sum(one[name] for one in page["children"]), name
    return dict(page["unit"])


def on(day: str) -> dict[str, Any]:
    return {"captured_at": day, "consent": {**world.CONSENT, "given_at": day}}


async def test_booths_are_begun_and_finished_and_vistaraks_counted_once_at_every_level(registry: Harness) -> None:
    drive_id = await begun(registry, target_per_booth=2, starts_at="2022-01-18T00:00:00+05:30")
    one, other = world.at(MANDAL), world.at(DISTRICT)
    await world.synced(registry, one, [another(), another(NEXT_BOOTH)], drive_id=drive_id)
    await world.synced(registry, other, [another(), another(FAR_BOOTH)], drive_id=drive_id)
    await folded(registry)
    unit = await covered(registry, drive_id, DISTRICT)
    assert [unit[name] for name in SUMS] == [3, 6, 3, 1, 4, 0, 0, 0, 0]
    [day] = unit["days"]
    assert (day["day"], day["active"], day["begun"], day["finished"]) == ("2022-01-20", 2, 3, 1)
    assert (await covered(registry, drive_id, NEXT_MANDAL))["days"][0]["active"] == 1
    # What was captured the day before comes in late: the booth was begun then, and nobody twice.
    late = another(**on("2022-01-19T12:30:00+05:30"))
    await world.synced(registry, one, [late, another(birth_year=2015)], drive_id=drive_id)
    await folded(registry)
    unit = await covered(registry, drive_id, DISTRICT)
    assert [(one["day"], one["begun"], one["active"], one["accepted"], one["rejected"]) for one in unit["days"]] == [
        ("2022-01-19", 1, 1, 1, 0),
        ("2022-01-20", 2, 2, 4, 1),
    ]


async def test_numbers_agree_after_moves_merges_of_units_erasures_and_a_rebuilding(
    registry: Harness, clock: FixedClock
) -> None:
    drive_id = await begun(registry, target_per_booth=1, unit_id=str(world.unit_id(STATE)))
    one, other = world.at(DISTRICT), world.at(STATE)
    erased = another()
    await world.synced(registry, one, [erased, another(NEXT_BOOTH), another(FAR_BOOTH)], drive_id=drive_id)
    await world.synced(registry, other, [another(FAR_BOOTH)], drive_id=drive_id)
    await folded(registry)
    before = await covered(registry, drive_id, STATE)
    await merge(registry, NEXT_BOOTH, FAR_BOOTH)
    closed = "UPDATE unit_replica SET closed_at = now() WHERE unit_id = $1"
    await world.rows(registry, closed, world.unit_id(NEXT_BOOTH))
    await erase(registry, world.at(BOOTH), erased["id"])
    clock.pass_time(timedelta(days=31))
    await purge_some(registry.database)
    await world.move(registry, MANDAL, "in.mp.d070.v3.m9.")
    await folded(registry)
    assert await covered(registry, drive_id, STATE, tree_version=2) == before
    twin = await covered(registry, drive_id, TWIN, tree_version=2)
    assert (twin["accepted"], twin["begun"], twin["days"][0]["active"]) == (2, 2, 1)
    left = await covered(registry, drive_id, DISTRICT, tree_version=2)
    assert (left["accepted"], left["begun"], left["days"][0]["active"]) == (2, 1, 2)
    async with registry.database.work(Scope.everything()) as work:
        await derive_everything(work)
    await folded(registry)
    assert await covered(registry, drive_id, STATE, tree_version=2) == before


async def test_only_the_days_that_are_asked_for_are_told(registry: Harness) -> None:
    drive_id = await begun(registry)
    await world.synced(registry, world.at(BOOTH), [another()], drive_id=drive_id)
    for days, accepted in (({"to": "2022-01-21"}, 1), ({"from": "2022-01-21"}, 0), ({"from": "2022-01-20"}, 1)):
        unit = (await coverage(registry, drive_id, DISTRICT, **days)).json()["unit"]
        assert (unit["accepted"], unit["booths"]) == (accepted, 3), "what waits is told, and booths belong to no day"
    for days in ({"from": "2022-01-20", "to": "2022-01-19"}, {"from": "2022-01-01", "to": "2022-12-31"}):
        assert (await coverage(registry, drive_id, DISTRICT, **days)).status_code == 422
    for day in ("0001-01-01", "9999-12-31"):
        assert (await coverage(registry, drive_id, DISTRICT, **{"from": day})).status_code in {200, 422}
