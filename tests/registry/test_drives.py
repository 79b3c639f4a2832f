"""A drive from its form to its numbers: whatever comes, in whatever order and however often, the sums agree."""

import asyncio
import json
import random
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sangathan_chassis.assertion import decode_segment
from sangathan_chassis.ids import uuid7
from sangathan_chassis.scope import Scope
from sangathan_contracts.receipts import leaf_hash, text_of, tree_root
from sangathan_registry.store import drives
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness, Person
from tests.registry import world
from tests.registry.world import BOOTH, DISTRICT, MANDAL, NEXT_BOOTH, STATE, TWIN_BOOTH, a_record

NUMBERS = ("target", "collected", "received", "accepted", "rejected", "waiting", "outstanding")
EDUCATION = {
    "id": "education",
    "label": {"hi": "शिक्षा", "en": "Education"},
    "type": "choice",
    "choices": [
        {"id": "school", "label": {"hi": "विद्यालय", "en": "School"}},
        {"id": "graduate", "label": {"hi": "स्नातक", "en": "Graduate"}},
    ],
    "primary_at": ["booth"],
}
SUBJECT = {
    "id": "subject",
    "label": {"hi": "विषय", "en": "Subject"},
    "type": "text",
    "primary_at": ["booth"],
    "condition": {"question": "education", "is": ["graduate"]},
}
BLOOD = {"id": "donor", "label": {"hi": "रक्त समूह", "en": "Blood group"}, "type": "text"}


def a_form(*questions: Any, **more: Any) -> dict[str, Any]:
    label = {"hi": "अभियान", "en": "Drive"}
    sections = [{"label": label, "questions": list(questions or (EDUCATION, SUBJECT))}]
    definition = {"sections": sections, **more.pop("definition", {})}
    return {"unit_id": str(world.unit_id(STATE)), "title": label, "definition": definition} | more


async def post(  # noqa: PLR0917 - what a request is made of.
    service: Harness, path: str, action: str, by: Person, body: Any
) -> Any:
    return await service.ask("POST", path, action=action, person=by, json=body)


async def published(service: Harness, body: dict[str, Any]) -> dict[str, Any]:
    made = await post(service, "/v1/forms", "form.make", world.at(STATE), body)
    assert made.status_code == 201, made.text
    path = f"/v1/forms/{made.json()['id']}/publications"
    done = await post(service, path, "form.publish", world.at(STATE), {})
    assert done.status_code == 200, done.text
    return dict(done.json())


async def begun(service: Harness, **changes: Any) -> str:
    body = {
        "unit_id": str(world.unit_id(DISTRICT)),
        "name": {"hi": "बूथ विस्तार", "en": "Booth drive"},
        "starts_at": "2022-01-20T00:00:00+05:30",
        "ends_at": "2022-01-31T00:00:00+05:30",
        "grace_until": "2022-03-01T00:00:00+05:30",
        "target_per_booth": 12,
    } | changes
    made = await post(service, "/v1/drives", "drive.make", world.at(STATE), body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def progress(service: Harness, drive_id: str, path: str) -> dict[str, Any]:
    params: dict[str, str | int] = {"unit_id": str(world.unit_id(path))}
    url = f"/v1/drives/{drive_id}/progress"
    answer = await service.ask("GET", url, action="drive.progress", person=world.at(STATE), params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def ends(answer: Any) -> list[tuple[str, int, str | None]]:
    assert answer.status_code == 200, answer.text
    return [(one["outcome"], one["status"], one["reason"]) for one in answer.json()["results"]]


async def test_answers_are_held_to_every_published_version(registry: Harness) -> None:
    first = await published(registry, a_form())
    second = await published(registry, a_form(EDUCATION, form_id=first["form_id"]))
    drive_id = await begun(registry, form_id=first["form_id"])
    old, new = {"form_version_id": first["id"]}, {"form_version_id": second["id"]}
    records = [
        a_record(**old, answers={"education": "graduate", "subject": "गणित"}),
        a_record(**old, answers={"education": "graduate"}),
        a_record(**old, answers={"education": "school", "subject": "x"}),
        a_record(**new, answers={"education": "graduate"}),
        a_record(**new, answers={"education": "other"}),
        a_record(),
    ]
    answer = await world.synced(registry, world.at(MANDAL), records, drive_id=drive_id)
    assert ends(answer) == [
        ("accepted", 201, None),
        ("rejected", 422, "invalid"),
        ("rejected", 422, "invalid"),
        ("accepted", 201, None),
        ("rejected", 422, "invalid"),
        ("rejected", 422, "form-unknown"),
    ]
    wrong = [[one["pointer"] for one in result["errors"]] for result in answer.json()["results"]]
    assert wrong[4] == ["/answers/education"]
    assert "गणित".encode() not in await world.value(registry, "SELECT sealed FROM captures WHERE sealed IS NOT NULL")


async def test_a_sensitive_topic_needs_a_purpose_and_a_second_person(registry: Harness) -> None:
    author = world.at(STATE)
    made = await post(registry, "/v1/forms", "form.make", author, a_form(BLOOD))
    path = f"/v1/forms/{made.json()['id']}/publications"
    assert (await post(registry, path, "form.publish", world.at(STATE), {})).status_code == 422
    purposes = [{"topic": "health", "purpose": "Blood donors for emergencies"}]
    made = await post(registry, "/v1/forms", "form.make", author, a_form(BLOOD, definition={"purposes": purposes}))
    path = f"/v1/forms/{made.json()['id']}/publications"
    assert (await post(registry, path, "form.publish", author, {})).status_code == 403
    assert (await post(registry, path, "form.publish", world.at(STATE), {})).status_code == 200


async def test_the_receipt_is_signed_over_every_record(registry: Harness) -> None:
    content = json.dumps({"records": [a_record(), a_record(birth_year=2015), a_record()]}).encode()
    answer = await registry.ask(
        "POST", "/v1/sync-batches", action="worker.sync", person=world.at(BOOTH), content=content
    )
    head, _, signature = answer.json()["receipt"].rpartition(".")
    keys = (await registry.ask("GET", "/v1/receipt-keys", action="key.read")).json()["keys"]
    key = Ed25519PublicKey.from_public_bytes(decode_segment(keys[0]["x"].encode()))
    key.verify(decode_segment(signature.encode()), head.encode())
    claims = json.loads(decode_segment(head.partition(".")[2].encode()))
    results = answer.json()["results"]
    leaves = [leaf_hash(one["id"], one["sha256"], one["nonce"], one["standing"]) for one in results]
    assert claims["root"] == text_of(tree_root(leaves))
    sent = [json.dumps(one).encode() for one in json.loads(content)["records"]]
    assert [one["sha256"] for one in results] == [text_of(sha256(one).digest()) for one in sent]
    assert [one["standing"] for one in results] == ["on-record", "rejected", "on-record"]


async def test_a_wrong_clock_is_set_right_and_late_batches_are_taken_within_the_grace(
    registry: Harness, clock: FixedClock
) -> None:
    drive_id = await begun(registry)
    ahead = a_record(captured_at="2031-01-20T09:00:00Z", consent={**world.CONSENT, "given_at": "2031-01-20T09:00:00Z"})
    sender = world.at(BOOTH)
    answer = await world.synced(registry, sender, [ahead], drive_id=drive_id, sent_at="2031-01-20T09:30:00Z")
    assert ends(answer) == [("accepted", 201, None)]
    clock.pass_time(timedelta(days=35))
    assert ends(await world.synced(registry, sender, [a_record()], drive_id=drive_id)) == [("accepted", 201, None)]
    clock.pass_time(timedelta(days=10))
    late = a_record()
    for _ in range(2):
        answer = await world.synced(registry, sender, [late], drive_id=drive_id)
        assert ends(answer) == [("needs-review", 202, "after-grace")]
    assert (await progress(registry, drive_id, DISTRICT))["unit"]["waiting"] == 1


async def test_paper_is_credited_to_vistarak_and_clerk_and_a_serial_keyed_twice_waits(registry: Harness) -> None:
    drive_id, vistarak, clerk = await begun(registry), uuid4(), world.at(MANDAL)
    await world.rows(
        registry,
        "INSERT INTO assignments VALUES ($1, $1, $2, $3, $4, '2022-01-15', NULL, NULL, now())",
        uuid7(),
        vistarak,
        world.unit_id(BOOTH),
        BOOTH,
    )
    body = {"drive_id": drive_id, "vistarak_id": str(vistarak)}
    records = [a_record(serial="A-01"), a_record(serial="A-01"), a_record(NEXT_BOOTH, serial="B-01")]
    answer = await post(registry, "/v1/paper-entries", "paper.enter", clerk, {**body, "records": records})
    reasons = [("accepted", 201, None), ("needs-review", 202, "serial-used"), ("rejected", 422, "not-assigned")]
    assert ends(answer) == reasons
    row = (await world.rows(registry, "SELECT captured_by, keyed_by FROM captures"))[0]
    assert tuple(row) == (vistarak, clerk.person_id)


async def test_one_paper_that_two_clerks_key_at_the_same_moment_is_on_record_once(registry: Harness) -> None:
    drive_id, vistarak = await begun(registry), uuid4()
    await world.rows(
        registry,
        "INSERT INTO assignments VALUES ($1, $1, $2, $3, $4, '2022-01-15', NULL, NULL, now())",
        *(uuid7(), vistarak, world.unit_id(BOOTH), BOOTH),
    )
    body = {"drive_id": drive_id, "vistarak_id": str(vistarak)}
    serials = [f"A-{number}" for number in range(9)]

    async def keyed(order: list[str]) -> list[Any]:
        records = [a_record(serial=serial) for serial in order]
        asked = {**body, "records": records}
        return ends(await post(registry, "/v1/paper-entries", "paper.enter", world.at(MANDAL), asked))

    one, other = await asyncio.gather(keyed(serials), keyed(serials[::-1]))
    first = [("accepted", 201, None)] * len(serials)
    assert sorted([one, other]) == [first, [("needs-review", 202, "serial-used")] * len(serials)]


async def test_drives_are_listed_page_by_page_and_by_no_other_lists_cursor(registry: Harness) -> None:
    made, person = [await begun(registry) for _ in range(3)], world.at(STATE)

    async def listed(path: str, action: str, **params: Any) -> Any:
        return await registry.ask("GET", path, action=action, person=person, params={"limit": 2, **params})

    first = (await listed("/v1/drives", "drive.read")).json()
    rest = (await listed("/v1/drives", "drive.read", cursor=first["next"])).json()
    assert [one["id"] for one in (*first["items"], *rest["items"])] == sorted(made)
    assert rest["next"] is None
    assert (await listed("/v1/forms", "form.read", cursor=first["next"])).status_code == 422


async def test_a_dismissed_record_is_not_taken_again(registry: Harness) -> None:
    drive_id, sender, bad = await begun(registry), world.at(BOOTH), a_record(captured_at="2022-01-02T09:00:00Z")
    await world.synced(registry, sender, [bad], drive_id=drive_id)
    listed = await registry.ask("GET", "/v1/held-records", action="record.review", person=world.at(MANDAL))
    held = listed.json()["items"]
    assert [one["reason"] for one in held] == ["outside-drive"]
    path = f"/v1/held-records/{held[0]['id']}/decisions"
    decision = {"decision": "dismissed"}
    assert (await post(registry, path, "record.review", world.at(TWIN_BOOTH), decision)).status_code == 404
    assert (await post(registry, path, "record.review", world.at(MANDAL), decision)).status_code == 200
    assert ends(await world.synced(registry, sender, [bad], drive_id=drive_id)) == [("rejected", 422, "dismissed")]


async def test_a_held_record_is_read_and_taken_by_somebody_else_and_counted_as_accepted(registry: Harness) -> None:
    drive_id, sender, reviewer = await begun(registry), world.at(BOOTH), world.at(MANDAL)
    late = a_record(captured_at="2022-01-02T09:00:00Z", consent={**world.CONSENT, "notice_version": "99"})
    await world.synced(registry, sender, [late], drive_id=drive_id, device_id=str(uuid7()))
    held_id = str(await world.value(registry, "SELECT id FROM rejected_records"))
    path, accepted = f"/v1/held-records/{held_id}", {"decision": "accepted"}
    read = await registry.ask("GET", path, action="record.review", person=reviewer)
    assert json.loads(read.json()["record"])["name_en"] == late["name_en"]
    assert (await post(registry, f"{path}/decisions", "record.review", sender, accepted)).status_code == 403
    outside = await post(registry, f"{path}/decisions", "record.review", world.at(TWIN_BOOTH), accepted)
    assert outside.status_code == 404
    taken = await post(registry, f"{path}/decisions", "record.review", reviewer, accepted)
    assert (taken.status_code, taken.json()["decision"]) == (200, "accepted"), taken.text
    person = await world.rows(registry, "SELECT captured_by, status FROM workers")
    assert [tuple(row) for row in person] == [(sender.person_id, "active")]
    unit = (await progress(registry, drive_id, MANDAL))["unit"]
    assert [unit[name] for name in NUMBERS[1:]] == [1, 1, 1, 0, 0, 0]
    assert ends(await world.synced(registry, sender, [late], drive_id=drive_id)) == [("already-there", 200, None)]
    assert await world.size(registry, "rejected_records") == 0
    trail = (
        "SELECT person_id, records FROM audit_entries WHERE action = 'record.review' AND outcome = 'done' ORDER BY id"
    )
    assert [tuple(row) for row in await world.rows(registry, trail)] == [(reviewer.person_id, n) for n in (None, 1)]


async def test_what_was_refused_for_what_it_says_is_not_taken_as_it_is(registry: Harness) -> None:
    drive_id, bad = await begun(registry), a_record(birth_year=2015)
    await world.synced(registry, world.at(BOOTH), [bad], drive_id=drive_id)
    held_id = await world.value(registry, "SELECT id FROM rejected_records")
    path = f"/v1/held-records/{held_id}/decisions"
    answer = await post(registry, path, "record.review", world.at(MANDAL), {"decision": "accepted"})
    assert (answer.status_code, world.pointers(answer)) == (409, ["/birth_year"])
    assert await world.size(registry, "rejected_records") == 1
    assert await world.size(registry, "workers") == 0


async def test_what_was_sent_is_shown_to_its_sender_and_to_who_sees_every_field(registry: Harness) -> None:
    sender = world.at(BOOTH, field_classes=("open",))
    await world.synced(registry, sender, ["no record at all"])
    held_id = await world.value(registry, "SELECT id FROM rejected_records")
    path = f"/v1/held-records/{held_id}"
    readers = (sender, world.at(MANDAL), world.at(MANDAL, field_classes=("open",)), world.at(TWIN_BOOTH))
    answers = [await registry.ask("GET", path, action="record.review", person=one) for one in readers]
    assert [one.status_code for one in answers] == [200, 200, 403, 404]
    assert answers[0].json()["record"] == '"no record at all"'


async def test_a_vistarak_takes_packs_of_assigned_booths_only(registry: Harness) -> None:
    form = await published(registry, a_form())
    drive_id, vistarak = await begun(registry, form_id=form["form_id"]), world.at(MANDAL, "vistarak")
    await world.enrolled(registry)
    await world.rows(
        registry,
        "INSERT INTO assignments VALUES ($1, $1, $2, $3, $4, '2022-01-15', NULL, NULL, now())",
        uuid7(),
        vistarak.person_id,
        world.unit_id(BOOTH),
        BOOTH,
    )
    answers = []
    for path in (BOOTH, NEXT_BOOTH):
        params: dict[str, str | int] = {"unit_id": str(world.unit_id(path))}
        url = f"/v1/drives/{drive_id}/booth-pack"
        answers.append(await registry.ask("GET", url, action="drive.pack", person=vistarak, params=params))
    assert [answer.status_code for answer in answers] == [200, 404]
    pack = answers[0].json()
    assert pack["form"]["id"] == form["id"]
    assert [set(one) for one in pack["workers"]] == [{"id", "name_hi", "name_en", "relation_name"}]
    own = await registry.ask("GET", "/v1/assignments", action="assignment.read", person=vistarak)
    assert [one["unit_id"] for one in own.json()["items"]] == [str(world.unit_id(BOOTH))]


@pytest.mark.parametrize("seed", range(4))
async def test_any_sequence_of_batches_with_repeats_ends_the_same_and_all_sums_agree(
    registry: Harness, seed: int
) -> None:
    chance = random.Random(seed)
    drive_id, sender = await begun(registry), world.at(MANDAL)
    good = [a_record(path) for path in (BOOTH, NEXT_BOOTH) for _ in range(6)]
    bad = [a_record(birth_year=2015), a_record(NEXT_BOOTH, captured_at="2022-01-03T09:00:00Z"), a_record(MANDAL)]
    records = good + bad
    device, told = str(uuid7()), {str(world.unit_id(BOOTH)): 9, str(world.unit_id(NEXT_BOOTH)): 8}
    for n in range(10):
        some = chance.sample(records, chance.randint(1, len(records))) if n < 9 else records
        collected = told if n >= 5 else {}
        await world.synced(registry, sender, some, drive_id=drive_id, device_id=device, collected=collected)
        if chance.random() < 0.3:
            async with registry.database.work(Scope.everything()) as work:
                await drives.fold(work)
    unit = (await progress(registry, drive_id, MANDAL))["unit"]
    assert [unit[name] for name in NUMBERS] == [24, 18, 15, 13, 1, 1, 3]
    for path in (DISTRICT, "in.mp.d07.v1.", MANDAL):
        page = await progress(registry, drive_id, path)
        own = {MANDAL: (0, 1, 1, 1, 0, 0, 0)}.get(path, (0,) * 7)
        summed = [sum(one[name] for one in page["children"]) for name in NUMBERS]
        assert [page["unit"][name] for name in NUMBERS] == [a + b for a, b in zip(summed, own, strict=True)]
        assert sum(day["accepted"] for day in page["days"]) == 13
    assert await world.size(registry, "workers") == await world.size(registry, "receipts") == 13


async def test_a_record_held_in_one_drive_that_comes_in_another_is_held_in_the_first_no_more(
    registry: Harness,
) -> None:
    held_in, taken_in = [await begun(registry) for _ in range(2)]
    bad, sender = a_record(birth_year=2015), world.at(MANDAL)
    await world.synced(registry, sender, [bad], drive_id=held_in, device_id=str(uuid7()))
    await world.synced(registry, sender, [bad | {"birth_year": 1985}], drive_id=taken_in)
    one, other = [(await progress(registry, drive_id, MANDAL))["unit"] for drive_id in (held_in, taken_in)]
    assert [one[name] for name in NUMBERS[1:]] == [0, 0, 0, 0, 0, 0]
    assert [other[name] for name in NUMBERS[1:]] == [1, 1, 1, 0, 0, 0]
    async with registry.database.work(Scope.everything()) as work:
        await work.raw.execute(drives.RECOUNT)
    assert (await progress(registry, held_in, MANDAL))["unit"] == one


async def test_a_record_of_a_unit_that_the_drive_does_not_cover_waits_for_a_decision(registry: Harness) -> None:
    drive_id = await begun(registry)
    records = [a_record(TWIN_BOOTH), a_record(BOOTH)]
    answer = await world.synced(registry, world.at(STATE), records, drive_id=drive_id)
    assert ends(answer) == [("needs-review", 202, "outside-drive"), ("accepted", 201, None)]
    assert await world.paths(registry, "rejected_records") == {TWIN_BOOTH}


async def test_numbers_follow_a_unit_that_moves(registry: Harness) -> None:
    drive_id = await begun(registry, unit_id=str(world.unit_id(STATE)))
    await world.synced(registry, world.at(STATE), [a_record(), a_record(birth_year=2015)], drive_id=drive_id)
    async with registry.database.work(Scope.everything()) as work:
        await drives.fold(work)
    before = (await progress(registry, drive_id, DISTRICT))["unit"]
    await world.move(registry, MANDAL, "in.mp.d070.v3.m9.")
    person = Person(path=STATE, unit_id=world.unit_id(STATE), tree_version=2)
    params: dict[str, str | int] = {"unit_id": str(world.unit_id("in.mp.d070."))}
    url = f"/v1/drives/{drive_id}/progress"
    answer = await registry.ask("GET", url, action="drive.progress", person=person, params=params)
    after = answer.json()["unit"]
    assert (before["accepted"], before["rejected"]) == (after["accepted"], after["rejected"]) == (1, 1)
    assert UUID(after["unit_id"]) == world.unit_id("in.mp.d070.")
