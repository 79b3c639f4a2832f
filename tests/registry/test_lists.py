"""Lists and searches: exactly the scope, page by page, and still right when the unit moves in between."""

from typing import Any

import pytest

from sangathan_testkit.harness import Harness, Person
from tests.registry import world
from tests.registry.world import BOOTH, DISTRICT, MANDAL, NATION, NEXT_BOOTH, NEXT_MANDAL, STATE, TWIN, TWIN_BOOTH

NAMES = ("रमेश नमूना", "सुरेश नमूना", "अनीता नमूना", "गीता नमूना", "मोहन नमूना")


async def everybody(service: Harness) -> dict[str, str]:
    """One worker per place; the unit by the worker's id."""
    places = (BOOTH, NEXT_BOOTH, world.FAR_BOOTH, TWIN_BOOTH, STATE, "in.nx.d01.")
    return {(await world.enrolled(service, booth=place))["id"]: place for place in places}


async def all_pages(service: Harness, person: Person, **params: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    while True:
        page = (await world.listed(service, person, **params)).json()
        items += page["items"]
        if page["next"] is None:
            return items
        params["cursor"] = page["next"]


@pytest.mark.parametrize("path", [BOOTH, MANDAL, NEXT_MANDAL, DISTRICT, TWIN, STATE, NATION, "in.nx."])
async def test_a_list_is_exactly_the_scope(registry: Harness, path: str) -> None:
    placed = await everybody(registry)
    seen = {item["id"] for item in await all_pages(registry, world.at(path))}
    assert seen == {worker_id for worker_id, place in placed.items() if place.startswith(path)}


async def test_pages_are_in_the_order_of_units_and_names_without_gap_or_double(registry: Harness) -> None:
    for booth in (NEXT_BOOTH, BOOTH):
        for name in (*NAMES, NAMES[0]):
            await world.enrolled(registry, booth=booth, name_hi=name)
    whole = await all_pages(registry, world.at(DISTRICT), limit=200)
    for limit in (1, 2, 5, 12):
        assert await all_pages(registry, world.at(DISTRICT), limit=limit) == whole
    assert [item["name_hi"] for item in whole[:6]] == sorted((*NAMES, NAMES[0]))


async def test_a_page_links_to_the_next_and_the_cursor_shows_no_name(registry: Harness) -> None:
    for name in NAMES:
        await world.enrolled(registry, name_hi=name)
    answer = await world.listed(registry, world.at(BOOTH), limit=2)
    assert answer.headers["link"].endswith('; rel="next"')
    assert answer.headers["cache-control"] == "private, no-store"
    from base64 import urlsafe_b64decode  # noqa: PLC0415

    opened = urlsafe_b64decode(answer.json()["next"] + "===")
    assert not any(name.split()[0].encode() in opened for name in NAMES)


async def test_a_cursor_outlives_the_move_of_its_unit(registry: Harness) -> None:
    for name in NAMES:
        await world.enrolled(registry, name_hi=name)
    person = world.at(BOOTH)
    first = (await world.listed(registry, person, limit=2)).json()
    new_path = "in.mp.d07.v1.m2.b1."
    await world.move(registry, BOOTH, new_path)
    moved = Person(
        path=new_path,
        office=person.office,
        unit_id=person.unit_id,
        field_classes=person.field_classes,
        tree_version=2,
    )
    rest = await all_pages(registry, moved, limit=2, cursor=first["next"])
    assert [item["name_hi"] for item in first["items"] + rest] == sorted(NAMES)


async def test_a_filter_outside_the_scope_reads_as_missing(registry: Harness) -> None:
    for path in (NEXT_BOOTH, MANDAL, TWIN):
        answer = await world.listed(registry, world.at(BOOTH), unit_id=str(world.unit_id(path)))
        assert answer.status_code == 404


async def test_a_filter_narrows_and_never_widens(registry: Harness) -> None:
    placed = await everybody(registry)
    items = await all_pages(registry, world.at(STATE), unit_id=str(world.unit_id(MANDAL)))
    assert {item["id"] for item in items} == {one for one, place in placed.items() if place.startswith(MANDAL)}


async def test_withdrawn_records_are_listed_only_when_asked_for(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    await world.withdraw(registry, world.at(BOOTH), worker["id"])
    assert await all_pages(registry, world.at(BOOTH)) == []
    assert [one["id"] for one in await all_pages(registry, world.at(BOOTH), status="withdrawn")] == [worker["id"]]


async def test_a_vistarak_lists_and_finds_only_own_captures(registry: Harness) -> None:
    await world.enrolled(registry)
    vistarak = world.at(MANDAL, "vistarak")
    own = await world.enrol(registry, vistarak, name_hi="रमेश नमूना")
    assert [item["id"] for item in await all_pages(registry, vistarak)] == [own.json()["id"]]
    found = (await world.searched(registry, vistarak, name="रमेश")).json()["items"]
    assert [item["id"] for item in found] == [own.json()["id"]]


@pytest.mark.parametrize(
    "params",
    [
        {"limit": "abc"},
        {"limit": 0},
        {"limit": 100000},
        {"cursor": "bent"},
        {"cursor": "\x00"},
        {"status": "dead"},
        {"unit_id": "x"},
        {"name": "रमेश"},
        {"phone": "+916000000001"},
    ],
)
async def test_a_wrong_filter_is_refused(registry: Harness, params: dict[str, Any]) -> None:
    answer = await world.listed(registry, world.at(BOOTH), **params)
    assert answer.status_code == 422
    assert world.pointers(answer)[0].startswith("#query/")


async def test_a_cursor_serves_only_its_own_list(registry: Harness) -> None:
    for name in NAMES:
        await world.enrolled(registry, name_hi=name)
    cursor = (await world.listed(registry, world.at(BOOTH), limit=2)).json()["next"]
    assert (await world.listed(registry, world.at(MANDAL), cursor=cursor)).status_code == 422
    assert (await world.listed(registry, world.at(BOOTH), cursor=cursor, status="withdrawn")).status_code == 422
    bent = ("A" if cursor[0] != "A" else "B") + cursor[1:]
    assert (await world.listed(registry, world.at(BOOTH), cursor=bent)).status_code == 422


@pytest.mark.parametrize(
    "name",
    ["रमेश", "श्रीमती रमेश", "रमे", "रमेश नमूना", "Ramesh", "RAMESH n", "shri ramesh", "Rámesh"],
)
async def test_a_name_is_found_by_its_beginning_in_either_script(registry: Harness, name: str) -> None:
    worker = await world.enrolled(registry)
    await world.enrolled(registry, name_hi="सुरेश नमूना", name_en="Suresh Namuna")
    found = (await world.searched(registry, world.at(STATE), name=name)).json()["items"]
    assert [item["id"] for item in found] == [worker["id"]]


@pytest.mark.parametrize("phone", ["+916000000001", "6000000001", "०६००००००००१", "+91 60000-00001"])
async def test_a_phone_is_found_as_people_write_it(registry: Harness, phone: str) -> None:
    worker = await world.enrolled(registry)
    await world.enrolled(registry, phone="+916000000002")
    found = (await world.searched(registry, world.at(BOOTH), phone=phone)).json()["items"]
    assert [item["id"] for item in found] == [worker["id"]]


async def test_name_and_phone_together_must_both_fit(registry: Harness) -> None:
    await world.enrolled(registry)
    both = await world.searched(registry, world.at(BOOTH), name="Suresh", phone="+916000000001")
    assert both.json()["items"] == []


async def test_who_does_not_see_a_phone_finds_nobody_by_it(registry: Harness) -> None:
    """A number that cannot be read in a list could else be guessed at there, one question after another."""
    await world.enrolled(registry, name_hi=NAMES[0], phone="+916000000001")
    blind = world.at(BOOTH, field_classes=("open",))
    answers = [await world.searched(registry, blind, phone=f"+91600000000{digit}") for digit in (1, 2)]
    assert {(one.status_code, one.json()["type"]) for one in answers} == {(403, "urn:sangathan:problem:forbidden")}
    together = await world.searched(registry, blind, phone="+916000000001", name=NAMES[0])
    assert together.status_code == 403


@pytest.mark.parametrize("path", [NEXT_BOOTH, TWIN, NEXT_MANDAL])
async def test_a_search_finds_nobody_outside(registry: Harness, path: str) -> None:
    await world.enrolled(registry)
    for body in ({"name": "Ramesh"}, {"name": "रमेश"}, {"phone": "+916000000001"}):
        assert (await world.searched(registry, world.at(path), **body)).json()["items"] == []


async def test_search_pages_have_neither_gap_nor_double(registry: Harness) -> None:
    for booth in (BOOTH, NEXT_BOOTH):
        for _ in range(5):
            await world.enrolled(registry, booth=booth)
    whole = (await world.searched(registry, world.at(STATE), name="Ra", limit=200)).json()["items"]
    pieces, cursor = [], None
    while True:
        page = (await world.searched(registry, world.at(STATE), name="Ra", limit=3, cursor=cursor)).json()
        pieces += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert pieces == whole
    assert len(whole) == 10


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, ["/name"]),
        ({"name": "R"}, ["/name"]),
        ({"name": "श्री"}, ["/name"]),
        ({"phone": "12"}, ["/phone"]),
        ({"phone": "1234567890"}, ["/phone"]),
        ({"name": "Ramesh", "limit": 201}, ["/limit"]),
        ({"name": "Ramesh", "cursor": "bent"}, ["/cursor"]),
    ],
)
async def test_a_wrong_search_is_refused(registry: Harness, body: dict[str, Any], where: list[str]) -> None:
    answer = await world.searched(registry, world.at(BOOTH), **body)
    assert (answer.status_code, world.pointers(answer)) == (422, where)
