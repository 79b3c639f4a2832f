"""A drive on paper: sheets of every booth with codes of their own, which the keying of paper understands."""

import json
import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import Response

from sangathan_chassis.ids import uuid7
from sangathan_registry.api.booth_sheets import draw, values_of
from sangathan_registry.api.paper_codes import text_of
from sangathan_registry.commands.print_sheets import BoothSheet, Sheets
from sangathan_registry.domain.paper import Paper, printed_serial
from sangathan_testkit.harness import Harness, Person
from tests.registry import world
from tests.registry.test_drives import EDUCATION, SUBJECT, a_form, begun, ends, post, published
from tests.registry.world import BOOTH, DISTRICT, MANDAL, NEXT_BOOTH, STATE, TWIN, a_record

ANSWERS = {"education": "school"}


async def printed(service: Harness, drive_id: str, path: str, by: Person | None = None, **more: Any) -> Response:
    url = f"/v1/drives/{drive_id}/booth-sheets"
    body = {"unit_id": str(world.unit_id(path)), "records": more.pop("records", 2)}
    return await service.ask("POST", url, action="paper.enter", person=by or world.at(STATE), json=body, params=more)


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type */Page\b", pdf))


def sheets_of(questions: list[Any], label: str = "बूथ", papers: int = 2) -> Sheets:
    """Sheets of one booth, as the command would have made them up."""
    asked = a_form(*questions)["definition"]
    paper = [Paper(uuid4(), uuid4(), uuid4(), printed_serial(10_000_001 + n)) for n in range(papers)]
    names = {"in.": ("भारत", "India"), "in.mp.": ("मध्य प्रदेश", "Madhya Pradesh")}
    booth = {"path": "in.mp.b1.", "code": "b1", "name_hi": label, "name_en": "Booth"}
    form = {"title_hi": "प्रपत्र", "title_en": "Form", "version": 3, "asked": json.dumps(asked)}
    return Sheets({"name_hi": "अभियान", "name_en": "Drive"}, form, [BoothSheet(booth, paper)], names, more=False)  # type: ignore[arg-type]  # Rows are mappings.


async def test_a_unit_is_printed_booth_by_booth_and_no_serial_twice(registry: Harness) -> None:
    drive_id = await begun(registry)
    for path, booths in ((BOOTH, 1), (MANDAL, 2), (DISTRICT, 3), (STATE, 3)):
        answer = await printed(registry, drive_id, path)
        assert (answer.status_code, answer.content[:5], pages(answer.content)) == (200, b"%PDF-", booths), answer.text
    assert await world.value(registry, "SELECT last_value FROM paper_serials") == 10_000_001 + 2 * 9 - 1
    entries = await world.rows(
        registry, "SELECT path, records FROM audit_entries WHERE action = 'paper.enter' ORDER BY id"
    )
    assert [tuple(entry) for entry in entries] == [(BOOTH, 2), (MANDAL, 4), (DISTRICT, 6), (STATE, 6)]


async def test_many_booths_come_in_parts(registry: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sangathan_registry.commands.print_sheets.MOST_RECORDS", 4)
    drive_id = await begun(registry)
    first = await printed(registry, drive_id, DISTRICT)
    assert (pages(first.content), "next" in first.links) == (2, True)
    cursor = first.links["next"]["url"].partition("cursor=")[2]
    second = await printed(registry, drive_id, DISTRICT, cursor=cursor)
    assert (pages(second.content), second.links) == (1, {})
    assert (await printed(registry, drive_id, DISTRICT, cursor="x" + cursor)).status_code == 422
    assert (await printed(registry, drive_id, MANDAL, cursor=cursor)).status_code == 422


async def test_what_lies_outside_scope_or_drive_reads_as_missing(registry: Harness) -> None:
    drive_id = await begun(registry)
    for path, by in ((TWIN, world.at(STATE)), (BOOTH, world.at(TWIN)), (NEXT_BOOTH, world.at(BOOTH)), ("in.nx.", None)):
        assert (await printed(registry, drive_id, path, by)).status_code == 404
    assert (await printed(registry, str(uuid4()), BOOTH)).status_code == 404
    assert (await printed(registry, drive_id, BOOTH, records=41)).status_code == 422


async def papers(service: Harness, drive_id: str, path: str, version: str | None = None) -> list[Paper]:
    """The papers of a booth's sheet, just printed."""
    assert (await printed(service, drive_id, path, records=3)).status_code == 200
    last = await world.value(service, "SELECT last_value FROM paper_serials")
    form = UUID(version) if version else None
    return [Paper(UUID(drive_id), world.unit_id(path), form, printed_serial(last - n)) for n in range(3)]


async def keyed(service: Harness, drive_id: str, *records: Any) -> Any:
    vistarak = uuid4()
    for path in (BOOTH, NEXT_BOOTH):
        await world.rows(
            service,
            "INSERT INTO assignments VALUES ($1, $1, $2, $3, $4, '2022-01-15', NULL, NULL, now())",
            uuid7(),
            vistarak,
            world.unit_id(path),
            path,
        )
    body = {"drive_id": drive_id, "vistarak_id": str(vistarak), "records": list(records)}
    return await post(service, "/v1/paper-entries", "paper.enter", world.at(MANDAL), body)


async def test_a_code_is_keyed_as_serial_and_stands_for_its_digits(registry: Harness) -> None:
    form = await published(registry, a_form(EDUCATION))
    drive_id = await begun(registry, form_id=form["form_id"])
    first, second, _ = await papers(registry, drive_id, BOOTH, form["id"])
    version = {"form_version_id": form["id"], "answers": ANSWERS}
    answer = await keyed(
        registry,
        drive_id,
        a_record(**version, serial=text_of(first)),
        a_record(**version, serial=f"{first.serial[:5]} {first.serial[5:]}".lower()),
        a_record(**version, serial=second.serial),
    )
    assert ends(answer) == [("accepted", 201, None), ("needs-review", 202, "serial-used"), ("accepted", 201, None)]
    kept = {row[0] for row in await world.rows(registry, "SELECT serial FROM captures")}
    assert kept == {first.serial, second.serial}


async def test_a_paper_of_another_drive_booth_or_version_is_refused(registry: Harness) -> None:
    form = await published(registry, a_form(EDUCATION))
    newer = await published(registry, a_form(EDUCATION, form_id=form["form_id"]))
    drive_id, other = await begun(registry, form_id=form["form_id"]), await begun(registry, form_id=form["form_id"])
    here = text_of((await papers(registry, drive_id, BOOTH, newer["id"]))[0])
    there = text_of((await papers(registry, other, BOOTH, newer["id"]))[0])
    new, old = ({"form_version_id": one["id"], "answers": ANSWERS} for one in (newer, form))
    answer = await keyed(
        registry,
        drive_id,
        a_record(**new, serial=there),
        a_record(NEXT_BOOTH, **new, serial=here),
        a_record(**old, serial=here),
        a_record(**new, serial=here[:20] + ("A" if here[20] != "A" else "B") + here[21:]),
        a_record(**new, serial="P1000000100"),
        a_record(**new, serial=here),
    )
    said = [(one["reason"], [error["detail"] for error in one["errors"]]) for one in answer.json()["results"]]
    assert [reason for reason, _ in said] == [*["other-paper"] * 3, "invalid", "invalid", None]
    for (_, [detail]), word in zip(said[:5], ("drive", "booth", "version", "misread", "misread"), strict=True):
        assert word in detail


async def test_a_paper_of_a_booth_that_was_merged_away_is_keyed_at_its_successor(registry: Harness) -> None:
    drive_id = await begun(registry)
    paper = (await papers(registry, drive_id, NEXT_BOOTH))[0]
    await world.rows(registry, "UPDATE unit_replica SET closed_at = now() WHERE path = $1", NEXT_BOOTH)
    assert ends(await keyed(registry, drive_id, a_record(serial=text_of(paper)))) == [("accepted", 201, None)]


def test_a_sheet_asks_the_primary_questions_in_both_languages() -> None:
    secondary = {**EDUCATION, "id": "later", "primary_at": ["mandal"]}
    donor = {"id": "donor", "label": {"hi": "दाता", "en": "Donor"}, "type": "boolean", "primary_at": ["booth"]}
    values = values_of(sheets_of([EDUCATION, SUBJECT, secondary, donor]))
    assert [one["label"]["en"] for one in values["questions"]] == ["Education", "Subject", "Donor"]
    assert [len(one["choices"]) for one in values["questions"]] == [2, 0, 2]
    [booth] = values["booths"]
    assert ([one["en"] for one in booth["above"]], booth["label"]["hi"]) == (["India", "Madhya Pradesh"], "बूथ")
    assert booth["records"][0]["serial"] == "P 1000 0001 61"


@pytest.mark.parametrize(
    "name", ["#panic()", "*b* _i_ @ref <l> $x$ `raw`", 'x" + read("/etc/passwd") + "', "क्षत्रिय " * 20]
)
def test_a_name_is_never_read_as_markup_and_a_long_one_is_drawn(name: str) -> None:
    assert pages(draw(sheets_of([EDUCATION], name))) == 1


def test_a_form_of_many_questions_runs_over_pages() -> None:
    many = [{**EDUCATION, "id": f"q{n}"} for n in range(60)]
    assert pages(draw(sheets_of(many, papers=1))) >= 2


def test_conjuncts_are_shaped() -> None:
    assert len({draw(sheets_of([], name, papers=1)) for name in ("कर्म", "क्रम", "करम")}) == 3
