"""Where units lie: who was certainly elsewhere is outside, and a sheet says which of its rows cannot be."""

from typing import Any

import pytest

from sangathan_registry.domain.drive import Evidence
from sangathan_registry.domain.fences import Fence
from sangathan_testkit.harness import Harness, Person
from tests.registry import world
from tests.registry.world import BOOTH, DISTRICT, FAR_BOOTH, MANDAL, NEXT_BOOTH, STATE, TWIN_BOOTH

CIRCLE = Fence((23.0, 79.0), 400)
RING = Fence(ring=((23.0, 79.0), (23.0, 79.01), (23.01, 79.01), (23.01, 79.0)))
HEADER = "unit,latitude,longitude,radius_m,ring\n"


@pytest.mark.parametrize(
    ("fence", "latitude", "longitude", "accuracy", "outside"),
    [
        (CIRCLE, 23.0, 79.0, 5, False),
        (CIRCLE, 23.0035, 79.0, 5, False),
        (CIRCLE, 23.0050, 79.0, 5, True),
        (CIRCLE, 23.0050, 79.0, 200, False),
        (CIRCLE, 23.0, 79.0045, 5, True),
        (RING, 23.005, 79.005, 5, False),
        (RING, 23.005, 79.0105, 20, True),
        (RING, 23.005, 79.0105, 80, False),
        (RING, 23.02, 79.02, 500, True),
        (Fence((0.0, 179.999), 1_000), 0.0, -179.999, 5, False),
    ],
)
def test_a_device_is_outside_only_beyond_what_its_accuracy_explains(  # noqa: PLR0917 - a table.
    fence: Fence,
    latitude: float,
    longitude: float,
    accuracy: float,
    outside: bool,  # noqa: FBT001 - a table.
) -> None:
    assert fence.excludes(Evidence(latitude, longitude, accuracy)) is outside


async def brought_in(service: Harness, person: Person, text: str, **more: Any) -> Any:
    body = {"csv": text, **more}
    return await service.ask("POST", "/v1/fence-imports", action="fence.keep", person=person, json=body)


async def fences(service: Harness, person: Person, **params: Any) -> list[dict[str, Any]]:
    answer = await service.ask("GET", "/v1/fences", action="fence.keep", person=person, params=params)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_a_sheet_with_one_bad_row_changes_nothing_and_says_what_would_be_accepted(registry: Harness) -> None:
    text = (
        f"{HEADER}{BOOTH},23.0,79.0,400,\n{NEXT_BOOTH},95,79,400,\n{TWIN_BOOTH},23,79,400,\n"
        f"{FAR_BOOTH},,,,23 79; 23 79.01\n{BOOTH},23,79,50,\n{FAR_BOOTH},23,79,50,23 79; 23 80; 24 80\n"
    )
    answer = (await brought_in(registry, world.at(DISTRICT), text)).json()
    assert (answer["applied"], answer["fenced"], answer["rejected"]) == (False, 1, 5)
    wrong = ["bad-centre", "unknown-unit", "bad-ring", "named-twice", "both"]
    assert [one["reason"] for one in answer["rejects"]] == wrong
    assert all(one["detail_hi"] and one["detail_en"] for one in answer["rejects"])
    assert await world.size(registry, "unit_fences") == 0
    corrected = answer["rejects_csv"].replace(",95,", ",23.2,")
    again = (await brought_in(registry, world.at(DISTRICT), corrected, only_valid=True)).json()
    assert (again["applied"], again["fenced"]) == (True, 2), "the row above was not brought in"


async def test_a_dry_run_writes_nothing_and_the_same_sheet_again_changes_nothing(registry: Harness) -> None:
    text = f"{HEADER}{BOOTH},23.0,79.0,400,\n{NEXT_BOOTH},,,,23 79; 23 79.01; 23.01 79.01\n"
    assert (await brought_in(registry, world.at(DISTRICT), text, dry_run=True)).json()["fenced"] == 2
    assert await world.size(registry, "unit_fences") == 0
    for _ in range(2):
        assert (await brought_in(registry, world.at(DISTRICT), text)).json()["applied"]
    listed = await fences(registry, world.at(MANDAL))
    assert [(one["radius_m"], one["ring"] and len(one["ring"])) for one in listed] == [(400, None), (None, 3)]
    assert await fences(registry, world.at(TWIN_BOOTH)) == []
    away = f"{HEADER}{BOOTH},,,,\n"
    assert (await brought_in(registry, world.at(DISTRICT), away)).json()["unfenced"] == 1
    assert len(await fences(registry, world.at(DISTRICT))) == 1
    noted = await world.rows(registry, "SELECT records FROM audit_entries WHERE action = 'fence.keep'")
    assert [row["records"] for row in noted] == [2, 2, 1]


@pytest.mark.parametrize(
    "text", ["latitude\n1\n", 'unit\n"', "unit,unit\na,b\n", "unit,colour\na,b\n", f"{HEADER}x,1\n"]
)
async def test_what_is_no_sheet_of_fences_is_refused_as_a_whole(registry: Harness, text: str) -> None:
    answer = await brought_in(registry, world.at(STATE), text)
    assert answer.status_code == 422
    assert world.pointers(answer) == ["/csv"]


async def test_a_fence_follows_its_unit(registry: Harness) -> None:
    await brought_in(registry, world.at(DISTRICT), f"{HEADER}{BOOTH},23.0,79.0,400,\n")
    await world.move(registry, MANDAL, "in.mp.d070.v3.m9.")
    assert await world.paths(registry, "unit_fences") == {"in.mp.d070.v3.m9.b1."}
