"""Lists of existing workers come in once, whole or in parts, and rejects can be corrected and sent again."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from sangathan_chassis.database import Work
from sangathan_registry.commands import import_rows
from sangathan_registry.commands.purge_erased import purge_some
from sangathan_registry.commands.work_imports import FILE_KEPT_FOR, forget_imports
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.databases import everything_in
from sangathan_testkit.harness import Harness
from tests.registry import lists, world
from tests.registry.lists import a_list, a_row, brought_in, counts
from tests.registry.world import BOOTH, DISTRICT, NEXT_BOOTH, STATE, TWIN


async def on_record(service: Harness) -> list[dict[str, Any]]:
    answer = await world.listed(service, world.at(STATE), limit=200)
    return list(answer.json()["items"])


async def test_a_list_is_put_on_record_with_its_basis_as_the_consent(registry: Harness) -> None:
    answer = await lists.sent(registry, a_list(a_row(1), a_row(2, unit="v1.m1.b2")), collected_on="2019-04-01")
    assert (answer.status_code, answer.json()["state"], answer.json()["rows"]) == (202, "waiting", 2)
    await lists.importer(registry).work_some()
    done = await lists.followed(registry, answer.headers["location"])
    assert (done["state"], done["worked"], counts(done)) == ("done", 2, (2, 0, 0, 0))
    one, other = await on_record(registry)
    assert {one["unit_id"], other["unit_id"]} == {str(world.unit_id(BOOTH)), str(world.unit_id(NEXT_BOOTH))}
    assert (one["source"], one["relation_name"], one["gender"]) == ("import", "श्री पूर्वज नमूना", "male")
    [consent] = await world.rows(registry, "SELECT DISTINCT how, given_at, taken_by FROM consents")
    assert (consent["how"], consent["given_at"].isoformat()[:10]) == ("imported", "2019-04-01")
    assert str(consent["taken_by"]) == done["asked_by"]
    assert await world.counted(registry, world.at(DISTRICT), DISTRICT) == 2


async def test_the_same_list_again_changes_nothing_whatever_its_order(registry: Harness) -> None:
    await brought_in(registry, a_list(a_row(1), a_row(2)))
    again = await brought_in(registry, a_list(a_row(2), a_row(1), a_row(1)))
    assert counts(again) == (0, 3, 0, 0)
    assert await world.size(registry, "workers") == 2
    assert await world.counted(registry, world.at(DISTRICT), DISTRICT) == 2


async def test_a_process_that_dies_between_batches_loses_and_doubles_nothing(registry: Harness) -> None:
    answer = await lists.sent(registry, a_list(*(a_row(n) for n in range(1, 8))))
    assert await lists.importer(registry, at_once=3).work_some() == 3
    half = await lists.followed(registry, answer.headers["location"])
    assert (half["state"], half["worked"], half["accepted"]) == ("waiting", 3, 3)
    after = lists.importer(registry, at_once=3)
    assert [await after.work_some() for _ in range(3)] == [3, 1, 0]
    done = await lists.followed(registry, answer.headers["location"])
    assert (done["state"], counts(done)) == ("done", (7, 0, 0, 0))
    assert await world.size(registry, "workers") == 7


async def test_a_process_that_dies_within_a_batch_leaves_nothing_of_it(
    registry: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await lists.sent(registry, a_list(a_row(1), a_row(2)))
    put = import_rows.put

    async def dies(work: Work, *rest: Any) -> Any:
        await put(work, *rest)
        raise ConnectionResetError

    monkeypatch.setattr(import_rows, "put", dies)
    with pytest.raises(ConnectionResetError):
        await lists.importer(registry).work_some()
    assert await world.size(registry, "workers") == 0
    monkeypatch.undo()
    assert await lists.importer(registry).work_some() == 2
    assert counts(await lists.followed(registry, answer.headers["location"])) == (2, 0, 0, 0)


async def test_a_row_with_too_many_columns_is_rejected_by_itself_in_both_languages(registry: Harness) -> None:
    done = await brought_in(registry, a_list(a_row(1), a_row(2) + ",x" * 1_000_000, a_row(3)))
    assert (done["state"], counts(done)) == ("done", (2, 0, 1, 0))
    file = await lists.taken(registry, done["id"], "rejects")
    assert "this row has cells beyond the last header" in file.text
    assert "इस पंक्ति में शीर्षकों से अधिक खाने भरे हैं" in file.text
    assert len(file.text) < 2_000
    again = await brought_in(registry, file.content)
    assert counts(again) == (1, 0, 0, 0), "as it stands, its extra cells left out"


async def test_rejects_are_corrected_and_sent_again(registry: Harness) -> None:
    wrong = [a_row(1), a_row(2, phone="12345"), a_row(3, unit="v9.m9.b9"), a_row(4, born="15/08/2015")]
    done = await brought_in(registry, a_list(*wrong))
    assert counts(done) == (1, 0, 3, 0)
    page = await lists.followed(registry, f"{lists.PATH}/{done['id']}/rows", outcome="rejected")
    assert [(one["line"], one["faults"][0]["column"], one["reason"]) for one in page["items"]] == [
        (3, "मोबाइल", "invalid"),
        (4, "इकाई", "unit-unknown"),
        (5, "जन्म तिथि", "invalid"),
    ]
    file = await lists.taken(registry, done["id"], "rejects")
    assert file.headers["content-type"].startswith("text/csv")
    text = file.content.decode("utf-8-sig")
    assert text.splitlines()[0] == f"{lists.HEADER},line,outcome,column,reason,reason_hi"
    mended = text.replace("12345,", "6000000002,").replace("v9.m9.b9", "v1.m2.b3").replace("2015", "1971")
    again = await brought_in(registry, mended.encode("utf-8-sig"))
    assert counts(again) == (3, 0, 0, 0)
    assert await world.size(registry, "workers") == 4


async def test_a_unit_outside_reads_as_one_that_does_not_exist(registry: Harness) -> None:
    outside, absent = a_row(1, unit="in.mp.d070.v3.m1.b1"), a_row(2, unit="in.mp.d999.v3.m1.b1")
    done = await brought_in(registry, a_list(outside, absent))
    page = await lists.followed(registry, f"{lists.PATH}/{done['id']}/rows")
    one, other = page["items"]
    assert (one["reason"], one["faults"]) == (other["reason"], other["faults"])
    assert one["reason"] == "unit-unknown"
    answer = await lists.sent(registry, a_list(a_row()), unit_id=str(world.unit_id(TWIN)))
    assert answer.status_code == 404


async def test_nobody_outside_follows_an_import(registry: Harness) -> None:
    done = await brought_in(registry, a_list(a_row(1, phone="x")))
    for path in (TWIN, BOOTH):
        for what in ("", "/rows", "/rejects", "/office-bearers"):
            answer = await registry.ask(
                "GET", f"{lists.PATH}/{done['id']}{what}", action=lists.ACTION, person=world.at(path)
            )
            assert answer.status_code == 404, what
        assert (await lists.followed(registry, lists.PATH, world.at(path)))["items"] == []


async def test_what_was_sent_is_given_back_to_who_sent_it_or_who_sees_every_field(registry: Harness) -> None:
    done = await brought_in(registry, a_list(a_row(1, phone="x")))
    other = world.at(DISTRICT, field_classes=("open", "contact"))
    assert (await lists.taken(registry, done["id"], "rejects", other)).status_code == 403
    assert (await lists.taken(registry, done["id"], "rejects", world.at(STATE))).status_code == 200
    noted = await world.rows(registry, "SELECT records FROM audit_entries WHERE action = 'worker.import' ORDER BY id")
    assert [row["records"] for row in noted][-1] == 1


async def test_an_own_number_tells_two_rows_apart_and_the_same_row_again(registry: Harness) -> None:
    mapping = {**lists.MAPPING, "क्र": "own_id"}

    def numbered(*rows: str) -> bytes:
        return "\n".join([f"क्र,{lists.HEADER}", *rows]).encode()

    twins = numbered(f"1,{a_row(1)}", f"2,{a_row(1)}")
    assert counts(await brought_in(registry, twins, mapping=mapping)) == (2, 0, 0, 0)
    changed = numbered(f"1,{a_row(1)}", f"2,{a_row(1, born='01/01/1970')}")
    again = await brought_in(registry, changed, mapping=mapping)
    assert counts(again) == (0, 1, 0, 1)
    [row] = (await lists.followed(registry, f"{lists.PATH}/{again['id']}/rows", outcome="needs-review"))["items"]
    assert (row["reason"], row["worker_id"] is not None) == ("other-body", True)
    assert await world.value(registry, "SELECT min(birth_year) FROM workers") == 1975


async def test_who_was_withdrawn_or_erased_does_not_come_back_by_an_old_list(registry: Harness) -> None:
    await brought_in(registry, a_list(a_row(1, office="बूथ अध्यक्ष"), a_row(2)))
    one, other = await on_record(registry)
    await world.withdraw(registry, world.at(BOOTH), one["id"])
    path = f"/v1/workers/{other['id']}/erasures"
    await registry.ask("POST", path, action="worker.erase", person=world.at(DISTRICT), json={})
    again = await brought_in(registry, a_list(a_row(1), a_row(2)))
    page = await lists.followed(registry, f"{lists.PATH}/{again['id']}/rows")
    assert sorted(str(row["reason"]) for row in page["items"]) == ["erased", "withdrawn"]
    kept = "SELECT count(sealed) FROM worker_import_rows WHERE outcome = 'accepted'"
    assert await world.value(registry, kept) == 0, "the office went with the record"
    assert await world.counted(registry, world.at(DISTRICT), DISTRICT) == 0


async def test_an_office_goes_on_as_a_sheet_of_appointments(registry: Harness) -> None:
    held = a_row(1, office="बूथ अध्यक्ष"), a_row(2, office="सक्रिय"), a_row(3)
    done = await brought_in(registry, a_list(*held))
    file = (await lists.taken(registry, done["id"], "office-bearers")).content.decode("utf-8-sig")
    assert file.splitlines() == [
        "phone,name_hi,name_en,office,unit,valid_from,valid_to",
        f"'+916000000001,रमेश नमूनाक,,booth-president,{BOOTH},,",
        f"'+916000000002,रमेश नमूनाकक,,सक्रिय,{BOOTH},,",
    ]
    masked = world.at(DISTRICT, field_classes=("open",))
    assert (await lists.taken(registry, done["id"], "office-bearers", masked)).status_code == 403


async def test_like_records_are_found_as_on_entry(registry: Harness) -> None:
    await world.enrolled(registry, name_hi="रमेश नमूनाक", name_en=None, birth_year=1975, phone="+916000000001")
    await brought_in(registry, a_list(a_row(1)))
    await world.matched(registry)
    assert await world.size(registry, "duplicates") == 1


async def test_a_file_lies_sealed_and_is_gone_when_its_import_ends(registry: Harness) -> None:
    answer = await lists.sent(registry, a_list(a_row(1)))
    for table, text in (await everything_in(registry.urls)).items():
        for told in ("नमूनाक", "6000000001"):
            assert told not in text, table
            assert told.encode().hex() not in text, table
    await lists.importer(registry).work_some()
    assert await world.size(registry, "worker_import_files") == 0
    assert answer.status_code == 202


async def test_a_file_that_is_not_worked_off_is_dropped_after_two_days(registry: Harness, clock: FixedClock) -> None:
    answer = await lists.sent(registry, a_list(a_row(1)))
    clock.pass_time(FILE_KEPT_FOR + timedelta(seconds=1))
    assert await lists.importer(registry).work_some() == 0
    done = await lists.followed(registry, answer.headers["location"])
    assert (done["state"], done["stop"], await world.size(registry, "worker_import_files")) == (
        "stopped",
        "too-late",
        0,
    )
    assert await world.size(registry, "workers") == 0


async def test_an_import_is_stopped_when_asked_and_keeps_what_is_on_record(registry: Harness) -> None:
    answer = await lists.sent(registry, a_list(a_row(1), a_row(2)))
    await lists.importer(registry, at_once=1).work_some()
    path = f"{answer.headers['location']}/stops"
    for _ in range(2):
        stopped = await registry.ask("POST", path, action=lists.ACTION, person=world.at(DISTRICT), json={})
        assert (stopped.json()["state"], stopped.json()["stop"]) == ("stopped", "asked")
    assert await lists.importer(registry).work_some() == 0
    assert (await world.size(registry, "workers"), await world.size(registry, "worker_import_files")) == (1, 0)


async def test_an_import_ends_with_the_office_it_was_asked_under(registry: Harness) -> None:
    officer = world.at(DISTRICT)
    answer = await lists.sent(registry, a_list(a_row(1)), person=officer)
    await world.rows(
        registry,
        "INSERT INTO appointment_replica VALUES ($1, $2, 'district-president', $3, now() - interval '1 day', NULL, 2,"
        " now())",
        officer.appointment_id,
        officer.person_id,
        world.unit_id(DISTRICT),
    )
    assert await lists.importer(registry).work_some() == 0
    assert (await lists.followed(registry, answer.headers["location"]))["stop"] == "office-ended"


async def test_an_import_follows_its_unit_when_that_moves(registry: Harness) -> None:
    data = a_list(a_row(1, unit="b1"), a_row(2, unit="b2"))
    answer = await lists.sent(registry, data, unit_id=str(world.unit_id(world.MANDAL)))
    job = lists.importer(registry, at_once=1)
    await job.work_some()
    await world.move(registry, world.MANDAL, "in.mp.d070.v3.m5.")
    await job.work_some()
    done = await lists.followed(registry, answer.headers["location"], world.at(TWIN, tree_version=2))
    assert counts(done) == (2, 0, 0, 0)
    assert await world.paths(registry, "workers") == {"in.mp.d070.v3.m5.b1.", "in.mp.d070.v3.m5.b2."}


async def test_what_became_of_rows_is_forgotten_in_time(registry: Harness, clock: FixedClock) -> None:
    await brought_in(registry, a_list(a_row(1), a_row(2, phone="x")))
    clock.pass_time(timedelta(days=14))
    assert await forget_imports(registry.database, timedelta(days=15)) == 0
    assert await forget_imports(registry.database, timedelta(days=13)) == 1
    assert await world.size(registry, "worker_import_rows") == 0
    assert await world.size(registry, "workers") == 1


async def test_only_so_many_files_wait_at_a_time(registry: Harness) -> None:
    officer = world.at(DISTRICT)
    answers = [await lists.sent(registry, a_list(a_row(n)), person=officer) for n in range(1, 7)]
    assert [answer.status_code for answer in answers] == [202] * 5 + [429]


@pytest.mark.parametrize(
    ("changes", "pointers"),
    [
        ({"mapping": None}, ["/mapping"]),
        ({"basis": None}, ["/basis"]),
        ({"basis": "Register\x00 of 2019"}, ["/basis"]),
        ({"collected_on": "2022-01-21"}, ["/collected_on"]),
        ({"collected_on": "1899-01-01"}, ["/collected_on"]),
        ({"mapping": {"मोबाइल": "phone"}}, ["/mapping"]),
        ({"mapping": {"उनका नाम": "name", "नहीं": "phone"}}, ["/mapping/नहीं"]),
        ({"mapping": {"उनका नाम": "name", "मोबाइल": "shoe_size"}}, ["/mapping/मोबाइल"]),
        ({"kruti_dev": ["नहीं"]}, ["/kruti_dev/0"]),
    ],
)
async def test_what_cannot_be_brought_in_says_what_would_be(
    registry: Harness, changes: dict[str, Any], pointers: list[str]
) -> None:
    answer = await lists.sent(registry, a_list(a_row()), **changes)
    assert (answer.status_code, world.pointers(answer)) == (422, pointers)


async def test_a_record_says_by_which_list_it_came_until_it_is_erased(registry: Harness, clock: FixedClock) -> None:
    await brought_in(registry, a_list(a_row(1, office="बूथ अध्यक्ष")))
    [worker] = await on_record(registry)
    path = f"/v1/workers/{worker['id']}/access-file"
    file = await registry.ask("GET", path, action="worker.access-file", person=world.at(DISTRICT))
    [held] = file.json()["imports"]
    assert (held["basis"], held["content"]["held"]) == (lists.BASIS, "बूथ अध्यक्ष")
    await registry.ask(
        "POST", f"/v1/workers/{worker['id']}/erasures", action="worker.erase", person=world.at(DISTRICT), json={}
    )
    clock.pass_time(timedelta(days=30))
    assert await purge_some(registry.database) == 1
    assert await world.value(registry, "SELECT count(sealed) FROM worker_import_rows") == 0


async def test_who_brought_a_list_in_is_told_when_it_is_done_and_not_what_they_stopped_themselves(
    registry: Harness,
) -> None:
    who = world.at(DISTRICT)
    import_ = await brought_in(registry, a_list(a_row(1), a_row(2, phone="12")), person=who)
    waiting = await lists.sent(registry, a_list(a_row(3)), person=who)
    path = f"{waiting.headers['location']}/stops"
    await registry.ask("POST", path, action="worker.import", person=who, json={})
    [row] = await world.rows(registry, "SELECT body FROM outbox WHERE type = 'registry.import.ended.v1'")
    assert msgspec.json.decode(row["body"]) == {
        "import_id": import_["id"],
        "unit_id": str(world.unit_id(DISTRICT)),
        "person_id": str(who.person_id),
        "state": "done",
        "rows": 2,
        "accepted": 1,
        "left": 1,
    }


async def test_on_what_basis_a_record_came_stands_in_its_history_and_goes_with_it(registry: Harness) -> None:
    await brought_in(registry, a_list(a_row(1)))
    [worker] = await on_record(registry)
    path = f"/v1/workers/{worker['id']}/history"
    told = await registry.ask("GET", path, action="worker.read", person=world.at(BOOTH))
    [change] = told.json()["changes"]
    assert (change["act"], change["note"], change["office"]) == ("imported", lists.BASIS, "district-president")
    await world.withdraw(registry, world.at(STATE), worker["id"])
    assert await world.value(registry, "SELECT count(note) FROM worker_revisions") == 0
