"""A paper that was keyed and held is credited, once somebody accepts it, as one that was accepted at once."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from sangathan_chassis.ids import uuid7
from sangathan_testkit.harness import Harness, Person
from tests.registry import world
from tests.registry.test_drives import begun, ends, post
from tests.registry.world import BOOTH, DISTRICT, MANDAL, NEXT_BOOTH, a_record

HERE = str(world.unit_id(BOOTH))
BEFORE_THE_DRIVE = "2022-01-16T12:30:00+05:30"
CREDITED = """
SELECT w.captured_by AS recorded, c.taken_by, k.captured_by, k.keyed_by, d.person_id AS day_of
FROM workers w JOIN consents c ON c.worker_id = w.id JOIN captures k ON k.record_id = w.id
JOIN drive_days d ON d.drive_id = k.drive_id
"""


async def assigned(service: Harness) -> UUID:
    vistarak = uuid4()
    await world.rows(
        service,
        "INSERT INTO assignments VALUES ($1, $1, $2, $3, $4, '2022-01-15', NULL, NULL, now())",
        *(uuid7(), vistarak, world.unit_id(BOOTH), BOOTH),
    )
    return vistarak


async def keyed(service: Harness, clerk: Person, vistarak: UUID, record: dict[str, Any]) -> Any:
    body = {"drive_id": await begun(service), "vistarak_id": str(vistarak), "records": [record]}
    return await post(service, "/v1/paper-entries", "paper.enter", clerk, body)


async def own_progress(service: Harness, vistarak: UUID) -> dict[str, Any]:
    drive_id = await world.value(service, "SELECT id FROM drives ORDER BY id LIMIT 1")
    who = world.at(MANDAL, "vistarak", person_id=vistarak)
    answer = await service.ask("GET", f"/v1/drives/{drive_id}/own-progress", action="drive.read", person=who)
    return dict(answer.json())


async def held(service: Harness, by: Person) -> dict[str, Any]:
    listed = await service.ask("GET", "/v1/held-records", action="record.review", person=by)
    [one] = listed.json()["items"]
    return dict(one)


async def decided(service: Harness, by: Person) -> Any:
    path = f"/v1/held-records/{(await held(service, by))['id']}/decisions"
    return await post(service, path, "record.review", by, {"decision": "accepted"})


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (a_record(captured_at=BEFORE_THE_DRIVE, serial="A-01"), "outside-drive"),
        (a_record(NEXT_BOOTH, serial="A-01"), "not-assigned"),
    ],
)
async def test_a_held_paper_is_credited_to_vistarak_and_clerk_and_not_to_whoever_decided(
    registry: Harness, record: dict[str, Any], reason: str
) -> None:
    vistarak, clerk = await assigned(registry), world.at(MANDAL)
    [(_, _, why)] = ends(await keyed(registry, clerk, vistarak, record))
    assert why == reason
    own = await own_progress(registry, vistarak)
    assert (own["accepted"], own["rejected"] + own["waiting"]) == (0, int(record["unit_id"] == HERE))
    waiting = await held(registry, clerk)
    assert (waiting["vistarak_id"], waiting["sent_by"]) == (str(vistarak), str(clerk.person_id))
    refused = await decided(registry, world.at(DISTRICT, person_id=vistarak))
    assert (refused.status_code, await world.size(registry, "workers")) == (403, 0), "nobody takes the own papers"
    assert (await decided(registry, world.at(DISTRICT))).status_code == 200
    own = await own_progress(registry, vistarak)
    assert (own["accepted"], own["rejected"], own["waiting"]) == (int(record["unit_id"] == HERE), 0, 0)
    [credited] = await world.rows(registry, CREDITED)
    assert tuple(credited) == (vistarak, vistarak, vistarak, clerk.person_id, vistarak)
    assert await world.value(registry, "SELECT vistarak_id FROM drive_flag_queue") is None, "a device's sign alone"
    again = await keyed(registry, clerk, vistarak, record)
    assert ends(again) == [("already-there", 200, None)]
