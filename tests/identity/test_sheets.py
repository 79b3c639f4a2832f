"""The tree as a sheet: brought in whole, in part or on trial, taken out, and harmless in a spreadsheet."""

import csv
import io
from typing import Any

import pytest
from httpx import Response

from sangathan_identity.commands import import_units
from sangathan_testkit.harness import Harness, Person
from tests.identity import world
from tests.identity.asking import events, rows
from tests.identity.test_units import STATE, get, paths

HEADER = "id,parent,level,code,name_hi,name_en"
NEW_BOOTH = ",in.mp.d07.v1.m1.,booth,b9,बूथ नौ,Booth nine"
DISTRICT = world.holder(world.DISTRICT)


def sheet(*lines: str) -> str:
    return "\n".join((HEADER, *lines)) + "\n"


def line(path: str, parent: str | None = None, **change: str) -> str:
    """The row of a unit of the small tree."""
    above = world.parent_of(path)
    values = {
        "id": str(world.unit_id(path)),
        "parent": above if parent is None else parent,
        "level": world.level_of(path),
        "code": path[len(above) : -1],
        "name_hi": f"इकाई {path}",
        "name_en": f"Unit {path}",
        **change,
    }
    return ",".join(values.values())


async def bring(identity: Harness, text: str, person: Person = STATE, **more: bool) -> Response:
    body = {"csv": text, **more}
    return await identity.ask("POST", "/v1/unit-imports", action="unit.import", person=person, json=body)


async def brought(identity: Harness, *lines: str, **more: bool) -> dict[str, Any]:
    answer = await bring(identity, sheet(*lines), STATE, **more)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def taken_out(identity: Harness, person: Person = STATE) -> str:
    answer = await identity.ask("GET", "/v1/unit-exports", action="unit.export", person=person)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    return answer.text


def counts(told: dict[str, Any]) -> tuple[int, ...]:
    return tuple(told[name] for name in ("created", "renamed", "moved", "unchanged", "rejected"))


async def test_a_sheet_creates_renames_and_moves(identity: Harness) -> None:
    told = await brought(
        identity,
        NEW_BOOTH,
        line(world.BOOTH, name_en="Another name"),
        line(world.NEXT_BOOTH, "in.mp.d07.v1.m2."),
        line(world.MANDAL),
    )
    assert (told["applied"], counts(told)) == (True, (1, 1, 1, 1, 0))
    found = await paths(identity, "units")
    assert {"in.mp.d07.v1.m1.b9.", "in.mp.d07.v1.m2.b2."} <= set(found)
    assert (await get(identity, f"/v1/units/{world.unit_id(world.BOOTH)}", STATE)).json()["name_en"] == "Another name"


async def test_a_sheet_brought_in_twice_changes_nothing_the_second_time(identity: Harness) -> None:
    await brought(identity, NEW_BOOTH)
    told = await brought(identity, NEW_BOOTH)
    assert (told["applied"], counts(told)) == (False, (0, 0, 0, 1, 0))


async def test_a_dry_run_says_the_same_and_writes_nothing(identity: Harness) -> None:
    before = await paths(identity, "units")
    told = await brought(identity, NEW_BOOTH, dry_run=True)
    assert (told["applied"], told["dry_run"], counts(told)) == (False, True, (1, 0, 0, 0, 0))
    assert await paths(identity, "units") == before
    assert not await events(identity, "identity.unit.created.v1")


async def test_a_row_may_stand_beneath_one_that_the_sheet_creates(identity: Harness) -> None:
    told = await brought(identity, ",in.mp.d08.v2,mandal,m5,मंडल,Mandal", ",in.mp.d08.v2.m5.,booth,b1,बूथ,Booth")
    assert counts(told) == (2, 0, 0, 0, 0)
    assert "in.mp.d08.v2.m5.b1." in await paths(identity, "units")


async def test_parents_are_named_as_they_stood_before_the_sheet(identity: Harness) -> None:
    told = await brought(
        identity,
        line(world.MANDAL, "in.mp.d08.v2."),
        line(world.BOOTH, name_en="Renamed after the move"),
        ",in.mp.d07.v1.m1.,booth,b9,बूथ नौ,Booth nine",
    )
    assert counts(told) == (1, 1, 1, 0, 0)
    assert "in.mp.d08.v2.m1.b9." in await paths(identity, "units")


async def test_each_change_is_told_and_dated_like_any_other(identity: Harness) -> None:
    await brought(identity, NEW_BOOTH, line(world.NEXT_BOOTH, "in.mp.d07.v1.m2."), line(world.BOOTH, name_en="X"))
    versions = [
        event["tree_version"]
        for kind in ("created", "moved", "renamed")
        for event in await events(identity, f"identity.unit.{kind}.v1")
    ]
    assert versions == [2, 3, 4]
    acts = await rows(identity, "SELECT act FROM unit_versions WHERE act <> 'recorded' ORDER BY act")
    assert [row["act"] for row in acts] == ["created", "moved", "renamed"]


async def test_a_great_sheet_lets_replicas_take_the_tree_anew(
    identity: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_units, "TOLD_ONE_BY_ONE", 1)
    await brought(identity, NEW_BOOTH, line(world.NEXT_BOOTH, "in.mp.d07.v1.m2."), line(world.BOOTH, name_en="X"))
    told = [event["tree_version"] for event in await events(identity, "identity.tree.reloaded.v1")]
    assert told == [1, 2]
    assert not await events(identity, "identity.unit.moved.v1")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",in.mp.d07.v1.m1.,booth,B9,बूथ,Booth", "bad-code"),
        (",in.mp.d07.v1.m1.,booth,b9,,Booth", "bad-name"),
        (",in.zz.,booth,b9,बूथ,Booth", "unknown-parent"),
        (",in.nx.d01.,mandal,m9,मंडल,Mandal", "unknown-parent"),
        (",in.mp.d07.v1.m1.,galaxy,b8,बूथ,Booth", "unknown-level"),
        (",in.mp.d07.v1.m1.,district,b8,बूथ,Booth", "wrong-level"),
        ("nonsense,in.mp.d07.v1.m1.,booth,b9,बूथ,Booth", "unknown-id"),
        (line("in.nx.d01."), "unknown-id"),
        (line(world.BOOTH, level="mandal"), "level-stays"),
        (line(world.BOOTH, code="b2"), "code-taken"),
        (line(world.STATE, code="mq"), "own-unit"),
        (line("in.mp.d07.v1.", world.MANDAL), "wrong-level"),
    ],
)
async def test_a_row_that_cannot_be_is_rejected_with_its_line_and_reason(
    identity: Harness, row: str, reason: str
) -> None:
    told = await brought(identity, NEW_BOOTH, row)
    assert [(one["line"], one["reason"]) for one in told["rejects"]] == [(3, reason)]
    assert told["applied"] is False
    assert f"{world.MANDAL}b9." not in await paths(identity, "units")


async def test_a_unit_named_twice_is_taken_once(identity: Harness) -> None:
    told = await brought(identity, line(world.BOOTH), line(world.BOOTH, name_en="X"))
    assert [(one["line"], one["reason"]) for one in told["rejects"]] == [(3, "named-twice")]


async def test_what_is_valid_comes_in_when_that_is_wanted(identity: Harness) -> None:
    told = await brought(identity, NEW_BOOTH, ",in.zz.,booth,b8,बूथ,Booth", only_valid=True)
    assert (told["applied"], counts(told)) == (True, (1, 0, 0, 0, 1))
    assert f"{world.MANDAL}b9." in await paths(identity, "units")


async def test_rejects_come_as_a_sheet_that_can_be_corrected_and_brought_in_again(identity: Harness) -> None:
    told = await brought(identity, ",in.zz.,booth,b8,बूथ आठ,Booth eight")
    corrected = told["rejects_csv"].replace("in.zz.", world.MANDAL)
    assert "no unit of yours" in corrected
    again = (await bring(identity, corrected)).json()
    assert (again["applied"], counts(again)) == (True, (1, 0, 0, 0, 0))


async def test_what_is_taken_out_comes_in_again_without_a_change(identity: Harness) -> None:
    told = (await bring(identity, await taken_out(identity))).json()
    inside = [path for path in world.PATHS if path.startswith(world.STATE)]
    assert counts(told) == (0, 0, 0, len(inside), 0)


async def test_a_sheet_holds_the_own_part_of_the_tree_alone(identity: Harness) -> None:
    text = await taken_out(identity, DISTRICT)
    told = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    inside = {str(world.unit_id(path)) for path in world.PATHS if path.startswith(world.DISTRICT)}
    assert {row["id"] for row in told} == inside


async def test_no_cell_is_taken_for_a_formula(identity: Harness) -> None:
    name = "=HYPERLINK(1)"
    await brought(identity, line(world.BOOTH, name_en=name))
    text = await taken_out(identity)
    assert ",'=HYPERLINK(1)" in text
    told = (await bring(identity, text)).json()
    assert told["renamed"] == 0
    assert (await get(identity, f"/v1/units/{world.unit_id(world.BOOTH)}", STATE)).json()["name_en"] == name


@pytest.mark.parametrize(
    "text",
    [
        "parent,level,code\nin.,state,xx\n",
        "parent,level,code,name_hi,name_en,secret\n",
        HEADER + ",id\n",
        HEADER + "\nonly,three,cells\n",
        HEADER + '\n,"open quote\n',
        "\n",
    ],
)
async def test_a_file_that_is_no_sheet_of_units_is_refused(identity: Harness, text: str) -> None:
    answer = await bring(identity, text)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/csv")
