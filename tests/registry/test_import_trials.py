"""A trial says how a list would be read and what it would come to, and keeps nothing."""

import io
import zipfile

from sangathan_chassis.spreadsheet_writing import write_workbook
from sangathan_testkit.harness import Harness
from tests.names.kruti_writer import typed
from tests.registry import lists, world
from tests.registry.lists import BASIS, a_list, a_row, brought_in, counts
from tests.registry.world import BOOTH

OLD_LIST = "\n".join(
    [
        ";".join(map(typed, ("क्र", "उनका नाम", "पिता पति का नाम", "मोबाइल"))) + ";Age;Booth",
        *(f"{n};{typed(f'राजेंद्र नमूना{chr(0x915 + n)}')};{typed('श्री पूर्वज नमूना')};60000{n:05};4{n};b1" for n in range(3)),
    ]
).encode("cp1252")


async def test_a_list_in_kruti_dev_is_understood_without_a_word_of_help(registry: Harness) -> None:
    trial = await lists.tried(registry, OLD_LIST)
    assert (trial["encoding"], trial["delimiter"], trial["rows"]) == ("windows-1252", ";", 3)
    fields = {column["header"]: column["field"] for column in trial["columns"]}
    assert list(fields.values()) == [None, "name", "relation", "phone", "age", "unit.booth"]
    assert {"kruti-dev"} < {found for column in trial["columns"] for found in column["found"]}
    assert [note["code"] for note in trial["notes"]] == ["relation-unsaid"]
    assert all(note["hi"] and note["en"] for note in trial["notes"])
    assert (trial["accepted"], trial["rejected"]) == (3, 0)
    first = trial["sample"][0]
    assert (first["name_hi"], first["phone"], first["birth_year"]) == ("राजेंद्र नमूनाक", "+916000000000", 1982)
    assert (first["unit_id"], first["outcome"]) == (str(world.unit_id(BOOTH)), "accepted")


async def test_a_trial_keeps_nothing_and_its_mapping_brings_the_list_in(registry: Harness) -> None:
    trial = await lists.tried(registry, OLD_LIST)
    for table in ("worker_imports", "worker_import_files", "worker_import_rows", "workers", "match_queue"):
        assert await world.size(registry, table) == 0, table
    done = await brought_in(registry, OLD_LIST, mapping=trial["mapping"], relation_unsaid="father")
    assert counts(done) == (3, 0, 0, 0)
    shown = await lists.tried(registry, OLD_LIST, mapping=trial["mapping"], relation_unsaid="father")
    assert (shown["accepted"], shown["already_there"]) == (0, 3)


async def test_a_trial_shows_what_would_be_rejected_and_why(registry: Harness) -> None:
    trial = await lists.tried(registry, a_list(a_row(1, phone="12"), a_row(1, unit="in.mp.d070."), a_row(2)))
    assert (trial["accepted"], trial["rejected"]) == (1, 2)
    one, other, good = trial["sample"]
    assert [fault["column"] for fault in (*one["faults"], *other["faults"])] == ["मोबाइल", "इकाई"]
    assert good["faults"] == []


async def test_a_workbook_is_read_as_well(registry: Harness) -> None:
    rows = [line.split(",") for line in a_list(a_row(1), a_row(2)).decode().splitlines()]
    data = write_workbook([("सूची", rows)])
    assert (await lists.tried(registry, data))["format"] == "xlsx"
    assert counts(await brought_in(registry, data)) == (2, 0, 0, 0)
    assert counts(await brought_in(registry, a_list(a_row(1), a_row(2)))) == (0, 2, 0, 0), "the same rows as CSV"


def a_bomb() -> bytes:
    """A workbook whose sheet unpacks to 300 MB."""
    out = io.BytesIO(write_workbook([("x", [["नाम"]])]))
    with zipfile.ZipFile(out) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    with zipfile.ZipFile(out := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as bomb:
        for name, part in parts.items():
            bomb.writestr(name, part + b" " * 300_000_000 if "sheet1" in name else part)
    return out.getvalue()


async def test_a_file_that_cannot_be_read_is_refused_in_words(registry: Harness) -> None:
    for data in (b"PK\x03\x04broken", a_bomb(), b"\xd0\xcf\x11\xe0", b"", b"a" + b"," * 1_000_000):
        answer = await lists.sent(registry, data, dry_run=len(data) % 2 == 0, basis=BASIS)
        assert answer.status_code == 422, answer.text
        assert answer.json()["detail"]
    assert await world.size(registry, "worker_imports") == 0


async def test_a_list_without_rows_has_nothing_to_bring_in(registry: Harness) -> None:
    answer = await lists.sent(registry, a_list())
    assert (answer.status_code, world.pointers(answer)) == (422, ["/file"])
    assert (await lists.tried(registry, a_list()))["rows"] == 0
