"""Break-glass: one record, for a while, for a reason, and never without those concerned and those above knowing."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec
import pytest

from sangathan_contracts.registry import GlassBroken
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness, Person
from tests.registry import glass, world
from tests.registry.glass import OPENER, OWNER, SUPERIOR
from tests.registry.world import BOOTH, DISTRICT, NEXT_MANDAL, STATE, TWIN, TWIN_BOOTH

ME = Person()


async def own_trail(service: Harness, person: Person) -> list[dict[str, Any]]:
    answer = await service.ask("GET", "/v1/my-registry-audit-entries", action="audit.read-own", person=person)
    return list(answer.json()["items"])


async def test_it_shows_the_one_record_and_no_sensitive_field(registry: Harness) -> None:
    worker_id = await glass.staged(registry)
    assert (await world.read(registry, OPENER, worker_id)).status_code == 404
    shown = (await glass.record(registry, await glass.opened(registry, worker_id))).json()
    assert (shown["id"], shown["phone"], shown["birth_year"]) == (worker_id, "+916000000001", None)
    assert (await world.read(registry, OPENER, worker_id)).status_code == 404, "by its own route alone"


async def test_it_widens_nothing_else(registry: Harness) -> None:
    worker_id = await glass.staged(registry)
    await world.enrolled(registry, booth=TWIN_BOOTH)
    await glass.opened(registry, worker_id)
    assert (await world.listed(registry, OPENER)).json()["items"] == []
    found = await world.searched(registry, OPENER, name="नमूना")
    assert found.json()["items"] == []


async def test_an_exact_number_opens_the_record_unless_several_have_it(registry: Harness) -> None:
    await glass.staged(registry)
    assert (await glass.broken(registry, phone="6000000001")).status_code == 201
    await world.enrolled(registry, booth=TWIN_BOOTH)
    several = await glass.broken(registry, phone="6000000001")
    assert (several.status_code, several.json()["type"]) == (409, "urn:sangathan:problem:several-on-record")
    assert (await glass.broken(registry, phone="6000000099")).status_code == 404


async def test_a_record_of_the_own_area_needs_no_glass_broken(registry: Harness) -> None:
    await glass.staged(registry)
    own = await world.enrolled(registry, booth=NEXT_MANDAL)
    answer = await glass.broken(registry, worker_id=own["id"])
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:sangathan:problem:in-sight-already")


async def test_it_ends_by_itself_at_the_granted_minute(registry: Harness, clock: FixedClock) -> None:
    opening = await glass.opened(registry, await glass.staged(registry), minutes=15)
    clock.pass_time(timedelta(minutes=14, seconds=59))
    assert (await glass.record(registry, opening)).status_code == 200
    clock.pass_time(timedelta(seconds=1))
    over = await glass.record(registry, opening)
    assert (over.status_code, over.json()["type"]) == (409, "urn:sangathan:problem:opening-over")
    assert (await glass.one(registry, opening, SUPERIOR)).json()["state"] == "expired"


async def test_a_longer_opening_or_one_without_a_reason_is_refused(registry: Harness) -> None:
    worker_id = await glass.staged(registry)
    for wrong, where in (
        ({"minutes": 14}, "/minutes"),
        ({"minutes": 61}, "/minutes"),
        ({"reason": "short"}, "/reason"),
        ({"reason": " " * 20}, "/reason"),
        ({"phone": "+916000000001"}, "/worker_id"),
    ):
        answer = await glass.broken(registry, **{"worker_id": worker_id} | wrong)
        assert (answer.status_code, world.pointers(answer)) == (422, [where])
    assert await world.size(registry, "break_glass_openings") == 0


async def test_the_database_itself_keeps_none_for_longer_than_an_hour(registry: Harness) -> None:
    await glass.opened(registry, await glass.staged(registry))
    with pytest.raises(asyncpg.CheckViolationError):
        await world.rows(registry, "UPDATE break_glass_openings SET expires_at = opened_at + interval '61 minutes'")


async def test_nobody_else_reads_what_somebody_opened(registry: Harness) -> None:
    opening = await glass.opened(registry, await glass.staged(registry))
    successor, in_another_office = world.at(NEXT_MANDAL), replace(OPENER, appointment_id=uuid4())
    for somebody in (successor, in_another_office, SUPERIOR, replace(SUPERIOR, looks_through=OPENER)):
        assert (await glass.record(registry, opening, somebody)).status_code == 404


async def test_nobody_opens_through_anothers_eyes(registry: Harness) -> None:
    worker_id = await glass.staged(registry)
    assert (
        await glass.broken(registry, replace(SUPERIOR, looks_through=OPENER), worker_id=worker_id)
    ).status_code == 403


async def test_the_opener_or_somebody_above_ends_it(registry: Harness) -> None:
    worker_id = await glass.staged(registry)
    for who in (OPENER, SUPERIOR, world.at(STATE)):
        opening = await glass.opened(registry, worker_id)
        ended = await glass.end(registry, opening, who)
        assert (ended.json()["state"], ended.json()["ended_by"]) == ("ended", str(who.person_id))
        assert (await glass.record(registry, opening)).status_code == 409
        assert (await glass.end(registry, opening, who)).json()["ended_at"] == ended.json()["ended_at"]


async def test_whoever_is_not_above_the_opener_neither_ends_nor_reviews(registry: Harness) -> None:
    opening = await glass.opened(registry, await glass.staged(registry))
    for somebody, status in ((world.at(TWIN), 403), (world.at(BOOTH), 404), (world.at(NEXT_MANDAL), 403)):
        assert (await glass.end(registry, opening, somebody)).status_code == status
        assert (await glass.review(registry, opening, somebody)).status_code == status
    assert (await glass.review(registry, opening, OPENER)).status_code == 403
    assert (await glass.record(registry, opening)).status_code == 200


async def test_it_ends_with_the_appointment_it_was_made_under(registry: Harness) -> None:
    opening = await glass.opened(registry, await glass.staged(registry))
    await glass.appointment_ends(registry, OPENER)
    assert (await glass.record(registry, opening)).status_code == 409
    assert (await glass.one(registry, opening, SUPERIOR)).json()["state"] == "ended"


async def test_a_withdrawn_record_is_shown_no_more(registry: Harness) -> None:
    worker_id = await glass.staged(registry)
    opening = await glass.opened(registry, worker_id)
    await world.withdraw(registry, OWNER, worker_id)
    assert (await glass.record(registry, opening)).status_code == 404


async def test_owner_superior_and_the_person_are_told_in_the_same_transaction(registry: Harness) -> None:
    worker_id = await glass.staged(registry)
    await glass.is_person(registry, worker_id, ME.person_id)
    opening = await glass.opened(registry, worker_id)
    [row] = await world.rows(registry, "SELECT subject, body FROM outbox WHERE type = $1", GlassBroken.type)
    event = msgspec.json.decode(row["body"], type=GlassBroken)
    assert row["subject"].endswith(TWIN_BOOTH.rstrip("."))
    assert (str(event.opening_id), event.person_id) == (opening, ME.person_id)
    assert (event.owners, event.superiors) == ((OWNER.person_id,), (SUPERIOR.person_id,))
    assert glass.REASON.encode() not in row["body"], "a reason may name people"


async def test_without_anybody_above_to_tell_nothing_is_opened(registry: Harness) -> None:
    await glass.in_office(registry, OPENER)
    await glass.in_office(registry, SUPERIOR, ended_at=world.NOW)
    await glass.in_office(registry, world.at(DISTRICT), delegated_from=uuid4())
    await glass.in_office(registry, world.at(STATE, "state-it-in-charge"))
    await glass.in_office(registry, replace(OPENER, appointment_id=uuid4(), office="state-president"))
    worker_id = (await world.enrolled(registry, booth=TWIN_BOOTH))["id"]
    answer = await glass.broken(registry, worker_id=worker_id)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:sangathan:problem:nobody-to-tell")
    assert await world.size(registry, "break_glass_openings") == 0


async def test_opening_and_every_reading_are_on_the_trail_of_the_unit_and_of_those_above_the_opener(
    registry: Harness,
) -> None:
    opening = await glass.opened(registry, await glass.staged(registry))
    for _ in range(2):
        await glass.record(registry, opening)
    done = ["break-glass.read", "break-glass.read", "break-glass.open"]
    for reader, expected in ((world.at(TWIN), [*done, "worker.enrol"]), (world.at(DISTRICT), ["break-glass.open"])):
        trail = await registry.ask("GET", "/v1/audit-entries", action="audit.read", person=reader)
        seen = trail.json()["items"]
        assert [entry["action"] for entry in seen] == expected
        assert {entry["purpose"] for entry in seen if entry["action"] != "worker.enrol"} == {glass.REASON}
    assert (await glass.one(registry, opening, SUPERIOR)).json()["uses"] == 2


async def test_without_its_trail_there_is_no_reading(registry: Harness) -> None:
    opening = await glass.opened(registry, await glass.staged(registry))
    await world.rows(registry, "REVOKE INSERT ON audit_entries FROM registry_app")
    assert (await glass.record(registry, opening)).status_code == 500
    assert (await glass.one(registry, opening, SUPERIOR)).json()["uses"] == 0


async def test_the_person_concerned_reads_who_looked_at_their_record(registry: Harness) -> None:
    worker_id = await glass.staged(registry)
    await glass.is_person(registry, worker_id, ME.person_id)
    await glass.record(registry, await glass.opened(registry, worker_id))
    await world.read(registry, OWNER, worker_id)
    seen = await own_trail(registry, ME)
    assert [entry["action"] for entry in seen] == ["worker.read", "break-glass.read", "break-glass.open"]
    assert {entry["person_id"] for entry in seen} == {str(OWNER.person_id), str(OPENER.person_id)}
    assert await own_trail(registry, Person()) == []


async def test_a_withdrawal_is_on_the_persons_own_trail_too(registry: Harness) -> None:
    worker_id = await glass.staged(registry)
    await glass.is_person(registry, worker_id, ME.person_id)
    await world.withdraw(registry, OWNER, worker_id)
    assert [entry["action"] for entry in await own_trail(registry, ME)] == ["worker.withdraw"]


async def test_who_was_looked_through_reads_it_among_their_own_entries(registry: Harness) -> None:
    await world.listed(registry, replace(SUPERIOR, looks_through=OPENER))
    [entry] = await own_trail(registry, OPENER)
    assert (entry["action"], entry["person_id"]) == ("appointment.view-as", str(SUPERIOR.person_id))


async def test_openings_are_listed_at_the_record_and_above_the_opener_and_nowhere_else(registry: Harness) -> None:
    opening = await glass.opened(registry, await glass.staged(registry))
    for reader in (OWNER, world.at(TWIN), OPENER, SUPERIOR, world.at(STATE)):
        assert [one["id"] for one in await glass.listed(registry, reader)] == [opening]
    for reader in (world.at(BOOTH), world.at("in.nx.")):
        assert await glass.listed(registry, reader) == []
        assert (await glass.one(registry, opening, reader)).status_code == 404


async def test_a_review_is_due_once_and_overdue_after_three_days(registry: Harness, clock: FixedClock) -> None:
    opening = await glass.opened(registry, await glass.staged(registry))
    clock.pass_time(timedelta(days=3, seconds=1))
    [due] = await glass.listed(registry, SUPERIOR, unreviewed="true")
    assert (due["review_overdue"], datetime.fromisoformat(due["review_due_at"])) == (
        True,
        world.NOW + timedelta(days=3),
    )
    reviewed = (await glass.review(registry, opening, SUPERIOR)).json()
    assert (reviewed["verdict"], reviewed["review_overdue"]) == ("justified", False)
    assert await glass.listed(registry, SUPERIOR, unreviewed="true") == []
    assert (await glass.review(registry, opening, world.at(STATE))).status_code == 409


async def test_an_opening_found_wanting_ends_at_once(registry: Harness) -> None:
    opening = await glass.opened(registry, await glass.staged(registry))
    assert (await glass.review(registry, opening, SUPERIOR, "not-justified")).json()["state"] == "ended"
    assert (await glass.record(registry, opening)).status_code == 409


async def test_a_person_opens_only_so_many_within_a_day(registry: Harness, clock: FixedClock) -> None:
    worker_id = await glass.staged(registry)
    for _ in range(5):
        await glass.opened(registry, worker_id)
    refused = await glass.broken(registry, worker_id=worker_id)
    assert (refused.status_code, refused.json()["type"]) == (429, "urn:sangathan:problem:openings-used-up")
    clock.pass_time(timedelta(days=1))
    assert (await glass.broken(registry, worker_id=worker_id)).status_code == 201


async def test_both_paths_follow_their_units(registry: Harness) -> None:
    await glass.opened(registry, await glass.staged(registry))
    await world.move(registry, NEXT_MANDAL, "in.mp.d070.v3.m5.")
    [row] = await world.rows(registry, "SELECT path, opener_path FROM break_glass_openings")
    assert tuple(row.values()) == (TWIN_BOOTH, "in.mp.d070.v3.m5.")
