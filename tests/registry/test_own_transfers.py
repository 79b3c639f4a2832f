"""A worker asks for their own transfer: it is nobody's consent, and both units decide as of any other."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import Response

from sangathan_testkit.harness import Harness, Person
from tests.registry import transfers, world
from tests.registry.world import BOOTH, DISTRICT, FAR_BOOTH, MANDAL, NEXT_BOOTH, TWIN, TWIN_BOOTH


async def ask(service: Harness, me: UUID, to: str = FAR_BOOTH, **more: Any) -> Response:
    body = {"to_unit_id": str(world.unit_id(to)), "cause": "own-wish", **more}
    return await service.ask("POST", "/v1/my-transfers", action="transfer.own", person=Person(person_id=me), json=body)


async def mine(service: Harness, me: UUID) -> Response:
    return await service.ask("GET", "/v1/my-transfers", action="transfer.own", person=Person(person_id=me))


async def take_back(service: Harness, me: UUID, transfer_id: str) -> Response:
    path = f"/v1/my-transfers/{transfer_id}/takings-back"
    return await service.ask("POST", path, action="transfer.own", person=Person(person_id=me), json={})


async def signed_in(service: Harness, **changes: Any) -> tuple[str, UUID]:
    """Somebody on record who signs in."""
    worker, me = await world.enrolled(service, **changes), uuid4()
    await world.rows(service, "UPDATE workers SET person_id = $1 WHERE id = $2", me, UUID(worker["id"]))
    return str(worker["id"]), me


async def announced(service: Harness, kind: str) -> list[dict[str, Any]]:
    found = await world.rows(service, "SELECT convert_from(body, 'utf8')::json::text FROM outbox WHERE type = $1", kind)
    return [json.loads(row[0]) for row in found]


async def test_both_units_are_asked_by_name_and_the_worker_goes_when_both_have_agreed(registry: Harness) -> None:
    worker, me = await signed_in(registry)
    asked = await ask(registry, me)
    assert asked.status_code == 201, asked.text
    assert (asked.json()["asked_from"], asked.json()["waits_for"]) == ("worker", ["giving", "receiving"])
    transfer = asked.json()["id"]
    for path in (BOOTH, FAR_BOOTH):
        seen = (await transfers.read(registry, world.at(path), transfer)).json()
        assert (seen["worker_id"], seen["name_en"]) == (worker, "Ramesh Namuna"), path
    first = await transfers.answer(registry, world.at(FAR_BOOTH), transfer)
    assert (first.json()["state"], first.json()["waits_for"]) == ("asked", ["giving"])
    again = await transfers.answer(registry, world.at(FAR_BOOTH), transfer)
    assert (again.status_code, again.json()["version"]) == (200, first.json()["version"])
    assert (await world.read(registry, world.at(FAR_BOOTH), worker)).status_code == 404
    assert (await transfers.answer(registry, world.at(BOOTH), transfer)).json()["state"] == "agreed"
    assert (await world.read(registry, world.at(FAR_BOOTH), worker)).status_code == 200
    [one] = (await mine(registry, me)).json()["items"]
    assert (one["state"], one["decided_office"]) == ("agreed", "booth-president")


async def test_within_a_mandal_only_the_giving_unit_is_asked_and_an_office_above_decides_for_both(
    registry: Harness,
) -> None:
    worker, me = await signed_in(registry)
    near = (await ask(registry, me, NEXT_BOOTH)).json()
    assert near["waits_for"] == ["giving"]
    assert (await transfers.answer(registry, world.at(MANDAL), near["id"])).json()["state"] == "agreed"
    far = (await ask(registry, me, FAR_BOOTH)).json()
    assert (await transfers.answer(registry, world.at(DISTRICT), far["id"])).json()["state"] == "agreed"
    assert (await world.read(registry, world.at(FAR_BOOTH), worker)).status_code == 200


async def test_an_office_that_asks_for_the_same_agrees_for_its_side_alone(registry: Harness) -> None:
    worker, me = await signed_in(registry)
    transfer = (await ask(registry, me)).json()["id"]
    assert (await transfers.ask(registry, world.at(BOOTH), worker, FAR_BOOTH)).json()["id"] == transfer
    assert (await transfers.read(registry, world.at(BOOTH), transfer)).json()["waits_for"] == ["receiving"]
    assert (await transfers.answer(registry, world.at(FAR_BOOTH), transfer)).json()["state"] == "agreed"


async def test_one_side_declines_and_the_worker_is_told(registry: Harness) -> None:
    _, me = await signed_in(registry)
    transfer = (await ask(registry, me)).json()["id"]
    assert (await transfers.answer(registry, world.at(FAR_BOOTH), transfer, "decline")).json()["state"] == "declined"
    [event] = await announced(registry, "registry.transfer.ended.v1")
    assert (event["asker_id"], event["person_id"]) == (str(me), None)


async def test_only_the_worker_takes_it_back_and_once_is_enough(registry: Harness) -> None:
    _, me = await signed_in(registry)
    transfer = (await ask(registry, me)).json()["id"]
    assert (await transfers.answer(registry, world.at(BOOTH), transfer, "take-back")).status_code == 403
    assert (await take_back(registry, uuid4(), transfer)).status_code == 404
    for _ in range(2):
        assert (await take_back(registry, me, transfer)).json()["state"] == "taken-back"
    assert (await transfers.answer(registry, world.at(BOOTH), transfer)).status_code == 409
    [event] = await announced(registry, "registry.transfer.ended.v1")
    assert event["asker_id"] is None, "who did it knows"


async def test_asked_again_it_is_the_same_and_only_three_wait(registry: Harness) -> None:
    _, me = await signed_in(registry)
    first = (await ask(registry, me)).json()["id"]
    assert (await ask(registry, me)).json()["id"] == first
    for to in (NEXT_BOOTH, TWIN_BOOTH):
        assert (await ask(registry, me, to)).status_code == 201
    full = await ask(registry, me, TWIN)
    assert (full.status_code, full.json()["type"].rpartition(":")[2]) == (429, "transfers-wait")
    await take_back(registry, me, first)
    assert (await ask(registry, me, TWIN)).status_code == 201


async def test_one_asked_by_an_office_is_seen_and_not_taken_back_by_the_worker(registry: Harness) -> None:
    worker, me = await signed_in(registry)
    transfer = await transfers.asked(registry, worker)
    assert (await ask(registry, me)).json()["id"] == transfer
    assert [one["id"] for one in (await mine(registry, me)).json()["items"]] == [transfer]
    assert (await take_back(registry, me, transfer)).status_code == 404


async def test_who_has_no_record_two_records_or_is_there_already_asks_for_nothing(registry: Harness) -> None:
    assert (await ask(registry, uuid4())).status_code == 404
    assert (await mine(registry, uuid4())).status_code == 404
    worker, me = await signed_in(registry)
    assert (await ask(registry, me, BOOTH)).status_code == 409
    assert (await ask(registry, me, to="in.zz.")).status_code == 404
    other, _ = await signed_in(registry, phone="+916000000077")
    assert (await ask(registry, me, worker_id=other)).status_code == 404, "nobody asks for somebody else"
    await world.rows(registry, "UPDATE workers SET person_id = $1", me)
    assert world.pointers(await ask(registry, me)) == ["/worker_id"]
    assert (await ask(registry, me, worker_id=worker)).status_code == 201


@pytest.mark.parametrize("path", [NEXT_BOOTH, TWIN])
async def test_a_unit_that_it_does_not_concern_sees_nothing(registry: Harness, path: str) -> None:
    _, me = await signed_in(registry)
    transfer = (await ask(registry, me)).json()["id"]
    assert (await transfers.read(registry, world.at(path), transfer)).status_code == 404
