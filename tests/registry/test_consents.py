"""What people are told, agree to purpose by purpose, and take back as easily."""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import Response

from sangathan_registry.domain.notices import Notices
from sangathan_testkit.harness import Harness, Person
from tests.registry import world
from tests.registry.world import BOOTH, CONSENT, NEXT_BOOTH, TWIN

SHIPPED = Path("services/registry/src/sangathan_registry/notices")
CONTACT = {**CONSENT, "purpose": "contact", "how": "spoken"}


async def agree(service: Harness, person: Person, worker_id: str, consent: dict[str, Any] | None = None) -> Response:
    path, body = f"/v1/workers/{worker_id}/consents", {"consent": consent or CONTACT}
    return await service.ask("POST", path, action="consent.keep", person=person, json=body)


async def take_back(service: Harness, person: Person, worker_id: str, purpose: str) -> Response:
    path, body = f"/v1/workers/{worker_id}/consent-withdrawals", {"purpose_code": purpose}
    return await service.ask("POST", path, action="consent.keep", person=person, json=body)


async def consents(service: Harness, person: Person, worker_id: str) -> dict[str, Any]:
    """Whether each purpose stands."""
    path = f"/v1/workers/{worker_id}/consents"
    answer = await service.ask("GET", path, action="consent.keep", person=person)
    assert answer.status_code == 200, answer.text
    return {one["purpose"]: one["withdrawn_at"] is None for one in answer.json()["items"]}


async def own(service: Harness, person_id: UUID, purpose: str = "") -> Response:
    person, path = Person(person_id=person_id), "/v1/my-consents"
    if not purpose:
        return await service.ask("GET", path, action="consent.own", person=person)
    body = {"purpose_code": purpose}
    return await service.ask("POST", f"{path}/withdrawals", action="consent.own", person=person, json=body)


async def test_anybody_reads_the_notice_in_hindi_and_in_english(registry: Harness) -> None:
    answer = await registry.ask("GET", "/v1/notices", action="notice.read")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert {(one["version"], one["language"]) for one in told["items"]} >= {("1", "hi"), ("1", "en")}
    assert told["current"] == "1"
    for one in told["items"]:
        assert [purpose["code"] for purpose in one["purposes"]] == ["membership", "contact", "training"]


def test_a_language_is_added_by_a_file(tmp_path: Path) -> None:
    (tmp_path / "1.gu.toml").write_bytes((SHIPPED / "1.hi.toml").read_bytes().replace(b'"hi"', b'"gu"'))
    assert [one.language for one in Notices.shipped_and_in(tmp_path).all("1")] == ["en", "gu", "hi"]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("2.en.toml", (b'version = "1"', b'version = "2"')),
        ("1.gu.toml", (b'language = "en"\n', b'language = "gu"\nextra = 1\n')),
        ("1.ur.toml", (b'code = "contact"', b'code = "canvassing"')),
    ],
    ids=["no Hindi", "an unknown word", "another purpose"],
)
def test_a_notice_that_is_not_whole_is_not_taken(tmp_path: Path, name: str, change: tuple[bytes, bytes]) -> None:
    text = (SHIPPED / "1.en.toml").read_bytes().replace(*change)
    (tmp_path / name).write_bytes(text.replace(b'language = "en"', f'language = "{name[2:4]}"'.encode()))
    with pytest.raises(ValueError, match="notice"):
        Notices.shipped_and_in(tmp_path)


def notices_of(folder: Path, *since: str) -> Notices:
    """The shipped version, and one more from each of these days on."""
    for number, day in enumerate(since, 2):
        for language in ("hi", "en"):
            text = (SHIPPED / f"1.{language}.toml").read_bytes()
            head = f'version = "{number}"\nsince = {day}\n'.encode()
            (folder / f"{number}.{language}.toml").write_bytes(text.replace(b'version = "1"\n', head))
    return Notices.shipped_and_in(folder)


@pytest.mark.parametrize(
    ("version", "language", "day", "in_force"),
    [
        ("1", "hi", "2022-01-20", True),
        ("1", "hi", "2022-03-30", True),
        ("1", "hi", "2022-03-31", False),
        ("2", "en", "2022-02-28", False),
        ("2", "en", "2022-03-01", True),
        ("2", "gu", "2022-03-01", False),
        ("9", "hi", "2022-03-01", False),
    ],
)
def test_a_notice_is_in_force_from_its_day_until_a_while_after_the_next(
    tmp_path: Path, *, version: str, language: str, day: str, in_force: bool
) -> None:
    notices = notices_of(tmp_path, "2022-03-01")
    assert notices.in_force(version, language, datetime.fromisoformat(f"{day}T12:00:00+05:30")) is in_force


async def test_an_enrolment_on_an_unknown_notice_is_refused(registry: Harness) -> None:
    for changes in ({"notice_version": "9"}, {"language": "gu"}):
        answer = await world.enrol(registry, world.at(BOOTH), consent=CONSENT | changes)
        assert (answer.status_code, world.pointers(answer)) == (422, ["/consent/notice_version"])


async def test_a_synced_record_on_an_unknown_notice_is_kept_until_somebody_decides(registry: Harness) -> None:
    odd = world.a_record(consent=CONSENT | {"notice_version": "9"})
    batch, sender = [world.a_record(), odd], world.at(BOOTH)
    results = (await world.synced(registry, sender, batch)).json()["results"]
    assert [(one["outcome"], one["reason"]) for one in results] == [
        ("accepted", None),
        ("needs-review", "notice-unknown"),
    ]
    kept = "SELECT count(*) FROM rejected_records WHERE reason = 'notice-unknown' AND record_id = $1"
    assert await world.value(registry, kept, UUID(odd["id"])) == 1
    mended = odd | {"consent": dict(CONSENT)}
    again = (await world.synced(registry, sender, [mended])).json()["results"]
    assert again[0]["outcome"] == "accepted"
    assert await world.value(registry, kept, UUID(odd["id"])) == 0


async def test_one_more_purpose_is_agreed_to_and_told(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    assert (await agree(registry, world.at(BOOTH), worker["id"])).status_code == 200
    assert await consents(registry, world.at(BOOTH), worker["id"]) == {"contact": True, "membership": True}
    assert await world.value(registry, "SELECT count(*) FROM outbox WHERE type = 'registry.consent.changed.v1'") == 1


async def test_a_purpose_that_the_notice_does_not_ask_for_is_refused(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    for changes in ({"purpose": "canvassing"}, {"notice_version": "9"}):
        answer = await agree(registry, world.at(BOOTH), worker["id"], CONTACT | changes)
        assert (answer.status_code, world.pointers(answer)) == (422, ["/consent/purpose"])


async def test_what_is_given_anew_keeps_the_artefact_of_before(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    await agree(registry, world.at(BOOTH), worker["id"])
    first = await world.value(registry, "SELECT encode(hash, 'hex') FROM consents WHERE purpose = 'contact'")
    await take_back(registry, world.at(BOOTH), worker["id"], "contact")
    assert await consents(registry, world.at(BOOTH), worker["id"]) == {"contact": False, "membership": True}
    await agree(registry, world.at(BOOTH), worker["id"], CONTACT | {"how": "written"})
    assert await consents(registry, world.at(BOOTH), worker["id"]) == {"contact": True, "membership": True}
    earlier = await world.value(registry, "SELECT earlier->0->>'hash' FROM consents WHERE purpose = 'contact'")
    assert earlier.removeprefix("\\x") == first


async def test_what_stands_is_not_given_again(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    before = (await agree(registry, world.at(BOOTH), worker["id"])).json()
    after = (await agree(registry, world.at(BOOTH), worker["id"], CONTACT | {"how": "written"})).json()
    assert before == after


async def test_a_person_takes_one_purpose_back_and_stays_on_record(registry: Harness) -> None:
    worker, me = await world.enrolled(registry), uuid4()
    await agree(registry, world.at(BOOTH), worker["id"])
    await world.rows(registry, "UPDATE workers SET person_id = $1", me)
    answer = await own(registry, me, "contact")
    assert {one["purpose"]: one["withdrawn_at"] is None for one in answer.json()["items"]} == {
        "contact": False,
        "membership": True,
    }
    assert (await own(registry, me)).json() == answer.json()
    assert (await own(registry, uuid4())).status_code == 404
    assert (await world.read(registry, world.at(BOOTH), worker["id"])).json()["status"] == "active"


async def test_without_membership_the_record_goes(registry: Harness) -> None:
    worker, me = await world.enrolled(registry), uuid4()
    await world.rows(registry, "UPDATE workers SET person_id = $1", me)
    assert (await own(registry, me, "membership")).status_code == 200
    assert (await world.read(registry, world.at(BOOTH), worker["id"])).json()["status"] == "withdrawn"
    assert (await agree(registry, world.at(BOOTH), worker["id"])).status_code == 409


@pytest.mark.parametrize("path", [TWIN, NEXT_BOOTH])
async def test_outside_the_scope_there_is_no_consent(registry: Harness, path: str) -> None:
    worker = await world.enrolled(registry)
    assert (await agree(registry, world.at(path), worker["id"])).status_code == 404
    assert (await take_back(registry, world.at(path), worker["id"], "contact")).status_code == 404
