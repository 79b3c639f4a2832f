"""A file of the records that an office sees: whole, marked, on the trail, and for whoever asked for it alone."""

import csv
import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import openpyxl
import pytest
from httpx import Response

from sangathan_chassis.assertion import KeyFile
from sangathan_chassis.sealing import Sealer
from sangathan_chassis.spreadsheets import safe_cell
from sangathan_registry.commands.make_exports import forget_some, make_some
from sangathan_registry.commands.purge_erased import purge_some
from sangathan_registry.domain.import_rows import plain
from sangathan_registry.store import exports
from sangathan_registry.store.sealed_particulars import SealedFields, open_row, seal_fields
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.databases import everything_in
from sangathan_testkit.harness import Harness, Person
from tests.registry import glass, transfers, world
from tests.registry.test_erasures import erase
from tests.registry.world import BOOTH, DISTRICT, FAR_BOOTH, MANDAL, NEXT_BOOTH, NEXT_MANDAL, STATE, TWIN_BOOTH

PURPOSE = "Calls before the meeting"
WHO = world.at(MANDAL)


async def ask(service: Harness, person: Person = WHO, unit: str = MANDAL, **more: Any) -> Response:
    body = {"unit_id": str(world.unit_id(unit)), "format": "csv", "purpose": PURPOSE, **more}
    return await service.ask("POST", "/v1/exports", action="worker.export", person=person, json=body)


async def asked(service: Harness, person: Person = WHO, **more: Any) -> str:
    answer = await ask(service, person, **more)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/v1/exports/{answer.json()['id']}"
    return str(answer.json()["id"])


async def made(service: Harness, sealer: Sealer, person: Person = WHO, **more: Any) -> str:
    export = await asked(service, person, **more)
    await make_all(service, sealer)
    return export


async def make_all(service: Harness, sealer: Sealer, page: int = 1_000) -> None:
    """Whatever waits; the job comes again when something else keeps it away for a moment."""
    while await world.value(service, "SELECT count(*) FROM exports WHERE state IN ('waiting', 'making')"):
        await make_some(service.database, sealer, page)


async def read(service: Harness, export: str, person: Person = WHO) -> Response:
    return await service.ask("GET", f"/v1/exports/{export}", action="export.read", person=person)


async def fetch(service: Harness, export: str, person: Person = WHO) -> Response:
    return await service.ask("GET", f"/v1/exports/{export}/file", action="worker.export", person=person)


def lines(answer: Response) -> list[dict[str, str]]:
    """The rows of a CSV by their columns, behind the mark."""
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig").split("\r\n", 1)[1])))


async def names(service: Harness, export: str, person: Person = WHO) -> list[str]:
    return sorted(line["name_en"] for line in lines(await fetch(service, export, person)))


async def renamed(service: Harness, worker: dict[str, Any], name: str) -> None:
    path, headers = f"/v1/workers/{worker['id']}", {"If-Match": '"1"'}
    body = {"name_en": name}
    done = await service.ask("PATCH", path, action="worker.change", person=world.at(BOOTH), json=body, headers=headers)
    assert done.status_code == 200, done.text


async def test_it_is_asked_for_made_and_fetched_with_a_mark_and_what_the_office_sees(
    registry: Harness, sealer: Sealer
) -> None:
    worker = await world.enrolled(registry)
    await world.enrolled(registry, booth=FAR_BOOTH, name_en="Elsewhere Namuna")
    export = await asked(registry)
    assert (await fetch(registry, export)).status_code == 409, "nothing is handed out before it is whole"
    await make_all(registry, sealer)
    told = (await read(registry, export)).json()
    assert (told["state"], told["rows"], told["file"]) == ("ready", 1, f"/v1/exports/{export}/file")
    answer = await fetch(registry, export)
    assert answer.content.startswith(b"\xef\xbb\xbf"), "Excel shows Hindi by this mark alone"
    mark = answer.content.decode("utf-8-sig").split("\r\n", 1)[0]
    assert mark.lstrip('"').startswith("# ")
    for said in (export, PURPOSE, "mandal-president", str(WHO.person_id), "Unit in.mp.d07.v1.m1."):
        assert said in mark
    [row] = lines(answer)
    assert (row["id"], row["name_hi"], row["phone"]) == (worker["id"], worker["name_hi"], "'+916000000001")
    assert (row["birth_year"], row["unit_name_hi"], row["export_id"]) == ("1985", "इकाई", export)


async def test_a_workbook_holds_texts_alone_and_bears_its_mark_on_a_sheet_of_its_own(
    registry: Harness, sealer: Sealer
) -> None:
    await world.enrolled(registry)
    await world.rows(registry, "UPDATE workers SET relation_name = '=1+1'")
    answer = await fetch(registry, await made(registry, sealer, format="xlsx"))
    assert "spreadsheetml" in answer.headers["content-type"]
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["watermark", "workers"]
    assert ("purpose", PURPOSE) in list(book["watermark"].values)
    header, row = book["workers"].iter_rows()
    cells = {title.value: cell for title, cell in zip(header, row, strict=True)}
    assert (cells["relation_name"].value, cells["relation_name"].data_type) == ("=1+1", "s")
    assert cells["phone"].value == "+916000000001"


async def test_json_holds_the_mark_and_the_items(registry: Harness, sealer: Sealer) -> None:
    await world.enrolled(registry)
    export = await made(registry, sealer, format="json")
    file = (await fetch(registry, export)).json()
    assert (file["watermark"]["export_id"], file["watermark"]["purpose"]) == (export, PURPOSE)
    assert [one["phone"] for one in file["items"]] == ["+916000000001"]


@pytest.mark.parametrize("format_", ["csv", "xlsx", "json"])
async def test_of_an_empty_unit_the_file_is_empty_and_well_formed(
    registry: Harness, sealer: Sealer, format_: str
) -> None:
    answer = await fetch(registry, await made(registry, sealer, format=format_))
    if format_ == "csv":
        assert lines(answer) == []
    elif format_ == "json":
        assert answer.json()["items"] == []
    else:
        assert openpyxl.load_workbook(io.BytesIO(answer.content))["workers"].max_row == 1


async def test_field_classes_are_those_of_the_asking_and_no_more_than_those_of_the_fetching(
    registry: Harness, sealer: Sealer
) -> None:
    await world.enrolled(registry)
    open_alone = replace(WHO, field_classes=("open",))
    export = await made(registry, sealer, open_alone)
    [row] = lines(await fetch(registry, export, WHO))
    assert (row["phone"], row["birth_year"]) == ("********01", "")
    whole = await made(registry, sealer)
    refused = await fetch(registry, whole, open_alone)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:sangathan:problem:export-shows-more")


async def test_it_is_the_asking_offices_alone_and_reads_as_missing_to_everybody_else(
    registry: Harness, sealer: Sealer
) -> None:
    export = await made(registry, sealer)
    others = (world.at(MANDAL), world.at(DISTRICT), replace(WHO, appointment_id=uuid4()), world.at(NEXT_MANDAL))
    for somebody in others:
        assert (await read(registry, export, somebody)).status_code == 404
        assert (await fetch(registry, export, somebody)).status_code == 404
        listed = await registry.ask("GET", "/v1/exports", action="export.read", person=somebody)
        assert listed.json()["items"] == []
    own = await registry.ask("GET", "/v1/exports", action="export.read", person=WHO)
    assert [one["id"] for one in own.json()["items"]] == [export]


@pytest.mark.parametrize("unit", [FAR_BOOTH, TWIN_BOOTH, DISTRICT, "in.nowhere."])
async def test_a_unit_outside_the_scope_reads_as_one_that_is_not_there(registry: Harness, unit: str) -> None:
    assert (await ask(registry, unit=unit)).status_code == 404
    assert await world.size(registry, "exports") == 0


async def test_whoever_takes_it_up_after_a_crash_goes_on_where_it_stood(registry: Harness, sealer: Sealer) -> None:
    for n in range(1, 6):
        await world.enrolled(registry, name_en=f"Namuna {'abcde'[n - 1] * 3}", phone=f"+91600000000{n}")
    export = await asked(registry)
    for done in (2, 4):
        while (told := (await read(registry, export)).json())["rows"] < done:
            await make_some(registry.database, sealer, page=2)
        assert (told["state"], told["rows"], told["file"]) == ("making", done, None)
        assert (await fetch(registry, export)).status_code == 409
    await make_all(registry, sealer, page=2)
    assert await names(registry, export) == [f"Namuna {letter * 3}" for letter in "abcde"]


async def test_whoever_is_renamed_or_moved_or_comes_while_it_is_made_is_in_it_as_often_as_when_it_began(
    registry: Harness, sealer: Sealer
) -> None:
    first, moving, last = [await world.enrolled(registry, name_en=f"Namuna {one}") for one in ("bb", "cc", "dd")]
    export = await asked(registry)
    while not (told := (await read(registry, export)).json())["rows"]:
        await make_some(registry.database, sealer, page=1)
    assert (told["state"], told["rows"], told["listed_at"]) == ("making", 1, told["asked_at"])
    await renamed(registry, first, "Namuna zz")
    await renamed(registry, last, "Namuna aa")
    await transfers.ask(registry, world.at(MANDAL), moving["id"], NEXT_BOOTH)
    await world.enrolled(registry, name_en="Namuna yy")
    await make_all(registry, sealer, page=1)
    assert (await read(registry, export)).json()["rows"] == 3
    answer = await fetch(registry, export)
    assert f"listed_at: {world.NOW.isoformat()}" in answer.content.decode().split("\r\n", 1)[0]
    found = {line["id"]: (line["name_en"], line["unit_id"]) for line in lines(answer)}
    assert len(lines(answer)) == len(found)
    assert found == {
        first["id"]: ("Namuna bb", str(world.unit_id(BOOTH))),
        moving["id"]: ("Namuna cc", str(world.unit_id(NEXT_BOOTH))),
        last["id"]: ("Namuna aa", str(world.unit_id(BOOTH))),
    }


async def test_what_the_release_before_had_begun_begins_anew(registry: Harness, sealer: Sealer) -> None:
    worker = await world.enrolled(registry)
    export = await asked(registry)
    await world.rows(registry, "UPDATE exports SET state = 'making', rows = 1, parts = 1, position = $1", b"where")
    add = "INSERT INTO export_parts SELECT id, 0, unit_id, path, $1, $2 FROM exports"
    await world.rows(registry, add, [UUID(worker["id"])], b"rows")
    await make_all(registry, sealer)
    assert [line["id"] for line in lines(await fetch(registry, export))] == [worker["id"]]
    assert await world.value(registry, "SELECT position FROM exports") is None


async def test_at_rest_nothing_of_it_can_be_read(registry: Harness, sealer: Sealer) -> None:
    worker = await world.enrolled(registry)
    for n in (2, 3):
        await world.enrolled(registry, phone=f"+91600000000{n}", name_en=f"Namuna {'x' * n}")
    await asked(registry)
    while not await world.size(registry, "export_parts"):
        await make_some(registry.database, sealer, page=2)
    held = await everything_in(registry.urls)
    for table in ("exports", "export_parts"):
        for told in (worker["name_hi"], worker["name_en"], worker["phone"]):
            assert told not in held[table]
            assert told.encode().hex() not in held[table]


async def test_who_has_left_the_record_or_the_unit_since_is_not_in_the_file(registry: Harness, sealer: Sealer) -> None:
    here = [await world.enrolled(registry, name_en=f"Namuna {name}", phone=None) for name in ("aa", "bb", "cc", "dd")]
    export = await made(registry, sealer)
    await world.withdraw(registry, world.at(BOOTH), here[0]["id"])
    await erase(registry, world.at(BOOTH), here[1]["id"])
    await transfers.ask(registry, world.at(STATE), here[2]["id"], FAR_BOOTH)
    assert await names(registry, export) == ["Namuna dd"]


async def test_a_purge_removes_the_exports_that_hold_the_person(
    registry: Harness, sealer: Sealer, clock: FixedClock
) -> None:
    worker = await world.enrolled(registry)
    await world.enrolled(registry, booth=NEXT_BOOTH)
    await erase(registry, world.at(BOOTH), worker["id"])
    await world.rows(registry, "UPDATE erasures SET purge_at = asked_at")
    holding, other = await made(registry, sealer), await made(registry, sealer, unit=NEXT_BOOTH)
    await world.rows(
        registry, "UPDATE export_parts SET worker_ids = $1 WHERE export_id = $2", [UUID(worker["id"])], UUID(holding)
    )
    clock.pass_time(timedelta(seconds=1))
    assert await purge_some(registry.database) == 1
    assert (await read(registry, holding)).status_code == 404
    assert (await read(registry, other)).status_code == 200
    assert {str(row["export_id"]) for row in await world.rows(registry, "SELECT export_id FROM export_parts")} == {
        other
    }


async def test_it_is_gone_after_its_days(registry: Harness, sealer: Sealer, clock: FixedClock) -> None:
    await world.enrolled(registry)
    export = await made(registry, sealer)
    clock.pass_time(timedelta(days=2))
    assert (await fetch(registry, export)).status_code == 404
    assert await forget_some(registry.database) == 1
    assert (await world.size(registry, "exports"), await world.size(registry, "export_parts")) == (0, 0)


async def test_an_office_that_has_ended_gets_none_made(registry: Harness, sealer: Sealer) -> None:
    await world.enrolled(registry)
    await glass.in_office(registry, WHO, ended_at=world.NOW)
    export = await made(registry, sealer)
    assert (await read(registry, export)).json()["stop"] == "office-ended"
    assert (await fetch(registry, export)).status_code == 409


async def test_an_export_that_cannot_be_opened_fails_alone_and_says_why(registry: Harness, sealer: Sealer) -> None:
    lost = await world.enrolled(registry, booth=NEXT_BOOTH)
    await world.enrolled(registry, booth=BOOTH)
    await world.rows(registry, r"UPDATE workers SET sealed = '\x0800' WHERE id = $1", lost["id"])
    exports = [await asked(registry, unit=unit) for unit in (MANDAL, BOOTH)]
    await make_all(registry, sealer)
    ends = [(await read(registry, export)).json() for export in exports]
    assert [(one["state"], one["stop"]) for one in ends] == [("stopped", "key-gone"), ("ready", None)]


async def test_asking_making_and_each_fetching_are_on_the_trail_with_the_purpose(
    registry: Harness, sealer: Sealer
) -> None:
    await world.enrolled(registry)
    export = await made(registry, sealer)
    for _ in range(2):
        await fetch(registry, export)
    noted = await world.rows(
        registry, "SELECT action, purpose, records, detail FROM audit_entries WHERE purpose IS NOT NULL ORDER BY id"
    )
    assert [row["action"] for row in noted] == ["worker.export", "worker.export-made", *["worker.export"] * 2]
    assert {row["purpose"] for row in noted} == {PURPOSE}
    assert [row["records"] for row in noted] == [None, None, 1, 1]
    assert msgspec.json.decode(noted[1]["detail"]) == {"export_id": export, "rows": 1}


async def test_an_office_gets_only_so_many_within_a_day(registry: Harness, clock: FixedClock) -> None:
    for _ in range(10):
        await asked(registry)
    refused = await ask(registry)
    assert (refused.status_code, refused.json()["type"]) == (429, "urn:sangathan:problem:exports-used-up")
    assert (await ask(registry, world.at(MANDAL))).status_code == 202, "another office has its own"
    clock.pass_time(timedelta(days=1))
    assert (await ask(registry)).status_code == 202


async def test_it_follows_its_unit_when_that_moves_while_it_is_made(registry: Harness, sealer: Sealer) -> None:
    for n in (1, 2, 3):
        await world.enrolled(registry, name_en=f"Namuna {'abc'[n - 1] * 3}", phone=f"+91600000000{n}")
    export = await asked(registry)
    while not await world.size(registry, "export_parts"):
        await make_some(registry.database, sealer, page=1)
    await world.move(registry, MANDAL, "in.mp.d070.v3.m7.")
    await make_all(registry, sealer, page=1)
    moved = replace(WHO, path="in.mp.d070.v3.m7.", tree_version=2)
    assert await names(registry, export, moved) == ["Namuna aaa", "Namuna bbb", "Namuna ccc"]


def test_a_page_is_sealed_anew_with_what_is_sealed_in_it(tmp_path: Path) -> None:
    def sealer_of(*keys: str) -> Sealer:
        file = tmp_path / "-".join(key[:3] for key in keys)
        file.write_text("\n".join(keys))
        return Sealer(KeyFile(file))

    old, new = (f"{kid}:{kid * 5}aaa" for kid in ("11111111", "22222222"))
    export, worker = uuid4(), uuid4()
    fields = SealedFields(phone="+916000000001")
    row = {"id": worker, "sealed": seal_fields(sealer_of(old), worker, fields), "phone": None, "relation_name": None}
    page = exports.seal_part(sealer_of(old), (export, 0), [row])
    place: Any = {"export_id": export, "part": 0}
    renewed = exports.SEALED[0].renew(sealer_of(new, old), place, page)
    [again] = exports.open_part(sealer_of(new), export, 0, renewed)
    assert open_row(sealer_of(new), again).phone == "+916000000001"


@pytest.mark.parametrize("cell", ["=1+1", "+916000000001", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "'", "'=1"])
def test_what_could_be_a_formula_is_made_text_and_read_as_what_it_was(cell: str) -> None:
    assert safe_cell(cell) == f"'{cell}"
    assert plain(safe_cell(cell)) == cell


@pytest.mark.parametrize("cell", ["", "रमेश", "Ramesh = Namuna", "1985"])
def test_what_is_text_stays_as_it_is(cell: str) -> None:
    assert safe_cell(cell) == plain(cell) == cell


async def test_who_asked_is_told_when_it_is_ready_and_nobody_in_it_is_named(registry: Harness, sealer: Sealer) -> None:
    await world.enrolled(registry)
    export = await made(registry, sealer)
    [row] = await world.rows(registry, "SELECT body FROM outbox WHERE type = 'registry.export.ended.v1'")
    told = msgspec.json.decode(row["body"])
    assert told == {
        "export_id": export,
        "unit_id": str(world.unit_id(MANDAL)),
        "person_id": str(WHO.person_id),
        "state": "ready",
        "expires_at": told["expires_at"],
    }
