"""A look-up shows who has a photo, and each is opened under the purpose of that look-up, for a while, by who asked."""

from datetime import timedelta
from uuid import UUID, uuid4

from httpx import Response

from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness, Person
from tests.registry import cases, world
from tests.registry.test_checks import PURPOSE, cross_check
from tests.registry.test_photos import SEES, put
from tests.registry.world import BOOTH, STATE, TWIN_BOOTH


async def follow(service: Harness, link: str, person: Person) -> Response:
    path, _, look_up = link.partition("?look_up=")
    return await service.ask("GET", path, action="photo.read", person=person, params={"look_up": look_up})


async def test_a_cross_check_shows_photos_side_by_side_under_its_purpose(registry: Harness) -> None:
    one, other, without = [str((await world.enrolled(registry, booth=b))["id"]) for b in (BOOTH, TWIN_BOOTH, BOOTH)]
    for worker in (one, other):
        await put(registry, worker, person=world.at(STATE))
    person = world.at(STATE, field_classes=SEES)
    links = {m["id"]: m["photo"] for m in (await cross_check(registry, person, name="Ramesh")).json()["matches"]}
    assert links[without] is None
    for worker in (one, other):
        assert links[worker].startswith(f"/v1/workers/{worker}/photo?look_up=")
        assert (await follow(registry, links[worker], person)).headers["content-type"] == "image/jpeg"
    trail = await world.rows(registry, "SELECT purpose FROM audit_entries WHERE action = 'photo.read'")
    assert [row["purpose"] for row in trail] == [PURPOSE, PURPOSE]
    assert {m["photo"] for m in (await cross_check(registry, world.at(STATE), name="Ramesh")).json()["matches"]} == {
        None
    }


async def test_a_look_up_is_good_for_who_made_it_for_whom_it_showed_and_for_an_hour(
    registry: Harness, clock: FixedClock
) -> None:
    worker, other = [str((await world.enrolled(registry))["id"]) for _ in range(2)]
    for one in (worker, other):
        await put(registry, one, person=world.at(STATE))
    person = world.at(STATE, field_classes=SEES)
    [match] = (await cross_check(registry, person, worker_id=worker)).json()["matches"]
    link = match["photo"]
    assert (await follow(registry, link, world.at(STATE, field_classes=SEES))).status_code == 404
    assert (await follow(registry, link.replace(worker, other), person)).status_code == 404
    assert (await follow(registry, f"{link[:-36]}{uuid4()}", person)).status_code == 404
    assert (await follow(registry, link, person)).status_code == 200
    clock.pass_time(timedelta(minutes=61))
    assert (await follow(registry, link, person)).status_code == 404


async def test_a_case_shows_the_photos_of_who_matches_and_who_holds_the_office(registry: Harness) -> None:
    worker = str((await world.enrolled(registry, name_en="Koi Bahurupiya", name_hi=None))["id"])
    president = await cases.put_holder(registry, BOOTH)
    await world.rows(registry, "UPDATE workers SET person_id = $1 WHERE id = $2", president, UUID(worker))
    await put(registry, worker)
    await world.matched(registry)
    case = await cases.opened(registry, world.at(BOOTH), claim={"name": "Koi Bahurupiya", "office": "booth-president"})
    person = world.at(BOOTH, field_classes=SEES)
    found = (await cases.matches(registry, person, case["id"])).json()
    links = {found["names"][0]["photo"], found["office"]["holders"][0]["photo"]}
    assert len(links) == 1, "somebody who is shown twice is looked at once"
    assert (await follow(registry, links.pop(), person)).status_code == 200
    trail = await world.rows(registry, "SELECT purpose FROM audit_entries WHERE action = 'photo.read'")
    assert [row["purpose"] for row in trail] == [f"case {case['reference']}"]
