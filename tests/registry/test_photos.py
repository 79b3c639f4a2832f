"""A worker's photo: sent once or again, seen by who may, on the trail, and gone with the record."""

import asyncio
from base64 import b64decode
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from httpx import Response

from sangathan_chassis.scope import Scope
from sangathan_registry.domain.revisions import Act, Author
from sangathan_registry.store import workers
from sangathan_testkit.databases import everything_in
from sangathan_testkit.harness import Harness, Person
from tests.registry import card_desk as desk
from tests.registry import world
from tests.registry.pictures import BLUE, a_picture, near, opened
from tests.registry.test_access_files import file_of, own_file
from tests.registry.test_erasures import erase, undo
from tests.registry.world import BOOTH, DISTRICT, MANDAL, NEXT_BOOTH, STATE, TWIN, TWIN_BOOTH

ONE, OTHER = a_picture(), a_picture(colour=BLUE)
SEES: Final = (*world.ALL_FIELDS, "photo")
BARE: dict[str, Any] = {"name_hi": None, "name_en": "Ramesh Namoona", "gender": None}


def path_of(worker_id: str) -> str:
    return f"/v1/workers/{worker_id}/photo"


async def put(service: Harness, worker_id: str, content: bytes = ONE, **more: Any) -> Response:
    person: Person = more.pop("person", None) or world.at(BOOTH)
    headers = {"content-type": "image/jpeg", **more}
    return await service.ask(
        "PUT", path_of(worker_id), action="photo.keep", person=person, content=content, headers=headers
    )


async def see(service: Harness, worker_id: str, person: Person | None = None, **more: Any) -> Response:
    who = person or world.at(STATE, field_classes=SEES)
    return await service.ask("GET", path_of(worker_id), action="photo.read", person=who, **more)


async def remove(service: Harness, worker_id: str, **headers: str) -> Response:
    return await service.ask("DELETE", path_of(worker_id), action="photo.keep", person=world.at(BOOTH), headers=headers)


async def rows(service: Harness) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await world.rows(service, "SELECT * FROM worker_photos ORDER BY worker_id")]


@pytest.fixture
async def worker(registry: Harness) -> str:
    return str((await world.enrolled(registry))["id"])


@pytest.fixture
async def other(registry: Harness) -> str:
    """A second record of the same person."""
    return str((await world.enrolled(registry, booth=TWIN_BOOTH, **BARE))["id"])


async def test_a_photo_is_kept_small_and_shown_to_who_may_see_it(registry: Harness, worker: str) -> None:
    kept = await put(registry, worker)
    assert kept.status_code == 200, kept.text
    assert (kept.json()["width"], kept.json()["height"], kept.json()["version"]) == (384, 480, 2)
    seen = await see(registry, worker)
    assert (seen.status_code, seen.headers["content-type"], seen.headers["etag"]) == (200, "image/jpeg", '"2"')
    assert opened(seen.content).size == (384, 480)
    assert (seen.headers["cache-control"], seen.headers["x-content-type-options"]) == ("private, no-cache", "nosniff")
    assert (await see(registry, worker, headers={"if-none-match": '"2"'})).status_code == 304
    trail = await world.rows(
        registry, "SELECT action, fields FROM audit_entries WHERE action LIKE 'photo%' ORDER BY id"
    )
    assert [tuple(row) for row in trail] == [("photo.keep", ["photo"]), ("photo.read", ["photo"])]


async def test_without_the_class_photo_nobody_sees_one(registry: Harness, worker: str) -> None:
    await put(registry, worker)
    assert (await see(registry, worker, world.at(STATE))).status_code == 403


@pytest.mark.parametrize("path", [NEXT_BOOTH, TWIN])
async def test_outside_the_scope_there_is_no_photo(registry: Harness, worker: str, path: str) -> None:
    await put(registry, worker)
    person = world.at(path, field_classes=SEES)
    for answer, missing in (
        (await see(registry, worker, person), await see(registry, str(uuid4()), person)),
        (await put(registry, worker, OTHER, person=person), await put(registry, str(uuid4()), OTHER, person=person)),
    ):
        assert answer.status_code == 404
        assert {**answer.json(), "trace_id": ""} == {**missing.json(), "trace_id": ""}


async def test_the_same_file_again_changes_nothing_whoever_sends_it_however_often(
    registry: Harness, worker: str
) -> None:
    answers = await asyncio.gather(*(put(registry, worker) for _ in range(3)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    before = await rows(registry)
    assert (await put(registry, worker, person=world.at(DISTRICT))).json() == answers[0].json()
    assert await rows(registry) == before
    assert (await world.read(registry, world.at(BOOTH), worker)).json()["version"] == 2


async def test_another_photo_is_replaced_only_by_who_has_seen_it(registry: Harness, worker: str) -> None:
    await put(registry, worker)
    assert (await put(registry, worker, OTHER)).status_code == 428
    assert (await put(registry, worker, OTHER, **{"if-match": '"1"'})).status_code == 412
    assert (await put(registry, worker, OTHER, **{"if-match": '"2"'})).headers["etag"] == '"3"'
    picture = opened((await see(registry, worker)).content)
    assert near(picture.getpixel((9, 9)), BLUE)


async def test_a_photo_is_taken_away_once_under_its_version(registry: Harness, worker: str) -> None:
    await put(registry, worker)
    assert (await remove(registry, worker)).status_code == 428
    assert (await remove(registry, worker, **{"if-match": '"9"'})).status_code == 412
    assert (await remove(registry, worker, **{"if-match": '"2"'})).status_code == 204
    assert await rows(registry) == []
    assert (await see(registry, worker)).status_code == 404
    assert (await remove(registry, worker, **{"if-match": '"2"'})).status_code == 404


async def test_that_it_came_and_went_stands_in_the_history_and_is_announced(registry: Harness, worker: str) -> None:
    await put(registry, worker)
    await remove(registry, worker, **{"if-match": "*"})
    path = f"/v1/workers/{worker}/history"
    told = await registry.ask("GET", path, action="worker.read", person=world.at(BOOTH))
    changes = [(one["version"], one["act"], one["office"], one["changes"]) for one in told.json()["changes"]]
    assert changes == [(3, "photo-removed", "booth-president", []), (2, "photographed", "booth-president", [])]
    events = await world.value(registry, "SELECT count(*) FROM outbox WHERE type = 'registry.worker.changed.v1'")
    assert events == 2


async def test_a_vistarak_sends_the_photos_of_own_captures_alone_after_the_records(registry: Harness) -> None:
    me = world.at(MANDAL, "vistarak")
    mine, not_mine = [str((await world.enrolled(registry))["id"]) for _ in range(2)]
    await world.rows(registry, "UPDATE workers SET captured_by = $1 WHERE id = $2", me.person_id, UUID(mine))
    assert (await put(registry, mine, person=me)).status_code == 200
    assert (await put(registry, not_mine, person=me)).status_code == 404


@pytest.mark.parametrize(
    ("content", "said"), [(b"<svg/>", "image/svg+xml"), (ONE, "image/png"), (ONE[:300], "image/jpeg"), (b"", "")]
)
async def test_what_is_no_picture_is_refused(registry: Harness, worker: str, content: bytes, said: str) -> None:
    answer = await put(registry, worker, content, **{"content-type": said})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:sangathan:problem:picture-not-taken")
    assert await rows(registry) == []


async def test_a_photo_lies_sealed_and_under_its_own_id(registry: Harness, worker: str, other: str) -> None:
    await put(registry, worker)
    await put(registry, other, OTHER, person=world.at(STATE))
    for row in await world.rows(registry, "SELECT sealed FROM worker_photos"):
        assert b"JFIF" not in row["sealed"]
    await world.rows(
        registry,
        "UPDATE worker_photos p SET sealed = o.sealed FROM worker_photos o WHERE o.worker_id = $1 AND p.worker_id = $2",
        UUID(other),
        UUID(worker),
    )
    assert (await see(registry, worker)).status_code == 500


async def test_photos_follow_a_unit_that_moves(registry: Harness, worker: str) -> None:
    await put(registry, worker)
    await world.move(registry, MANDAL, "in.mp.d070.v3.m5.")
    assert await world.paths(registry, "worker_photos") == await world.paths(registry, "workers")


async def test_the_kept_record_gets_the_photo_it_lacks_and_undoing_is_exact(
    registry: Harness, worker: str, other: str
) -> None:
    await put(registry, other, person=world.at(STATE))
    before = await rows(registry)
    pair = await desk.merged(registry, keep=worker)
    assert (await see(registry, worker, world.at(BOOTH, field_classes=SEES))).status_code == 200
    await desk.undone(registry, pair)
    assert await rows(registry) == before


async def test_of_two_photos_the_kept_records_stays_and_undoing_is_exact(
    registry: Harness, worker: str, other: str
) -> None:
    await put(registry, worker, OTHER)
    await put(registry, other, person=world.at(STATE))
    before = await rows(registry)
    pair = await desk.merged(registry, keep=worker)
    assert near(opened((await see(registry, worker)).content).getpixel((9, 9)), BLUE)
    await desk.undone(registry, pair)
    assert await rows(registry) == before


async def test_a_photo_that_came_after_the_merge_stays_and_the_merged_one_has_its_own_again(
    registry: Harness, worker: str, other: str
) -> None:
    await put(registry, other, person=world.at(STATE))
    pair = await desk.merged(registry, keep=worker)
    tag = (await see(registry, worker)).headers["etag"]
    await put(registry, worker, OTHER, **{"if-match": tag})
    await desk.undone(registry, pair)
    seen = [opened((await see(registry, one)).content).getpixel((9, 9)) for one in (worker, other)]
    assert [near(one, BLUE) for one in seen] == [True, False]


async def test_a_photo_that_is_taken_away_does_not_come_back_with_the_undoing_of_a_merge(
    registry: Harness, worker: str, other: str
) -> None:
    await put(registry, other, person=world.at(STATE))
    pair = await desk.merged(registry, keep=worker)
    await remove(registry, worker, **{"if-match": "*"})
    await desk.undone(registry, pair)
    assert await rows(registry) == []


async def test_a_withdrawal_takes_the_photos_along_and_none_comes_after(
    registry: Harness, worker: str, other: str
) -> None:
    await put(registry, other, person=world.at(STATE))
    await desk.merged(registry, keep=worker)
    await world.withdraw(registry, world.at(BOOTH), worker)
    assert await rows(registry) == []
    for one in (worker, other):
        assert (await put(registry, one, person=world.at(STATE))).status_code == 409


async def test_a_record_that_somebody_says_is_not_theirs_gets_no_photo(registry: Harness, worker: str) -> None:
    sealer = registry.app.state.parts.sealer
    async with registry.database.work(Scope.everything()) as work:
        found = await workers.find_for_change(work, sealer, UUID(worker))
        assert found is not None
        await workers.save(work, sealer, found.held(work.now), Author(Act.HELD, None, None, ""))
    assert (await put(registry, worker)).status_code == 409
    assert await rows(registry) == []


async def test_an_erasure_hides_the_photos_and_taking_it_back_brings_back_the_very_same(
    registry: Harness, worker: str, other: str
) -> None:
    await put(registry, worker, OTHER)
    await put(registry, other, person=world.at(STATE))
    await desk.merged(registry, keep=worker)
    before = await rows(registry)
    sealed, seen = before[0][4], (await see(registry, worker)).content
    erasure = (await erase(registry, world.at(BOOTH), worker)).json()
    assert await rows(registry) == []
    assert sealed.hex() not in "".join((await everything_in(registry.urls)).values())
    assert (await put(registry, worker)).status_code == 409, "a device may send it weeks later"
    await undo(registry, world.at(BOOTH), erasure["id"])
    assert [(*row[:4], *row[5:]) for row in await rows(registry)] == [(*row[:4], *row[5:]) for row in before]
    assert (await see(registry, worker)).content == seen


async def test_the_access_file_holds_the_photos(registry: Harness, worker: str) -> None:
    await put(registry, worker)
    [photo] = (await file_of(registry, world.at(BOOTH), worker)).json()["photos"]
    head, _, body = photo["picture"].partition(",")
    assert (head, opened(b64decode(body)).size) == ("data:image/jpeg;base64", (384, 480))
    me = uuid4()
    await world.rows(registry, "UPDATE workers SET person_id = $1", me)
    page = await own_file(registry, me, format="html")
    assert f'src="{photo["picture"]}"' in page.text
    assert "img-src data:" in page.headers["content-security-policy"]
    own = await registry.ask("GET", "/v1/my-photo", action="record.own", person=Person(person_id=me))
    assert own.content == b64decode(body)
    nobodys = await registry.ask("GET", "/v1/my-photo", action="record.own", person=Person(person_id=uuid4()))
    assert nobodys.status_code == 404
