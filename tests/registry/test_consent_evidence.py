"""A signature or photo by which somebody agreed: sent before or after the record, seen by few, gone with consent."""

import asyncio
from base64 import b64decode
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from httpx import Response
from PIL import Image, ImageDraw

from sangathan_chassis.ids import uuid7
from sangathan_chassis.sealing import Sealer
from sangathan_registry.commands.apply_retention import apply_some
from sangathan_registry.commands.keep_consent_evidence import join_some
from sangathan_registry.commands.purge_erased import purge_some
from sangathan_registry.domain.retention import Retention
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.databases import everything_in
from sangathan_testkit.harness import Harness, Person
from tests.registry import asking, transfers, world
from tests.registry import card_desk as desk
from tests.registry.pictures import a_picture, encoded, opened
from tests.registry.test_access_files import file_of
from tests.registry.test_erasures import MONTH, erase, erasures, undo
from tests.registry.world import BOOTH, FAR_BOOTH, MANDAL, NEXT_BOOTH, STATE, TWIN, TWIN_BOOTH

BARE: Final[dict[str, Any]] = {"name_hi": None, "name_en": "Ramesh Namoona", "gender": None}


def strokes() -> bytes:
    """A signature as a phone draws it: dark on nothing."""
    image = Image.new("RGBA", (600, 200), (0, 0, 0, 0))
    ImageDraw.Draw(image).line([(20, 150), (150, 30), (260, 170), (420, 60), (580, 120)], (10, 10, 60, 255), 6)
    return encoded(image, "PNG")


SIGNATURE: Final = strokes()
FACE: Final = a_picture()


async def put(service: Harness, worker_id: str, kind: str = "signature", **more: Any) -> Response:
    person: Person = more.pop("person", None) or world.at(BOOTH)
    content = more.pop("content", SIGNATURE if kind == "signature" else FACE)
    media = "image/png" if content[:4] == b"\x89PNG" else "image/jpeg"
    path = f"/v1/workers/{worker_id}/consent-evidence/{kind}"
    headers = {"content-type": media}
    return await service.ask("PUT", path, action="worker.sync", person=person, content=content, headers=headers)


async def see(service: Harness, worker_id: str, person: Person | None = None, kind: str = "signature") -> Response:
    path = f"/v1/workers/{worker_id}/consent-evidence/{kind}"
    return await service.ask("GET", path, action="consent.keep", person=person or world.at(STATE))


async def remove(service: Harness, worker_id: str, match: str | None) -> Response:
    path, headers = f"/v1/workers/{worker_id}/consent-evidence/signature", {"if-match": match} if match else {}
    return await service.ask("DELETE", path, action="consent.keep", person=world.at(BOOTH), headers=headers)


async def rows(service: Harness) -> list[dict[str, Any]]:
    return [dict(row) for row in await world.rows(service, "SELECT * FROM consent_evidence ORDER BY worker_id, kind")]


def but_seals(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name != "sealed"} for row in found]


@pytest.fixture
async def worker(registry: Harness) -> str:
    return str((await world.enrolled(registry))["id"])


async def test_a_signature_is_drawn_anew_kept_small_sealed_and_shown_on_the_trail(
    registry: Harness, worker: str
) -> None:
    kept = await put(registry, worker)
    assert kept.status_code == 200, kept.text
    assert (kept.json()["waiting"], kept.json()["width"], kept.json()["height"]) == (False, 480, 160)
    seen = await see(registry, worker)
    assert (seen.status_code, seen.headers["content-type"], seen.headers["cache-control"]) == (
        *(200, "image/jpeg"),
        "private, no-store",
    )
    picture = opened(seen.content)
    assert picture.size == (480, 160)
    assert min(picture.convert("L").tobytes()) < 90, "the strokes are there"
    assert seen.content.hex() not in "".join((await everything_in(registry.urls)).values())
    trail = "SELECT action, fields FROM audit_entries WHERE fields::text LIKE '%signature%' ORDER BY id"
    assert [tuple(row) for row in await world.rows(registry, trail)] == [
        ("worker.sync", ["signature"]),
        ("consent.keep", ["consent-signature", "sensitive"]),
    ]


async def test_the_same_again_changes_nothing_and_another_is_not_put_in_its_place(
    registry: Harness, worker: str
) -> None:
    answers = await asyncio.gather(*(put(registry, worker) for _ in range(3)))
    assert {answer.status_code for answer in answers} == {200}
    before = await rows(registry)
    assert len(before) == 1
    assert (await put(registry, worker, person=world.at(MANDAL))).status_code == 200
    other = await put(registry, worker, content=FACE)
    assert (other.status_code, other.json()["type"].rpartition(":")[2]) == (409, "consent-evidence-kept")
    assert await rows(registry) == before
    assert (await put(registry, worker, "photo")).status_code == 200, "a photo stands beside it"


@pytest.mark.parametrize("content", [b"\xff\xd8\xffbroken", a_picture(size=(32, 32)), SIGNATURE + b" " * 300_000])
async def test_what_is_no_small_picture_is_refused(registry: Harness, worker: str, content: bytes) -> None:
    assert (await put(registry, worker, content=content)).status_code == 422
    assert await rows(registry) == []


async def test_it_may_come_before_its_record_and_again_and_is_joined_to_it(registry: Harness) -> None:
    vistarak = world.at(MANDAL, office="vistarak")
    assigned = "INSERT INTO assignments VALUES ($1, $1, $2, $3, $4, '2022-01-15', '2022-01-31', NULL, now())"
    await world.rows(registry, assigned, uuid4(), vistarak.person_id, world.unit_id(BOOTH), BOOTH)
    record = world.a_record()
    for content in (FACE, SIGNATURE, SIGNATURE):
        ahead = await put(registry, record["id"], content=content, person=vistarak)
        assert (ahead.status_code, ahead.json()["waiting"]) == (200, True)
    assert (await see(registry, record["id"])).status_code == 404
    assert await join_some(registry.database) == 0, "the record has not come"
    await world.synced(registry, vistarak, [record])
    assert await join_some(registry.database) == 1
    assert (await see(registry, record["id"], world.at(BOOTH))).status_code == 200
    assert (await put(registry, record["id"], person=vistarak)).json()["waiting"] is False
    assert await world.paths(registry, "consent_evidence") == {BOOTH}


async def test_what_a_stranger_sent_ahead_is_never_joined_and_goes_in_time(
    registry: Harness, sealer: Sealer, clock: FixedClock
) -> None:
    record = world.a_record()
    assert (await put(registry, record["id"], content=FACE, person=world.at(TWIN))).json()["waiting"] is True
    await world.synced(registry, world.at(BOOTH), [record])
    assert (await put(registry, record["id"])).json()["waiting"] is False
    assert await join_some(registry.database) == 0
    clock.pass_time(timedelta(days=91))
    [rule] = [one for one in Retention.shipped().applied if one.code == "consent-evidence"]
    assert await apply_some(registry.database, sealer, rule) == 1
    assert [row["waiting"] for row in await rows(registry)] == [False]


async def test_only_so_much_of_one_sender_waits(registry: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sangathan_registry.commands.keep_consent_evidence.MOST_WAITING", 1)
    sender = world.at(BOOTH)
    assert (await put(registry, str(uuid7()), person=sender)).status_code == 200
    assert (await put(registry, str(uuid7()), person=sender)).status_code == 429


@pytest.mark.parametrize("path", [NEXT_BOOTH, TWIN])
async def test_outside_the_scope_there_is_none_and_nothing_tells_of_the_record(
    registry: Harness, worker: str, path: str
) -> None:
    await put(registry, worker)
    assert (await see(registry, worker, world.at(path))).status_code == 404
    there, nowhere = await put(registry, worker, person=world.at(path)), await put(registry, str(uuid7()))
    assert there.json().keys() == nowhere.json().keys()
    assert there.json()["waiting"] is nowhere.json()["waiting"] is True
    assert await join_some(registry.database) == 0


async def test_without_the_class_of_consents_nobody_sees_one(registry: Harness, worker: str) -> None:
    await put(registry, worker)
    assert (await see(registry, worker, world.at(STATE, field_classes=("open", "contact")))).status_code == 403


async def test_a_wrong_one_is_taken_away_by_who_has_seen_it_and_then_the_right_one_is_taken(
    registry: Harness, worker: str
) -> None:
    await put(registry, worker, content=FACE)
    tag = (await see(registry, worker)).headers["etag"]
    assert (await remove(registry, worker, None)).status_code == 428
    assert (await remove(registry, worker, '"1"')).status_code == 412
    assert (await remove(registry, worker, tag)).status_code == 204
    assert (await see(registry, worker)).status_code == 404
    assert (await put(registry, worker)).status_code == 200


async def test_the_person_still_confirms_later_by_a_code(registry: Harness, worker: str) -> None:
    await put(registry, worker)
    phones = asking.Phones()
    await asking.write_to_new(registry, phones)
    assert (await asking.unconfirmed(registry, world.at(BOOTH))).json()["items"] != []
    done = await asking.confirm(registry, link=phones.link, code=phones.code, confirmed=True)
    assert done.status_code == 200, done.text
    assert (await asking.unconfirmed(registry, world.at(BOOTH))).json()["items"] == []


async def test_it_goes_with_its_consent_to_the_kept_record_and_back(registry: Harness, worker: str) -> None:
    other = str((await world.enrolled(registry, booth=TWIN_BOOTH, **BARE))["id"])
    await put(registry, other, person=world.at(STATE))
    before = await rows(registry)
    pair = await desk.merged(registry, keep=worker)
    assert (await see(registry, worker, world.at(BOOTH))).status_code == 200
    file = (await file_of(registry, world.at(BOOTH), worker)).json()
    assert [one["worker_id"] for one in file["consent_evidence"]] == [other]
    assert (await put(registry, other, "photo", person=world.at(STATE))).status_code == 200, "a device comes late"
    await desk.undone(registry, pair)
    assert (await see(registry, worker, world.at(BOOTH))).status_code == 404
    assert [row for row in await rows(registry) if row["kind"] == "signature"] == before


async def test_it_follows_a_worker_to_another_unit(registry: Harness, worker: str) -> None:
    await put(registry, worker)
    transfer = await transfers.asked(registry, worker)
    await transfers.answer(registry, world.at(FAR_BOOTH), transfer)
    assert (await see(registry, worker, world.at(FAR_BOOTH))).status_code == 200
    assert (await see(registry, worker, world.at(BOOTH))).status_code == 404


async def test_it_is_under_the_seal_of_an_erasure_comes_back_the_same_and_is_counted_when_it_is_gone(
    registry: Harness, worker: str, clock: FixedClock
) -> None:
    await put(registry, worker)
    before, seen = await rows(registry), (await see(registry, worker)).content
    erasure = (await erase(registry, world.at(BOOTH), worker)).json()
    assert await rows(registry) == []
    assert (await put(registry, worker)).status_code == 409, "a device may send it weeks later"
    await undo(registry, world.at(BOOTH), erasure["id"])
    assert but_seals(await rows(registry)) == but_seals(before)
    assert (await see(registry, worker)).content == seen
    await erase(registry, world.at(BOOTH), worker)
    clock.pass_time(MONTH)
    await purge_some(registry.database)
    newest = (await erasures(registry, world.at(STATE)))[0]
    assert newest["removed"].items() >= {"workers": 1, "consent_evidence": 1}.items()


async def test_a_withdrawal_takes_it_along(registry: Harness, worker: str) -> None:
    await put(registry, worker)
    await put(registry, worker, "photo")
    await world.withdraw(registry, world.at(BOOTH), worker)
    assert await rows(registry) == []
    assert (await put(registry, worker)).status_code == 409


async def test_the_access_file_shows_it_and_the_person_sees_their_own(registry: Harness, worker: str) -> None:
    await put(registry, worker)
    [one] = (await file_of(registry, world.at(BOOTH), worker)).json()["consent_evidence"]
    assert opened(b64decode(one["picture"].partition(",")[2])).size == (480, 160)
    page = await file_of(registry, world.at(BOOTH), worker, format="html", language="hi")
    assert ("सहमति के हस्ताक्षर" in page.text, one["picture"] in page.text) == (True, True)
    me = uuid4()
    await world.rows(registry, "UPDATE workers SET person_id = $1 WHERE id = $2", me, UUID(worker))
    path = "/v1/my-consent-evidence/signature"
    own = await registry.ask("GET", path, action="consent.own", person=Person(person_id=me))
    assert own.content == b64decode(one["picture"].partition(",")[2])
    nobodys = await registry.ask("GET", path, action="consent.own", person=Person(person_id=uuid4()))
    assert nobodys.status_code == 404


async def test_a_vistarak_learns_of_no_record_that_somebody_else_captured(registry: Harness, worker: str) -> None:
    await put(registry, worker)
    vistarak = world.at(MANDAL, office="vistarak")
    there = await put(registry, worker, content=FACE, person=vistarak)
    nowhere = await put(registry, str(uuid7()), content=FACE, person=vistarak)
    told = [{**one.json(), "worker_id": "", "put_at": ""} for one in (there, nowhere)]
    assert (there.status_code, told[0]) == (200, told[1])
    assert await join_some(registry.database) == 0
    assert (await see(registry, worker)).content != b""
