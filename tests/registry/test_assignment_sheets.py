"""Booths for many vistaraks as a file: tried, brought in whole or in part, and again without a change."""

import asyncio
import csv
import io
from typing import Any
from uuid import UUID, uuid4

from httpx import Response

from sangathan_chassis.spreadsheet_writing import write_workbook
from sangathan_chassis.spreadsheets import CSV, XLSX
from sangathan_testkit.harness import Harness, Person
from tests.registry import world
from tests.registry.test_assignments import appoint
from tests.registry.world import BOOTH, DISTRICT, FAR_BOOTH, MANDAL, NEXT_BOOTH, TWIN, TWIN_BOOTH

HEADER = "person_id,membership_number,phone,booth,valid_from,valid_to"
DATES = "2022-01-20,2022-01-30"


async def bring(service: Harness, data: bytes, by: Person | None = None, **options: str) -> Response:
    media = XLSX if data.startswith(b"PK") else CSV
    params: dict[str, str | int] = dict(options)
    return await service.ask(
        "POST",
        "/v1/assignment-imports",
        action="assignment.make",
        person=by or world.at(DISTRICT),
        params=params,
        content=data,
        headers={"content-type": media},
    )


async def brought(service: Harness, *lines: str, **options: Any) -> dict[str, Any]:
    answer = await bring(service, "\n".join((HEADER, *lines)).encode(), **options)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def counts(told: dict[str, Any]) -> tuple[int, int, int]:
    return told["assigned"], told["unchanged"], told["rejected"]


def faults(told: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(one["line"], one["column"], one["reason"]) for one in told["rejects"]]


async def test_a_sheet_assigns_booths_by_path_and_by_code_and_captures_are_taken(registry: Harness) -> None:
    who = await appoint(registry)
    told = await brought(registry, f"{who},,,{BOOTH},{DATES}", f"{who},,,b2,20-01-2022,30-01-2022")
    assert (told["applied"], counts(told)) == (True, (2, 0, 0))
    vistarak = world.at(MANDAL, "vistarak", person_id=who)
    synced = await world.synced(registry, vistarak, [world.a_record(), world.a_record(NEXT_BOOTH)])
    assert [result["outcome"] for result in synced.json()["results"]] == ["accepted", "accepted"]
    dates = await world.rows(registry, "SELECT valid_from::text, valid_to::text FROM assignments LIMIT 1")
    assert {one[:16] for one in dates[0]} == {"2022-01-19 18:30", "2022-01-30 18:30"}


async def test_the_same_sheet_again_changes_nothing_and_a_later_end_adds_to_it(registry: Harness) -> None:
    who = await appoint(registry)
    rows = (f"{who},,,{BOOTH},{DATES}", f"{who},,,{NEXT_BOOTH},,2022-01-30")
    assert counts(await brought(registry, *rows, rows[0])) == (2, 1, 0)
    again = await brought(registry, *rows)
    assert (again["applied"], counts(again), await world.size(registry, "assignments")) == (False, (0, 2, 0), 2)
    assert counts(await brought(registry, f"{who},,,{BOOTH},2022-01-20,2022-02-05")) == (1, 0, 0)


async def test_people_are_found_by_the_number_or_card_of_their_own_record(registry: Harness) -> None:
    by_phone, by_card = await appoint(registry), await appoint(registry)
    for n, who in enumerate((by_phone, by_card), start=1):
        worker = await world.enrolled(registry, phone=f"+91600000001{n}")
        await world.rows(registry, "UPDATE workers SET person_id = $2 WHERE id = $1", UUID(worker["id"]), who)
    issue = f"/v1/workers/{worker['id']}/cards"
    card = await registry.ask("POST", issue, action="card.issue", person=world.at(DISTRICT), json={"why": "first card"})
    number = card.json()["number"]
    told = await brought(registry, f",,60000 00011,{BOOTH},{DATES}", f",{number[:4]} {number[4:]},,{BOOTH},{DATES}")
    assert counts(told) == (2, 0, 0)
    people = {row[0] for row in await world.rows(registry, "SELECT person_id FROM assignments")}
    assert people == {by_phone, by_card}


async def test_a_number_that_two_vistaraks_share_is_not_guessed_at(registry: Harness) -> None:
    for _ in range(2):
        worker = await world.enrolled(registry)
        who = await appoint(registry)
        await world.rows(registry, "UPDATE workers SET person_id = $2 WHERE id = $1", UUID(worker["id"]), who)
    assert faults(await brought(registry, f",,60000 00001,{BOOTH},")) == [(2, "phone", "several-people")]


async def test_a_row_that_cannot_be_is_rejected_at_its_column_and_the_sheet_with_it(registry: Harness) -> None:
    who, elsewhere = await appoint(registry), await appoint(registry, TWIN)
    await world.rows(registry, "UPDATE unit_replica SET closed_at = now() WHERE path = $1", FAR_BOOTH)
    wrong = [
        (f",,,{BOOTH},{DATES}", "person_id", "nobody-named"),
        (f"{who},,60000 00001,{BOOTH},{DATES}", "person_id", "nobody-named"),
        (f"me,,,{BOOTH},{DATES}", "person_id", "bad-person-id"),
        (f",12,,{BOOTH},{DATES}", "membership_number", "bad-number"),
        (f",,0755 2551234,{BOOTH},{DATES}", "phone", "bad-phone"),
        (f",,60000 00099,{BOOTH},{DATES}", "phone", "unknown-person"),
        (f",1000000196,,{BOOTH},{DATES}", "membership_number", "unknown-person"),
        (f"{who},,,{TWIN_BOOTH},{DATES}", "booth", "unknown-booth"),
        (f"{who},,,{MANDAL},{DATES}", "booth", "unknown-booth"),
        (f"{who},,,b9,{DATES}", "booth", "unknown-booth"),
        (f"{who},,,,{DATES}", "booth", "unknown-booth"),
        (f"{who},,,{FAR_BOOTH},{DATES}", "booth", "booth-closed"),
        (f"{uuid4()},,,{BOOTH},{DATES}", "person_id", "not-vistarak"),
        (f"{elsewhere},,,{BOOTH},{DATES}", "person_id", "not-vistarak"),
        (f"{who},,,{BOOTH},20 January,", "valid_from", "bad-date"),
        (f"{who},,,{BOOTH},,2022-02-30", "valid_to", "bad-date"),
        (f"{who},,,{BOOTH},2022-01-30,2022-01-20", "valid_to", "bad-term"),
        (f"{who},,,{BOOTH},0001-01-01,", "valid_from", "bad-date"),
    ]
    told = await brought(registry, f"{who},,,{BOOTH},{DATES}", *(row for row, _, _ in wrong))
    assert faults(told) == [(line, column, reason) for line, (_, column, reason) in enumerate(wrong, start=3)]
    assert all(max(one["detail_hi"]) >= "\u0900" for one in told["rejects"])
    assert (told["applied"], await world.size(registry, "assignments")) == (False, 0)


async def test_a_code_that_two_booths_of_the_scope_have_is_not_guessed_at(registry: Harness) -> None:
    who = await appoint(registry)
    state = world.at(world.STATE)
    assert faults(await brought(registry, f"{who},,,b1,{DATES}", by=state)) == [(2, "booth", "unknown-booth")]
    assert counts(await brought(registry, f"{who},,,b1,{DATES}")) == (1, 0, 0)


async def test_a_trial_assigns_nobody_and_valid_rows_come_in_when_that_is_wanted(registry: Harness) -> None:
    who = await appoint(registry)
    rows = (f"{who},,,{BOOTH},{DATES}", f"{who},,,b9,{DATES}")
    assert counts(await brought(registry, *rows, dry_run="true", only_valid="true")) == (1, 0, 1)
    assert await world.size(registry, "assignments") == 0
    told = await brought(registry, *rows, only_valid="true")
    assert (told["applied"], await world.size(registry, "assignments")) == (True, 1)


async def test_rejects_come_as_a_sheet_that_is_corrected_and_sent_again(registry: Harness) -> None:
    who = await appoint(registry)
    told = await brought(registry, f"{who},,,{BOOTH},{DATES}", f"{who},,,=b9,{DATES}")
    [reject] = csv.DictReader(io.StringIO(told["rejects_csv"].removeprefix("\ufeff")))
    assert (reject["line"], reject["column"], reject["booth"]) == ("3", "booth", "'=b9")
    again = await bring(registry, told["rejects_csv"].replace("'=b9", "b2").encode())
    assert counts(again.json()) == (1, 0, 0)


async def test_an_excel_file_does_as_well_and_each_booth_is_on_the_trail(registry: Harness) -> None:
    who = await appoint(registry)
    rows = [["booth", "person_id"], [BOOTH, str(who)], [NEXT_BOOTH, str(who)]]
    assert counts((await bring(registry, write_workbook([("sheet", rows)]))).json()) == (2, 0, 0)
    entries = await world.rows(registry, "SELECT path FROM audit_entries WHERE action = 'assignment.make' ORDER BY 1")
    assert [entry["path"] for entry in entries] == [BOOTH, NEXT_BOOTH]


async def test_a_file_that_is_no_sheet_is_refused(registry: Harness) -> None:
    for data in (b"PK\x03\x04", b"\xff\xfe", b"booth\nb1,2\n", b"name\nx\n", b""):
        assert (await bring(registry, data)).status_code == 422


async def test_twenty_thousand_rows_are_one_request_and_their_terms_are_bounded(registry: Harness) -> None:
    appointed = (
        "INSERT INTO appointment_replica SELECT gen_random_uuid(), gen_random_uuid(), 'vistarak', $1, '2022-01-01',"
        " NULL, 1, NULL FROM generate_series(1, 134) RETURNING person_id"
    )
    people = [row[0] for row in await world.rows(registry, appointed, world.unit_id(DISTRICT))]
    days = [f"2022-{month:02d}-{day:02d}" for month in (1, 2) for day in range(1, 26)]
    places = [(who, booth) for who in people for booth in ("b1", "b2", "b3")]
    lines = [f"{who},,,{booth},{day},{day}" for who, booth in places for day in days]
    assert counts(await brought(registry, *lines[:20_000])) == (20_000, 0, 0)
    fresh = await appoint(registry)
    over = [f"{fresh},,,b1,{day},{day}" for day in (*days, "2022-03-01")]
    assert faults(await brought(registry, *over)) == [(52, "booth", "named-too-often")]


async def test_a_sheet_sent_twice_at_once_is_applied_once(registry: Harness) -> None:
    who = await appoint(registry)
    both = await asyncio.gather(*(brought(registry, f"{who},,,{BOOTH},{DATES}") for _ in range(2)))
    assert sorted(counts(told) for told in both) == [(0, 1, 0), (1, 0, 0)]
    assert await world.size(registry, "assignments") == 1
