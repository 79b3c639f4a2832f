"""One worker: put on record, read, corrected, withdrawn."""

from datetime import timedelta
from typing import Any

import pytest

from sangathan_testkit.harness import Harness
from tests.registry import world
from tests.registry.world import BOOTH, DISTRICT, MANDAL, NEXT_BOOTH, STATE


async def change(service: Harness, worker_id: str, body: dict[str, Any], **headers: str) -> Any:
    path = f"/v1/workers/{worker_id}"
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return await service.ask("PATCH", path, action="worker.change", person=world.at(BOOTH), json=body, headers=given)


async def test_a_worker_is_put_on_record_with_consent_trail_event_and_counter(registry: Harness) -> None:
    answer = await world.enrol(registry, world.at(BOOTH))
    assert answer.status_code == 201
    worker = answer.json()
    assert answer.headers["location"] == f"/v1/workers/{worker['id']}"
    assert (worker["name_hi"], worker["phone"], worker["version"]) == ("श्री रमेश नमूना", "+916000000001", 1)
    for table in ("workers", "consents", "audit_entries", "count_deltas", "outbox"):
        assert await world.size(registry, table) == 1, table


async def test_a_stolen_dump_shows_no_phone_number(registry: Harness) -> None:
    await world.enrolled(registry)
    dump = await world.value(registry, "SELECT string_agg(w::text, '') FROM workers w")
    assert "6000000001" not in dump
    assert b"6000000001".hex() not in dump


async def test_events_and_subjects_carry_no_personal_data(registry: Harness) -> None:
    await world.enrolled(registry)
    row = (await world.rows(registry, "SELECT subject, convert_from(body, 'UTF8') AS body FROM outbox ORDER BY seq"))[0]
    assert row["subject"] == "ev.registry.workers.enrolled.v1.in.mp.d07.v1.m1.b1"
    assert not any(secret in row["body"] for secret in ("रमेश", "Ramesh", "6000000001"))


@pytest.mark.parametrize("path", [NEXT_BOOTH, STATE, world.TWIN_BOOTH])
async def test_nobody_is_put_on_record_outside_the_scope(registry: Harness, path: str) -> None:
    answer = await world.enrol(registry, world.at(BOOTH), booth=path)
    assert answer.status_code == 404
    assert await world.value(registry, "SELECT count(*) FROM workers") == 0


async def test_a_closed_unit_takes_no_more_records(registry: Harness) -> None:
    await world.rows(registry, "UPDATE unit_replica SET closed_at = now() WHERE path = $1", BOOTH)
    answer = await world.enrol(registry, world.at(MANDAL))
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:sangathan:problem:unit-closed")


async def test_an_idempotency_key_puts_nobody_on_record_twice(registry: Harness) -> None:
    ask: dict[str, Any] = {"action": "worker.enrol", "person": world.at(BOOTH), "json": world.a_worker()}
    headers = {"idempotency-key": "once"}
    first = await registry.ask("POST", "/v1/workers", headers=headers, **ask)
    second = await registry.ask("POST", "/v1/workers", headers=headers, **ask)
    assert first.content == second.content
    assert await world.value(registry, "SELECT count(*) FROM workers") == 1


async def test_reading_unmasked_fields_is_on_the_trail_and_having_them_already_is_not(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    first = await world.read(registry, world.at(BOOTH), worker["id"])
    assert (first.status_code, first.json()["phone"], first.json()["birth_year"]) == (200, "+916000000001", 1985)
    again = await world.read(registry, world.at(BOOTH), worker["id"], {"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    entries = await world.rows(registry, "SELECT * FROM audit_entries WHERE action = 'worker.read'")
    assert [(e["office"], e["fields"]) for e in entries] == [("booth-president", ["contact", "sensitive"])]


async def test_open_fields_alone_show_two_digits_and_leave_no_trail(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    person = world.at(BOOTH, field_classes=("open",))
    seen = (await world.read(registry, person, worker["id"])).json()
    assert (seen["phone"], seen["birth_year"]) == ("********01", None)
    assert await world.rows(registry, "SELECT 1 FROM audit_entries WHERE action = 'worker.read'") == []


async def test_a_masked_etag_does_not_stand_for_the_unmasked_record(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    masked = await world.read(registry, world.at(BOOTH, field_classes=("open",)), worker["id"])
    answer = await world.read(registry, world.at(BOOTH), worker["id"], {"if-none-match": masked.headers["etag"]})
    assert answer.status_code == 200


@pytest.mark.parametrize("path", [NEXT_BOOTH, world.TWIN, world.NEXT_MANDAL])
async def test_a_worker_outside_reads_like_one_who_does_not_exist(registry: Harness, path: str) -> None:
    worker = await world.enrolled(registry)
    answer = await world.read(registry, world.at(path), worker["id"])
    missing = await world.read(registry, world.at(path), "017e7a8c-1f40-7b6e-9c3d-5a2b1c0d9e8f")
    assert (answer.status_code, answer.json() | {"trace_id": ""}) == (404, missing.json() | {"trace_id": ""})


async def test_a_correction_under_the_version_read_makes_the_next_one(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    answer = await change(registry, worker["id"], {"name_hi": "सुरेश नमूना", "phone": None}, if_match='"1-cs"')
    assert answer.status_code == 200
    assert (answer.json()["name_hi"], answer.json()["phone"], answer.json()["version"]) == ("सुरेश नमूना", None, 2)
    row = (await world.rows(registry, "SELECT name_key, phone, phone_index FROM workers"))[0]
    assert (row["name_key"], row["phone"], row["phone_index"]) == ("सुरेश नमूना", None, None)
    types = [
        row["type"]
        for row in await world.rows(registry, "SELECT type FROM outbox WHERE type LIKE 'registry.worker%' ORDER BY seq")
    ]
    assert types == ["registry.workers.enrolled.v1", "registry.worker.changed.v1"]


async def test_a_correction_that_changes_nothing_makes_no_version(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    answer = await change(registry, worker["id"], {"phone": "६०००० ००००१"}, if_match='"1-cs"')
    assert answer.json()["version"] == 1


async def test_a_correction_without_or_with_a_stale_version_is_refused(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    assert (await change(registry, worker["id"], {"gender": None})).status_code == 428
    assert (await change(registry, worker["id"], {"gender": None}, if_match='"7-cs"')).status_code == 412
    assert (await change(registry, worker["id"], {"gender": None}, if_match="*")).status_code == 200


async def test_a_correction_cannot_leave_a_record_without_a_name(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    answer = await change(registry, worker["id"], {"name_hi": None, "name_en": None}, if_match='"1"')
    assert (answer.status_code, world.pointers(answer)) == (422, ["/name_hi"])


async def test_withdrawal_leaves_a_tombstone_without_anything_personal(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    answer = await world.withdraw(registry, world.at(BOOTH), worker["id"])
    assert (answer.status_code, answer.json()["status"], answer.json()["version"]) == (200, "withdrawn", 2)
    personal = ("name_hi", "name_en", "relation_type", "relation_name", "gender", "birth_year", "phone", "person_id")
    assert {answer.json()[name] for name in personal} == {None}
    filled = await world.rows(registry, "SELECT key FROM workers w, jsonb_each_text(to_jsonb(w)) WHERE value <> ''")
    assert {key for (key,) in filled} == {
        *("id", "unit_id", "path", "status", "version", "source"),
        *("created_at", "changed_at", "captured_at", "captured_by"),
    }
    assert await world.value(registry, "SELECT count(*) FROM consents WHERE withdrawn_at IS NOT NULL") == 1
    assert await world.counted(registry, world.at(DISTRICT), DISTRICT) == 0


async def test_withdrawal_empties_what_came_under_the_same_id_and_was_not_accepted(registry: Harness) -> None:
    record = world.a_record()
    await world.synced(registry, world.at(BOOTH), [record])
    await world.synced(registry, world.at(BOOTH), [record | {"gender": "other"}])
    await world.withdraw(registry, world.at(BOOTH), record["id"])
    [held] = await world.rows(registry, "SELECT body, decision FROM rejected_records")
    assert tuple(held) == (b"", "dismissed")


async def test_withdrawing_again_changes_nothing(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    await world.withdraw(registry, world.at(BOOTH), worker["id"])
    again = await world.withdraw(registry, world.at(BOOTH), worker["id"])
    assert (again.status_code, again.json()["version"]) == (200, 2)
    assert await world.counted(registry, world.at(BOOTH), BOOTH) == 0


async def test_a_withdrawn_record_cannot_be_corrected(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    await world.withdraw(registry, world.at(BOOTH), worker["id"])
    assert (await change(registry, worker["id"], {"gender": "male"}, if_match='"2"')).status_code == 409


async def test_who_is_not_18_on_1_january_is_refused(registry: Harness) -> None:
    refused = await world.enrol(registry, world.at(BOOTH), birth_year=2004)
    assert (refused.status_code, world.pointers(refused)) == (422, ["/birth_year"])
    assert (await world.enrol(registry, world.at(BOOTH), birth_year=2003)).status_code == 201


WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({"consent": None}, ["/consent"]),
    ({"consent": {**world.CONSENT, "how": "guessed"}}, ["/consent/how"]),
    ({"consent": {**world.CONSENT, "given_at": "2022-02-20T09:00:00Z"}}, ["/consent/given_at"]),
    ({"consent": {**world.CONSENT, "given_at": "2022-01-20T09:00:00"}}, ["/consent/given_at"]),
    ({"consent": {**world.CONSENT, "language": "HI"}}, ["/consent/language"]),
    ({"name_hi": "Ramesh"}, ["/name_hi"]),
    ({"name_hi": "र\x00म"}, ["/name_hi"]),
    ({"name_en": "R4mesh", "gender": "man", "phone": "12"}, ["/gender", "/phone"]),
    ({"name_en": "R4mesh"}, ["/name_en"]),
    ({"name_en": "." * 5}, ["/name_en"]),
    ({"name_en": "R" * 121}, ["/name_en"]),
    ({"relation_name": None}, ["/relation_type"]),
    ({"phone": "+911122334455"}, ["/phone"]),
    ({"phone": "+14155550100"}, ["/phone"]),
    ({"birth_year": 1899}, ["/birth_year"]),
    ({"birth_year": "1985"}, ["/birth_year"]),
    ({"unit_id": "here"}, ["/unit_id"]),
    ({"aadhaar": "123412341234"}, ["/aadhaar"]),
    ({"a/b~": 1}, ["/a~1b~0"]),
]


@pytest.mark.parametrize(("changes", "where"), WRONG)
async def test_bad_input_is_refused_with_pointers_and_nothing_written(
    registry: Harness, changes: dict[str, Any], where: list[str]
) -> None:
    answer = await world.enrol(registry, world.at(BOOTH), **changes)
    assert (answer.status_code, world.pointers(answer)) == (422, where)
    assert await world.value(registry, "SELECT count(*) FROM workers") == 0


async def test_everything_missing_is_named_at_once(registry: Harness) -> None:
    answer = await registry.ask("POST", "/v1/workers", action="worker.enrol", person=world.at(BOOTH), json={})
    assert world.pointers(answer) == ["/consent", "/unit_id"]


@pytest.mark.parametrize("body", [b"{bad", b"", b"\xff", b'{"name_en": "\\ud800"}', b"[" * 100_000, b"null"])
async def test_what_is_not_json_is_malformed(registry: Harness, body: bytes) -> None:
    answer = await registry.ask("POST", "/v1/workers", action="worker.enrol", person=world.at(BOOTH), content=body)
    assert answer.status_code == (422 if body == b"null" else 400)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_that_is_not_called_json_is_refused(registry: Harness) -> None:
    answer = await registry.ask(
        "POST",
        "/v1/workers",
        action="worker.enrol",
        person=world.at(BOOTH),
        content=b"<worker/>",
        headers={"content-type": "application/xml"},
    )
    assert answer.status_code == 400


async def test_consent_given_later_than_now_by_a_phones_clock_is_forgiven(registry: Harness) -> None:
    soon = (world.NOW + timedelta(minutes=5)).isoformat()
    assert (await world.enrol(registry, world.at(BOOTH), consent={**world.CONSENT, "given_at": soon})).is_success
