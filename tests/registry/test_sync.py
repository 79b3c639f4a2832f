"""Batches from devices: every record ends, none rejects another, and sending again changes nothing."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest

from sangathan_chassis.ids import uuid7
from sangathan_testkit.harness import Harness
from tests.registry import world
from tests.registry.world import BOOTH, DISTRICT, MANDAL, NEXT_BOOTH, STATE, TWIN_BOOTH, a_record

TABLES = ("workers", "consents", "receipts", "audit_entries", "count_deltas", "outbox", "rejected_records")


async def sizes(service: Harness) -> dict[str, int]:
    return {table: await world.size(service, table) for table in TABLES}


def outcomes(answer: Any) -> list[tuple[str, str | None]]:
    assert answer.status_code == 200, answer.text
    return [(result["outcome"], result["reason"]) for result in answer.json()["results"]]


def whereabouts(answer: Any) -> list[list[str]]:
    return [sorted(e["pointer"] for e in result["errors"]) for result in answer.json()["results"]]


async def test_a_batch_is_put_on_record_with_a_result_per_record(registry: Harness) -> None:
    records = [a_record(), a_record(NEXT_BOOTH), a_record()]
    answer = await world.synced(registry, world.at(MANDAL), records, batch_id=str(uuid7()))
    assert outcomes(answer) == [("accepted", None)] * 3
    assert [result["id"] for result in answer.json()["results"]] == [record["id"] for record in records]
    assert await sizes(registry) == {
        **dict.fromkeys(("workers", "consents", "receipts"), 3),
        **dict.fromkeys(("audit_entries", "count_deltas", "outbox"), 2),
        "rejected_records": 0,
    }


async def test_the_same_batch_again_changes_nothing(registry: Harness) -> None:
    records = [a_record(), a_record(NEXT_BOOTH), a_record(birth_year=2010)]
    sender = world.at(MANDAL)
    await world.synced(registry, sender, records)
    before = await sizes(registry)
    again = await world.synced(registry, sender, records[::-1])
    assert outcomes(again) == [("rejected", "invalid"), ("already-there", None), ("already-there", None)]
    assert await sizes(registry) == before


async def test_the_same_record_in_another_order_of_fields_is_the_same(registry: Harness) -> None:
    record = a_record()
    await world.synced(registry, world.at(BOOTH), [record])
    answer = await world.synced(registry, world.at(BOOTH), [dict(reversed(record.items()))])
    assert outcomes(answer) == [("already-there", None)]


async def test_the_same_id_with_another_body_is_rejected_and_kept(registry: Harness) -> None:
    record = a_record()
    await world.synced(registry, world.at(BOOTH), [record])
    other = await world.synced(registry, world.at(BOOTH), [record | {"name_en": "Somebody Else"}])
    assert outcomes(other) == [("rejected", "other-body")]
    assert whereabouts(other) == [["/id"]]
    assert await world.value(registry, "SELECT name_en FROM workers") == "Ramesh Namuna"
    assert await world.value(registry, "SELECT reason FROM rejected_records") == "other-body"


async def test_twins_within_one_batch_are_told_apart(registry: Harness) -> None:
    record = a_record()
    answer = await world.synced(registry, world.at(BOOTH), [record, record, record | {"gender": None}])
    assert outcomes(answer) == [("accepted", None), ("already-there", None), ("rejected", "other-body")]
    assert await world.value(registry, "SELECT count(*) FROM workers") == 1


async def test_an_id_of_somebody_outside_the_scope_tells_nothing_and_changes_nothing(registry: Harness) -> None:
    record = a_record(TWIN_BOOTH)
    await world.synced(registry, world.at(STATE), [record])
    answer = await world.synced(registry, world.at(BOOTH), [a_record(id=record["id"])])
    assert outcomes(answer) == [("rejected", "other-body")]
    assert await world.value(registry, "SELECT path FROM workers") == TWIN_BOOTH


BAD: list[tuple[Any, str, list[str]]] = [
    (a_record(birth_year=2010), "invalid", ["/birth_year"]),
    (a_record(captured_at="2022-02-01T00:00:00Z"), "invalid", ["/captured_at"]),
    (a_record(captured_at="0001-01-01T00:00:00+14:00"), "invalid", ["/birth_year", "/captured_at"]),
    (a_record(id=str(uuid4())), "invalid", ["/id"]),
    (a_record(id="nobody"), "invalid", ["/id"]),
    (a_record(name_hi="र\x00", phone="1234567890"), "invalid", ["/name_hi", "/phone"]),
    (a_record(name_en="\ud800"), "invalid", ["/name_en"]),
    (a_record(birth_year=10**400), "invalid", ["/birth_year"]),
    (a_record(consent={**world.CONSENT, "extra": 1, "how": 3}), "invalid", ["/consent/extra", "/consent/how"]),
    (a_record(consent=[]), "invalid", ["/consent"]),
    (a_record(caste="x"), "invalid", ["/caste"]),
    (a_record("in.mp.d99."), "unit-unknown", ["/unit_id"]),
    (a_record(TWIN_BOOTH), "unit-unknown", ["/unit_id"]),
    (7, "invalid", [""]),
    (None, "invalid", [""]),
]


@pytest.mark.parametrize(("bad", "reason", "where"), BAD)
async def test_a_bad_record_is_rejected_alone_and_kept_with_its_reason(
    registry: Harness, bad: Any, reason: str, where: list[str]
) -> None:
    good = a_record()
    body = json.dumps({"records": [bad, good]})
    answer = await registry.ask(
        "POST", "/v1/sync-batches", action="worker.sync", person=world.at(MANDAL), content=body.encode()
    )
    assert outcomes(answer) == [("rejected", reason), ("accepted", None)]
    assert whereabouts(answer)[0] == where
    kept = (await world.rows(registry, "SELECT reason, path, body FROM rejected_records"))[0]
    assert (kept["reason"], kept["path"]) == (
        reason,
        BOOTH if reason == "invalid" and "unit_id" in str(bad) else MANDAL,
    )
    assert "रमेश".encode() not in kept["body"]


async def test_a_record_in_broken_utf8_is_rejected_alone(registry: Harness) -> None:
    good = json.dumps(a_record()).encode()
    body = b'{"records":[{"id":"\xff"},' + good + b"]}"
    answer = await registry.ask("POST", "/v1/sync-batches", action="worker.sync", person=world.at(BOOTH), content=body)
    assert outcomes(answer) == [("rejected", "invalid"), ("accepted", None)]


async def test_a_mended_record_under_the_same_id_is_accepted_and_its_rejection_settled(registry: Harness) -> None:
    bad, sender = a_record(phone="1234567890"), world.at(BOOTH)
    await world.synced(registry, sender, [bad])
    assert outcomes(await world.synced(registry, sender, [bad | {"phone": None}])) == [("accepted", None)]
    assert await world.value(registry, "SELECT count(*) FROM rejected_records") == 0


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"records": []}, ["/records"]),
        ({"records": [1] * 201}, ["/records"]),
        ({"records": {}}, ["/records"]),
        ({}, ["/records"]),
        ({"records": [1], "batch_id": "x", "more": 1}, ["/batch_id", "/more"]),
        ([], [""]),
    ],
)
async def test_what_is_not_a_batch_is_refused_whole(registry: Harness, body: Any, where: list[str]) -> None:
    answer = await registry.ask("POST", "/v1/sync-batches", action="worker.sync", person=world.at(BOOTH), json=body)
    assert (answer.status_code, world.pointers(answer)) == (422, where)


@pytest.mark.parametrize("body", [b"{", b'{"records": [' + b"[" * 100_000, b'{"records": [NaN]}'])
async def test_a_batch_that_is_not_json_is_malformed(registry: Harness, body: bytes) -> None:
    answer = await registry.ask("POST", "/v1/sync-batches", action="worker.sync", person=world.at(BOOTH), content=body)
    assert answer.status_code == 400


async def test_a_re_send_after_withdrawal_or_closing_brings_nobody_back(registry: Harness) -> None:
    record = a_record()
    await world.synced(registry, world.at(BOOTH), [record])
    await world.withdraw(registry, world.at(BOOTH), record["id"])
    await world.rows(registry, "UPDATE unit_replica SET closed_at = now() WHERE path = $1", BOOTH)
    assert outcomes(await world.synced(registry, world.at(BOOTH), [record])) == [("already-there", None)]
    assert await world.counted(registry, world.at(BOOTH), BOOTH) == 0


async def test_a_closed_unit_takes_no_records(registry: Harness) -> None:
    await world.rows(registry, "UPDATE unit_replica SET closed_at = now() WHERE path = $1", BOOTH)
    assert outcomes(await world.synced(registry, world.at(MANDAL), [a_record()])) == [("rejected", "unit-closed")]


async def test_batches_with_common_records_at_the_same_time_double_nothing(registry: Harness) -> None:
    records = [a_record() for _ in range(20)]
    orders = [records, records[::-1], records[5:], records[:15][::-1]]
    answers = await asyncio.gather(*(world.synced(registry, world.at(BOOTH), order) for order in orders))
    accepted = [outcome for answer in answers for outcome in outcomes(answer) if outcome[0] == "accepted"]
    assert len(accepted) == 20
    assert (await sizes(registry))["workers"] == (await sizes(registry))["receipts"] == 20
    assert await world.counted(registry, world.at(DISTRICT), DISTRICT) == 20


async def test_a_vistarak_captures_only_in_assigned_booths_on_the_assigned_dates(registry: Harness) -> None:
    vistarak = world.at(MANDAL, "vistarak")
    for path, valid_to in ((BOOTH, None), (NEXT_BOOTH, "2022-01-19T00:00:00Z")):
        await world.rows(
            registry,
            "INSERT INTO assignments VALUES ($1, $2, $3, $4, $5, '2022-01-15', $6::text::timestamptz, NULL, now())",
            uuid7(),
            vistarak.appointment_id,
            vistarak.person_id,
            world.unit_id(path),
            path,
            valid_to,
        )
    late = a_record(NEXT_BOOTH, captured_at="2022-01-18T09:00:00Z")
    records = [a_record(), a_record(NEXT_BOOTH), late, a_record(MANDAL), a_record(captured_at="2022-01-01T09:00:00Z")]
    assert outcomes(await world.synced(registry, vistarak, records)) == [
        ("accepted", None),
        ("rejected", "not-assigned"),
        ("accepted", None),
        ("rejected", "not-assigned"),
        ("rejected", "not-assigned"),
    ]


async def test_the_receipt_hash_cannot_be_tried_out_without_the_key(registry: Harness) -> None:
    import hashlib  # noqa: PLC0415

    record = a_record()
    await world.synced(registry, world.at(BOOTH), [record])
    kept = await world.value(registry, "SELECT body_hash FROM receipts")
    plain = hashlib.sha256(json.dumps(record, separators=(",", ":"), ensure_ascii=False).encode()).digest()
    assert kept != plain[:16]


async def test_what_is_mended_within_its_own_batch_is_not_held(registry: Harness) -> None:
    bad = a_record(birth_year=2015)
    answer = await world.synced(registry, world.at(MANDAL), [bad, bad | {"birth_year": 1985}])
    assert [one["outcome"] for one in answer.json()["results"]] == ["rejected", "accepted"]
    assert await world.size(registry, "rejected_records") == 0
