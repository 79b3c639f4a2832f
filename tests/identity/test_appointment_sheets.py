"""Many appointments as a sheet: tried, brought in whole or in part, and every row held to the rules of a single one."""

import csv
import io
from datetime import timedelta
from typing import Any

from httpx import Response

from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness, Person
from tests.identity import world
from tests.identity.asking import events, problem, rows
from tests.identity.test_appointments import end, listed

STATE = world.holder(world.STATE)
DISTRICT = world.holder(world.DISTRICT)
MANDAL = world.holder(world.MANDAL)
HEADER = "phone,name_hi,name_en,office,unit,valid_from,valid_to"
NEWCOMER = f"60090 00001,नया नमूना,Naya Namuna,booth-president,{world.BOOTH},,"


def line(**change: str) -> str:
    """The newcomer's row with other cells."""
    cells = dict(zip(HEADER.split(","), NEWCOMER.split(","), strict=True)) | change
    return ",".join(cells.values())


def line_of(known: Person, **change: str) -> str:
    """A row that names somebody of the small tree."""
    person = {"phone": world.phone(known), "name_hi": f"नमूना {known.path}", "name_en": f"Namuna {known.path}"}
    return line(**{**person, **change})


async def bring(identity: Harness, text: str, person: Person = DISTRICT, **more: bool) -> Response:
    body = {"csv": text, **more}
    return await identity.ask("POST", "/v1/appointment-imports", action="appointment.make", person=person, json=body)


async def brought(identity: Harness, *lines: str, person: Person = DISTRICT, **more: bool) -> dict[str, Any]:
    answer = await bring(identity, "\n".join((HEADER, *lines)) + "\n", person, **more)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def counts(told: dict[str, Any]) -> tuple[int, ...]:
    return tuple(told[name] for name in ("appointed", "new_persons", "relieved", "unchanged", "rejected"))


def faults(told: dict[str, Any]) -> list[tuple[int, str, str]]:
    return [(one["line"], one["column"], one["reason"]) for one in told["rejects"]]


async def standing(identity: Harness, path: str = world.BOOTH) -> list[dict[str, Any]]:
    """Those on record at a unit."""
    return list((await listed(identity, STATE, unit_id=str(world.unit_id(path)))).json()["items"])


async def test_a_sheet_appoints_the_new_and_the_known(identity: Harness) -> None:
    told = await brought(identity, NEWCOMER, line_of(world.holder(world.NEXT_BOOTH), unit="in.mp.d07.v1.m2.b3"))
    assert (told["applied"], counts(told)) == (True, (2, 1, 0, 0, 0))
    assert "नया नमूना" in {one["person_name_hi"] for one in await standing(identity)}
    assert str(world.holder(world.NEXT_BOOTH).person_id) in {
        one["person_id"] for one in await standing(identity, "in.mp.d07.v1.m2.b3.")
    }


async def test_each_appointment_is_told_and_on_the_trail_like_a_single_one(identity: Harness) -> None:
    await brought(identity, NEWCOMER)
    [event] = await events(identity, "identity.appointment.made.v1")
    entries = await rows(
        identity,
        "SELECT subject_id::text, detail->>'person_id' AS whom FROM audit_entries WHERE action = 'appointment.make'"
        " AND detail ? 'person_id'",
    )
    made = event["appointment"]
    assert [tuple(entry) for entry in entries] == [(made["appointment_id"], made["person_id"])]


async def test_a_sheet_brought_in_twice_changes_nothing_the_second_time(identity: Harness) -> None:
    dated = line(phone="60090 00002", valid_from="2022-01-01", valid_to="2023-12-31")
    await brought(identity, NEWCOMER, dated)
    before = await rows(identity, "SELECT * FROM appointments ORDER BY id")
    told = await brought(identity, NEWCOMER, dated)
    assert (told["applied"], counts(told)) == (False, (0, 0, 0, 2, 0))
    assert await rows(identity, "SELECT * FROM appointments ORDER BY id") == before


async def test_a_sheet_does_not_bring_back_what_was_ended_since(identity: Harness) -> None:
    holder = world.holder(world.BOOTH)
    dated = line_of(holder, valid_from=world.TERM_BEGAN)
    assert counts(await brought(identity, dated)) == (0, 0, 0, 1, 0)
    await end(identity, DISTRICT, holder)
    assert faults(await brought(identity, dated)) == [(2, "valid_from", "already-holds-office")]


async def test_a_trial_says_the_same_and_appoints_nobody(identity: Harness) -> None:
    before = len(await rows(identity, "SELECT 1 FROM persons"))
    told = await brought(identity, NEWCOMER, dry_run=True)
    assert (told["applied"], told["dry_run"], counts(told)) == (False, True, (1, 1, 0, 0, 0))
    assert len(await rows(identity, "SELECT 1 FROM persons")) == before
    assert not await events(identity, "identity.appointment.made.v1")


async def test_a_trial_with_others_numbers_is_on_the_trail(identity: Harness) -> None:
    taken = line(phone=world.phone(STATE))
    await brought(identity, taken, NEWCOMER, dry_run=True)
    [row] = await rows(identity, "SELECT detail->>'numbers_taken' AS taken, person_id FROM audit_entries")
    assert tuple(row) == ("1", DISTRICT.person_id)


# Every way in which a row can be wrong, each by a person of its own.
WRONG = [
    (line(phone="0755 2551234"), "phone", "bad-phone"),
    (line(phone=""), "phone", "bad-phone"),
    (line(name_hi=""), "name_hi", "bad-name"),
    (line(name_en="x" * 201), "name_en", "bad-name"),
    (line(office="emperor"), "office", "unknown-office"),
    (line(office="district-president", unit=world.DISTRICT), "office", "office-not-yours-to-give"),
    (line(unit="in.zz."), "unit", "unknown-unit"),
    (line(unit="in.mp.d070.v3.m1.b1."), "unit", "unknown-unit"),
    (line(unit=world.MANDAL), "unit", "wrong-level"),
    (line(phone=world.phone(STATE)), "phone", "phone-taken"),
    (line_of(world.holder(world.BOOTH), valid_from="2022-01-01"), "valid_from", "already-holds-office"),
    (line(valid_from="20 January"), "valid_from", "bad-date"),
    (line(valid_from="01-13-2022"), "valid_from", "bad-date"),
    (line(phone="60090 00003", valid_from="2024-01-01"), "valid_from", "bad-term"),
    (line(phone="60090 00004", valid_to="2021-12-31"), "valid_to", "bad-term"),
    (line(phone="60090 00005", valid_from="2022-02-01", valid_to="2022-01-31"), "valid_to", "bad-term"),
]


async def test_a_row_that_cannot_be_is_rejected_at_its_column_and_the_sheet_with_it(identity: Harness) -> None:
    told = await brought(identity, line(phone="60090 00002"), *(row for row, _, _ in WRONG))
    assert faults(told) == [(at, column, reason) for at, (_, column, reason) in enumerate(WRONG, start=3)]
    assert (told["applied"], len(await standing(identity))) == (False, 1)


async def test_a_reject_says_in_both_languages_what_would_be_accepted(identity: Harness) -> None:
    [told] = (await brought(identity, line(office="emperor"), person=MANDAL))["rejects"]
    assert told["detail_en"] == "takes one of: booth-president, vistarak"
    assert told["detail_hi"] == "इनमें से एक दें: booth-president, vistarak"


async def test_all_that_is_wrong_with_a_row_is_said_at_once(identity: Harness) -> None:
    told = await brought(identity, line(phone="1", valid_to="soon"))
    assert ([one[1] for one in faults(told)], told["rejected"]) == (["phone", "valid_to"], 1)


async def test_a_suspended_person_and_a_closed_unit_are_rejected(identity: Harness) -> None:
    whom = world.holder(world.NEXT_BOOTH)
    path = f"/v1/persons/{whom.person_id}/suspensions"
    await identity.ask("POST", path, action="person.suspend", person=STATE, json={"reason": "test"})
    path = f"/v1/units/{world.unit_id('in.mp.d07.v1.m2.b3.')}/closings"
    await identity.ask("POST", path, action="unit.close", person=STATE)
    told = await brought(identity, line_of(whom), line(unit="in.mp.d07.v1.m2.b3."))
    assert faults(told) == [(2, "phone", "person-suspended"), (3, "unit", "unit-closed")]


async def test_a_row_that_repeats_another_or_gives_its_number_another_name_is_rejected(identity: Harness) -> None:
    told = await brought(identity, NEWCOMER, NEWCOMER, line(name_hi="और कोई", name_en="Somebody"))
    assert faults(told) == [(3, "phone", "named-twice"), (4, "phone", "phone-taken")]


async def test_one_person_may_be_named_for_several_offices(identity: Harness) -> None:
    told = await brought(identity, NEWCOMER, line(unit=world.NEXT_BOOTH))
    assert counts(told) == (2, 1, 0, 0, 0)


async def test_what_is_valid_comes_in_when_that_is_wanted(identity: Harness) -> None:
    told = await brought(identity, NEWCOMER, line(phone="60090 00002", unit="in.zz."), only_valid=True)
    assert (told["applied"], counts(told)) == (True, (1, 1, 0, 0, 1))
    assert not await rows(identity, "SELECT 1 FROM persons WHERE name_en = 'Naya Namuna' OFFSET 1")


async def test_rejects_come_as_a_sheet_that_can_be_corrected_and_brought_in_again(identity: Harness) -> None:
    told = await brought(identity, NEWCOMER, line(phone="+91 60090 00002", unit="in.zz."))
    [reject] = csv.DictReader(io.StringIO(told["rejects_csv"].removeprefix("\ufeff")))
    assert (reject["line"], reject["column"], reject["phone"]) == ("3", "unit", "'+91 60090 00002")
    corrected = told["rejects_csv"].replace("in.zz.", world.BOOTH)
    again = (await bring(identity, corrected)).json()
    assert (again["applied"], counts(again)) == (True, (1, 1, 0, 0, 0))


async def test_days_are_whole_days_in_india_written_either_way_round(identity: Harness) -> None:
    await brought(identity, line(valid_from="01-02-2022", valid_to="2022-03-31"))
    [made] = [one for one in await standing(identity) if one["person_name_hi"] == "नया नमूना"]
    assert (made["valid_from"], made["valid_to"]) == ("2022-01-31T18:30:00Z", "2022-03-31T18:30:00Z")


async def test_who_acted_is_relieved_by_a_holder_from_a_sheet(identity: Harness) -> None:
    await end(identity, DISTRICT, world.holder(world.BOOTH))
    acting = {
        "person_id": str(world.holder(world.NEXT_BOOTH).person_id),
        "office": "booth-president",
        "unit_id": str(world.unit_id(world.BOOTH)),
        "acting": True,
        "valid_to": "2022-03-01T00:00:00Z",
    }
    await identity.ask("POST", "/v1/appointments", action="appointment.make", person=MANDAL, json=acting)
    assert counts(await brought(identity, NEWCOMER)) == (1, 1, 1, 0, 0)
    assert [one["person_name_hi"] for one in await standing(identity)] == ["नया नमूना"]


async def test_numbers_of_others_are_told_a_few_a_day_and_then_no_more(identity: Harness, clock: FixedClock) -> None:
    taken = [line(phone=world.phone(one)) for one in world.holders()[:4]]
    assert counts(await brought(identity, taken[0], dry_run=True)) == (0, 0, 0, 0, 1)
    for sheet in (taken[1:], [NEWCOMER]):
        refused = await bring(identity, "\n".join((HEADER, *sheet)), dry_run=True)
        assert (problem(refused), "rejects" in refused.text) == ("numbers-used-up", False)
    assert (await brought(identity, NEWCOMER, person=STATE, dry_run=True))["appointed"] == 1
    clock.pass_time(timedelta(days=1))
    assert (await brought(identity, NEWCOMER))["appointed"] == 1


async def test_a_sheet_of_two_thousand_is_taken_at_once(identity: Harness) -> None:
    many = [line(phone=f"60091 {number:05}", name_en=f"Namuna {number}") for number in range(2_000)]
    told = await brought(identity, *many)
    assert counts(told) == (2_000, 2_000, 0, 0, 0)
