"""A vistarak sees what came of the own records at the own booths, and nobody else's."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sangathan_chassis.ids import uuid7
from sangathan_testkit.harness import Harness, Person
from tests.registry import world
from tests.registry.test_drives import begun
from tests.registry.world import BOOTH, MANDAL, NEXT_BOOTH, STATE, a_record

JANUARY = datetime(2022, 1, 1, tzinfo=UTC)
WRONG: dict[str, Any] = {"birth_year": 2015}
EARLY: dict[str, Any] = {"captured_at": "2022-01-02T09:00:00Z"}


async def assign(service: Harness, person: Person, path: str, until: datetime | None = None) -> None:
    values = (uuid7(), person.person_id, world.unit_id(path), path, JANUARY, until)
    await world.rows(service, "INSERT INTO assignments VALUES ($1, $1, $2, $3, $4, $5, $6, NULL, now())", *values)


async def own(service: Harness, drive_id: str, person: Person) -> Any:
    answer = await service.ask("GET", f"/v1/drives/{drive_id}/own-progress", action="drive.read", person=person)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_own_records_are_counted_by_what_came_of_them_at_each_own_booth(registry: Harness) -> None:
    drive_id, vistarak = await begun(registry), world.at(MANDAL, "vistarak")
    await assign(registry, vistarak, BOOTH)
    await assign(registry, vistarak, NEXT_BOOTH)
    there: dict[str, Any] = {"unit_id": str(world.unit_id(NEXT_BOOTH))}
    sent = [a_record(), a_record(), a_record(**WRONG), a_record(**there), a_record(**there, **EARLY)]
    await world.synced(registry, vistarak, sent, drive_id=drive_id)
    seen = await own(registry, drive_id, vistarak)
    assert {name: seen[name] for name in ("accepted", "rejected", "waiting")} == {
        "accepted": 3,
        "rejected": 1,
        "waiting": 1,
    }
    by_booth = {one["unit_id"]: (one["accepted"], one["rejected"], one["waiting"]) for one in seen["booths"]}
    assert by_booth == {str(world.unit_id(BOOTH)): (2, 1, 0), str(world.unit_id(NEXT_BOOTH)): (1, 0, 1)}


async def test_what_others_captured_at_the_booth_is_not_counted(registry: Harness) -> None:
    drive_id, vistarak = await begun(registry), world.at(MANDAL, "vistarak")
    await assign(registry, vistarak, BOOTH)
    await world.synced(registry, world.at(BOOTH), [a_record(), a_record(**WRONG)], drive_id=drive_id)
    [booth] = (await own(registry, drive_id, vistarak))["booths"]
    assert (booth["accepted"], booth["rejected"], booth["waiting"]) == (0, 0, 0)


async def test_an_assignment_that_ended_before_the_drive_is_no_part_of_it(registry: Harness) -> None:
    vistarak = world.at(MANDAL, "vistarak")
    await assign(registry, vistarak, BOOTH, JANUARY.replace(day=16))
    assert (await own(registry, await begun(registry), vistarak))["booths"] == []


async def test_a_drive_that_is_not_seen_reads_as_missing(registry: Harness) -> None:
    path = f"/v1/drives/{UUID(int=7)}/own-progress"
    answer = await registry.ask("GET", path, action="drive.read", person=world.at(STATE))
    assert answer.status_code == 404
