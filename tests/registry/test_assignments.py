"""Assignments: which booths a vistarak captures in."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import Response

from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness, Person
from tests.registry import world
from tests.registry.test_drives import begun
from tests.registry.world import BOOTH, DISTRICT, FAR_BOOTH, MANDAL, NEXT_BOOTH, STATE, TWIN, TWIN_BOOTH

FROM, TO = "2022-01-20T00:00:00+05:30", "2022-01-31T00:00:00+05:30"


async def appoint(service: Harness, path: str = MANDAL, ended: str | None = None) -> UUID:
    person_id = uuid4()
    await world.rows(
        service,
        "INSERT INTO appointment_replica VALUES ($1, $2, 'vistarak', $3, '2022-01-01', NULL, 1, $4::text::timestamptz)",
        uuid4(),
        person_id,
        world.unit_id(path),
        ended,
    )
    return person_id


async def assign(service: Harness, by: Person, person_id: UUID, path: str = BOOTH, **changes: Any) -> Response:
    body = {
        "person_id": str(person_id),
        "unit_id": str(world.unit_id(path)),
        "valid_from": FROM,
        "valid_to": TO,
    } | changes
    return await service.ask("POST", "/v1/assignments", action="assignment.make", person=by, json=body)


async def listed(service: Harness, by: Person, **params: Any) -> Response:
    return await service.ask("GET", "/v1/assignments", action="assignment.read", person=by, params=params)


async def test_an_assigned_vistarak_may_capture(registry: Harness) -> None:
    person_id = await appoint(registry)
    answer = await assign(registry, world.at(DISTRICT), person_id)
    assert answer.status_code == 201, answer.text
    vistarak = world.at(MANDAL, "vistarak", person_id=person_id)
    synced = await world.synced(registry, vistarak, [world.a_record(), world.a_record(NEXT_BOOTH)])
    assert [result["outcome"] for result in synced.json()["results"]] == ["accepted", "rejected"]


@pytest.mark.parametrize(("path", "ended"), [(TWIN, None), (MANDAL, "2022-01-02")])
async def test_only_a_vistarak_over_the_booth_is_assigned(registry: Harness, path: str, ended: str | None) -> None:
    person_id = await appoint(registry, path, ended)
    answer = await assign(registry, world.at(STATE), person_id)
    assert (answer.status_code, world.pointers(answer)) == (422, ["/person_id"])


async def test_a_booth_outside_the_scope_reads_as_missing(registry: Harness) -> None:
    person_id = await appoint(registry, TWIN)
    assert (await assign(registry, world.at(DISTRICT), person_id, TWIN_BOOTH)).status_code == 404
    assert (await listed(registry, world.at(DISTRICT), unit_id=str(world.unit_id(TWIN)))).status_code == 404


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"valid_to": FROM}, ["/valid_to"]),
        ({"valid_from": "0001-01-01T00:00:00Z"}, ["/valid_from"]),
        ({"valid_from": "20 January"}, ["/valid_from"]),
        ({"note": "x"}, ["/note"]),
    ],
)
async def test_wrong_dates_are_refused(registry: Harness, changes: dict[str, Any], where: list[str]) -> None:
    answer = await assign(registry, world.at(DISTRICT), await appoint(registry), **changes)
    assert (answer.status_code, world.pointers(answer)) == (422, where)


async def test_the_list_is_exactly_the_scope_page_by_page(registry: Harness) -> None:
    here, there = await appoint(registry, DISTRICT), await appoint(registry, TWIN)
    for path, person_id in ((BOOTH, here), (NEXT_BOOTH, here), (FAR_BOOTH, here), (TWIN_BOOTH, there)):
        assert (await assign(registry, world.at(STATE), person_id, path)).status_code == 201
    seen: list[str] = []
    cursor = None
    while True:
        page = (await listed(registry, world.at(DISTRICT), limit=1, **({"cursor": cursor} if cursor else {}))).json()
        seen += [item["unit_id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [str(world.unit_id(path)) for path in (BOOTH, NEXT_BOOTH, FAR_BOOTH)]
    theirs = (await listed(registry, world.at(STATE), person_id=str(there))).json()["items"]
    assert [item["unit_id"] for item in theirs] == [str(world.unit_id(TWIN_BOOTH))]


async def end(service: Harness, by: Person, assignment_id: str, valid_to: str | None = None) -> Response:
    path, body = f"/v1/assignments/{assignment_id}/endings", {"valid_to": valid_to, "why": "She has left for Bhopal"}
    return await service.ask("POST", path, action="assignment.make", person=by, json=body)


async def test_who_leaves_in_the_middle_ends_and_what_was_captured_before_is_taken_weeks_later(
    registry: Harness, clock: FixedClock
) -> None:
    drive_id = await begun(registry)
    leaving, coming, president = await appoint(registry), await appoint(registry), world.at(DISTRICT)
    assignment = (await assign(registry, president, leaving)).json()["id"]
    ended = await end(registry, president, assignment)
    assert ended.status_code == 200, ended.text
    told = ended.json()
    assert (told["valid_to"], told["ended_by"], told["ended_at"]) == (
        *(world.NOW.isoformat().replace("+00:00", "Z"), str(president.person_id)),
        told["valid_to"],
    )
    assert (await assign(registry, president, coming)).status_code == 201, "somebody else is given the booth"
    clock.pass_time(timedelta(days=20))
    before, after = world.a_record(), world.a_record(captured_at="2022-01-20T15:00:00+05:30", phone="+916000000002")
    vistarak = world.at(MANDAL, "vistarak", person_id=leaving)
    late = await world.synced(registry, vistarak, [before, after], drive_id=drive_id)
    assert [(one["outcome"], one["reason"]) for one in late.json()["results"]] == [
        ("accepted", None),
        ("rejected", "not-assigned"),
    ]
    other = world.at(MANDAL, "vistarak", person_id=coming)
    taken = await world.synced(registry, other, [{**after, "id": world.a_record()["id"]}], drive_id=drive_id)
    assert [one["outcome"] for one in taken.json()["results"]] == ["accepted"]
    noted = "SELECT purpose FROM audit_entries WHERE action = 'assignment.make' AND purpose IS NOT NULL"
    assert await world.value(registry, noted) == "She has left for Bhopal"


async def test_an_end_is_brought_forward_never_back_and_never_into_the_past(registry: Harness) -> None:
    president = world.at(DISTRICT)
    assignment = (await assign(registry, president, await appoint(registry))).json()["id"]
    for never in ("2022-01-19T00:00:00+05:30", "2022-02-01T00:00:00+05:30"):
        assert world.pointers(await end(registry, president, assignment, never)) == ["/valid_to"]
    sooner = "2022-01-25T00:00:00+05:30"
    first = await end(registry, president, assignment, sooner)
    assert first.status_code == 200, first.text
    assert (await end(registry, president, assignment, sooner)).json() == first.json(), "sent again, nothing changes"
    assert (await end(registry, president, assignment)).status_code == 200
    [one] = (await listed(registry, president)).json()["items"]
    assert (one["valid_to"], one["ended_by"]) == ("2022-01-20T09:00:00Z", str(president.person_id))


async def test_one_that_has_not_begun_never_does(registry: Harness) -> None:
    president, later = world.at(DISTRICT), "2022-01-28T00:00:00+05:30"
    assignment = (await assign(registry, president, await appoint(registry), valid_from=later)).json()["id"]
    ended = (await end(registry, president, assignment)).json()
    assert ended["valid_to"] == ended["valid_from"]


@pytest.mark.parametrize("path", [TWIN, NEXT_BOOTH])
async def test_nobody_ends_what_lies_elsewhere(registry: Harness, path: str) -> None:
    assignment = (await assign(registry, world.at(DISTRICT), await appoint(registry))).json()["id"]
    assert (await end(registry, world.at(path), assignment)).status_code == 404
