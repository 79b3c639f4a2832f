"""An erased person is out of sight at once, gone on a date, and only a proof remains."""

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from httpx import Response

from sangathan_chassis.consumer import Poison
from sangathan_chassis.ids import uuid7
from sangathan_chassis.scope import Scope
from sangathan_contracts import identity, notify, workshops
from sangathan_contracts.registry import WorkerErased
from sangathan_registry.commands.purge_erased import purge_some
from sangathan_registry.domain.erasure import report_hash
from sangathan_registry.store.sealed_particulars import open_row
from sangathan_registry.subscribers.erasures import report_consumers
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.databases import everything_in
from sangathan_testkit.harness import Harness, Person
from tests.registry import cases, glass, world
from tests.registry.test_duplicates import IN_ENGLISH, decide, pairs
from tests.registry.world import BOOTH, DISTRICT, MANDAL, NEXT_BOOTH, STATE, TWIN, TWIN_BOOTH

NAME_HI, NAME_EN, PHONE = "मीनाक्षी नमूना", "Meenakshi Namuna", "+916000000042"
HER: dict[str, Any] = {"name_hi": NAME_HI, "name_en": NAME_EN, "phone": PHONE, "gender": "female"}
MONTH = timedelta(days=30)


async def erase(service: Harness, person: Person, worker_id: str) -> Response:
    path = f"/v1/workers/{worker_id}/erasures"
    return await service.ask("POST", path, action="worker.erase", person=person, json={})


async def undo(service: Harness, person: Person, erasure_id: str) -> Response:
    path = f"/v1/erasures/{erasure_id}/undoings"
    return await service.ask("POST", path, action="worker.erase", person=person, json={})


async def mine(service: Harness, method: str, person_id: UUID, undoings: str = "") -> Response:
    person = Person(person_id=person_id)
    body: dict[str, Any] | None = None if method == "GET" else {}
    return await service.ask(method, f"/v1/my-erasures{undoings}", action="erasure.ask-own", person=person, json=body)


async def erasures(service: Harness, person: Person, **params: Any) -> list[dict[str, Any]]:
    answer = await service.ask("GET", "/v1/erasures", action="worker.erase", person=person, params=params)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def captured(service: Harness, **changes: Any) -> dict[str, Any]:
    """A record that came by sync, with what the drive asked."""
    record = world.a_record(**HER, **changes)
    answer = await world.synced(service, world.at(STATE), [record])
    assert answer.json()["results"][0]["outcome"] == "accepted", answer.text
    return record


async def stored(service: Harness) -> list[dict[str, Any]]:
    """All records but for versions, moments and seals, which are never the same twice."""
    found = await world.rows(service, "SELECT * FROM workers ORDER BY id")
    return [
        {k: v for k, v in dict(one).items() if k not in {"version", "changed_at", "sealed"}}
        | {"fields": open_row(service.app.state.parts.sealer, one)}
        for one in found
    ]


async def test_an_erased_record_is_out_of_sight_at_once(registry: Harness) -> None:
    worker = await world.enrolled(registry, **HER)
    answer = await erase(registry, world.at(BOOTH), worker["id"])
    assert (answer.status_code, answer.json()["status"]) == (201, "waiting")
    assert (await world.listed(registry, world.at(BOOTH))).json()["items"] == []
    assert (await world.searched(registry, world.at(BOOTH), phone=PHONE)).json()["items"] == []
    seen = (await world.read(registry, world.at(BOOTH), worker["id"])).json()
    assert (seen["status"], seen["name_hi"], seen["phone"]) == ("erased", None, None)
    assert await world.counted(registry, world.at(BOOTH), BOOTH) == 0


async def test_even_before_its_date_an_erased_record_is_kept_under_seal_alone(registry: Harness) -> None:
    record = await captured(registry)
    await erase(registry, world.at(BOOTH), record["id"])
    for table, text in (await everything_in(registry.urls)).items():
        for told in (NAME_HI, NAME_EN, PHONE, PHONE[1:]):
            assert told not in text, table
            assert told.encode().hex() not in text, table


async def test_asked_twice_it_is_one_erasure(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    first, second = [await erase(registry, world.at(BOOTH), worker["id"]) for _ in range(2)]
    assert first.json() == second.json()
    assert await world.counted(registry, world.at(BOOTH), BOOTH) == 0


async def test_an_erasure_taken_back_leaves_everything_as_it_was(registry: Harness) -> None:
    one = await world.enrolled(registry, **HER)
    other = await world.enrolled(registry, booth=NEXT_BOOTH, **HER | {"birth_year": 1986})
    await world.matched(registry)
    pair = str(await world.value(registry, "SELECT id FROM duplicates"))
    path = f"/v1/duplicates/{pair}/decisions"
    keep = {"keep": one["id"]}
    await registry.ask("POST", path, action="duplicate.review", person=world.at(MANDAL), json=keep)
    before = await stored(registry)
    erasure = (await erase(registry, world.at(BOOTH), one["id"])).json()
    assert {row["status"] for row in await stored(registry)} == {"erased"}
    assert (await undo(registry, world.at(BOOTH), erasure["id"])).json()["status"] == "undone"
    assert await stored(registry) == before
    assert await world.counted(registry, world.at(MANDAL), MANDAL) == 1
    path, reason = f"/v1/duplicates/{pair}/undoings", {"reason": "They are sisters"}
    parted = await registry.ask("POST", path, action="duplicate.review", person=world.at(MANDAL), json=reason)
    assert parted.status_code == 200, parted.text
    assert await world.value(registry, "SELECT count(*) FROM workers WHERE status = 'active'") == 2
    assert other["id"]


async def test_nothing_is_purged_before_its_date_nor_after_it_was_taken_back(
    registry: Harness, clock: FixedClock
) -> None:
    worker = await world.enrolled(registry)
    erasure = (await erase(registry, world.at(BOOTH), worker["id"])).json()
    clock.pass_time(MONTH - timedelta(seconds=1))
    assert await purge_some(registry.database) == 0
    await undo(registry, world.at(BOOTH), erasure["id"])
    clock.pass_time(timedelta(days=1))
    assert await purge_some(registry.database) == 0
    assert (await world.read(registry, world.at(BOOTH), worker["id"])).json()["status"] == "active"


async def test_on_its_date_nothing_of_the_person_remains(registry: Harness, clock: FixedClock) -> None:
    record = await captured(registry)
    await world.synced(registry, world.at(BOOTH), [record | {"gender": "other"}])
    worker_id = UUID(record["id"])
    index = (await world.value(registry, "SELECT phone_index FROM workers")).hex()
    body_hash = (await world.value(registry, "SELECT body_hash FROM receipts")).hex()
    await erase(registry, world.at(BOOTH), record["id"])
    clock.pass_time(MONTH)
    assert await purge_some(registry.database) == 1
    held = await everything_in(registry.urls)
    for table, text in held.items():
        for told in (NAME_HI, NAME_EN, PHONE[1:], index, body_hash):
            assert told not in text, table
            assert told.encode().hex() not in text, table
    assert await world.value(registry, "SELECT count(sealed) FROM erasures") == 0
    assert await world.value(registry, "SELECT max(length(body)) FROM rejected_records") == 0
    assert await world.value(registry, "SELECT count(before) FROM worker_revisions") == 0
    kept = {table for table, text in held.items() if record["id"] in text}
    assert kept == {
        *("workers", "consents", "erasures", "erased_records"),
        *("rejected_records", "audit_entries", "worker_revisions"),
    }, "ids alone"
    assert await world.value(registry, "SELECT withdrawn_at IS NOT NULL FROM consents") is True
    assert await world.value(registry, "SELECT status FROM workers WHERE id = $1", worker_id) == "erased"
    assert (await undo(registry, world.at(BOOTH), str(uuid4()))).status_code == 404


async def test_after_its_date_an_erasure_can_no_longer_be_taken_back(registry: Harness, clock: FixedClock) -> None:
    worker = await world.enrolled(registry)
    erasure = (await erase(registry, world.at(BOOTH), worker["id"])).json()
    clock.pass_time(MONTH)
    await purge_some(registry.database)
    assert (await undo(registry, world.at(BOOTH), erasure["id"])).status_code == 404


@pytest.mark.parametrize("days", [0, 30], ids=["waiting", "purged"])
async def test_a_record_of_an_erased_id_that_comes_again_is_answered_so_and_not_kept(
    registry: Harness, clock: FixedClock, days: int
) -> None:
    record = await captured(registry)
    await erase(registry, world.at(BOOTH), record["id"])
    clock.pass_time(timedelta(days=days))
    assert await purge_some(registry.database) == (days > 0)
    for again in (record, record | {"name_en": "Minakshi Namuna"}):
        # By whoever sends it: the id is known also where the record never stood.
        for sender in (world.at(STATE), world.at(TWIN)):
            [result] = (await world.synced(registry, sender, [again])).json()["results"]
            assert (result["outcome"], result["status"], result["reason"]) == ("rejected", 410, "erased")
    assert await world.size(registry, "rejected_records") == 0
    assert await world.value(registry, "SELECT name_en FROM workers") is None


async def test_a_record_kept_in_review_is_emptied_and_still_counted(registry: Harness, clock: FixedClock) -> None:
    record = await captured(registry)
    await world.synced(registry, world.at(BOOTH), [record | {"gender": "other"}])
    await erase(registry, world.at(BOOTH), record["id"])
    clock.pass_time(MONTH)
    await purge_some(registry.database)
    row = (await world.rows(registry, "SELECT body, decision FROM rejected_records"))[0]
    assert (row["body"], row["decision"]) == (b"", "dismissed")


async def test_every_service_is_told_who_it_was_and_only_once(registry: Harness, clock: FixedClock) -> None:
    worker = await world.enrolled(registry)
    person = uuid4()
    await world.rows(registry, "UPDATE workers SET person_id = $1", person)
    await erase(registry, world.at(BOOTH), worker["id"])
    clock.pass_time(MONTH)
    assert await purge_some(registry.database) == 1
    assert await purge_some(registry.database) == 0
    [row] = await world.rows(registry, "SELECT body FROM outbox WHERE type = $1", WorkerErased.type)
    event = msgspec.json.decode(row["body"], type=WorkerErased)
    assert (event.worker_id, event.person_id) == (UUID(worker["id"]), person)


async def test_who_signed_in_as_a_merged_record_is_told_of_as_well(registry: Harness, clock: FixedClock) -> None:
    kept = (await world.enrolled(registry))["id"]
    one, other = uuid4(), uuid4()
    await world.rows(registry, "UPDATE workers SET person_id = $1", one)
    merged = await world.enrolled(registry, **IN_ENGLISH)
    await world.rows(registry, "UPDATE workers SET person_id = $1 WHERE id = $2", other, UUID(merged["id"]))
    await world.matched(registry)
    [pair] = await pairs(registry, world.at(BOOTH))
    assert (await decide(registry, world.at(BOOTH), pair["id"], kept)).is_success
    await erase(registry, world.at(BOOTH), kept)
    clock.pass_time(MONTH)
    assert await purge_some(registry.database) == 1
    [row] = await world.rows(registry, "SELECT body FROM outbox WHERE type = $1", WorkerErased.type)
    assert msgspec.json.decode(row["body"], type=WorkerErased).person_ids == (one, other)
    assert await world.value(registry, "SELECT count(*) FROM erasures WHERE merged_person_ids <> '{}'") == 0


async def test_who_is_on_record_twice_keeps_the_sign_in(registry: Harness, clock: FixedClock) -> None:
    worker = await world.enrolled(registry)
    await world.enrolled(registry, booth=NEXT_BOOTH)
    await world.rows(registry, "UPDATE workers SET person_id = $1", uuid4())
    await erase(registry, world.at(BOOTH), worker["id"])
    clock.pass_time(MONTH)
    await purge_some(registry.database)
    [row] = await world.rows(registry, "SELECT body FROM outbox WHERE type = $1", WorkerErased.type)
    assert msgspec.json.decode(row["body"], type=WorkerErased).person_id is None


async def test_each_service_reports_and_the_proof_holds_all_of_it(registry: Harness, clock: FixedClock) -> None:
    record = await captured(registry)
    asked = (await erase(registry, world.at(BOOTH), record["id"])).json()
    clock.pass_time(MONTH)
    await purge_some(registry.database)
    consumers = report_consumers()
    for module, removed in ((identity, {"persons": 1}), (notify, {"inbox_messages": 2}), (workshops, {})):
        [before] = await erasures(registry, world.at(BOOTH))
        assert before["status"] == "purged"
        event = module.PersonErased(erasure_id=UUID(asked["id"]), removed=removed, at=world.NOW)
        [handler] = [one.handlers[event.type] for one in consumers if event.type in one.handlers]
        async with registry.database.work(Scope.everything()) as work:
            await handler(work, world.envelope(event))
    [after] = await erasures(registry, world.at(BOOTH))
    assert after["status"] == "complete"
    assert {one["service"]: one["removed"] for one in after["reports"]} == {
        "identity": {"persons": 1},
        "notify": {"inbox_messages": 2},
        "workshops": {},
    }
    proof = bytes.fromhex(after["proof"])
    for one in after["reports"]:
        assert one["hash"] == report_hash(proof, one["service"], world.NOW, one["removed"]).hex()
    lines = [asked["id"], record["id"], world.NOW.isoformat(), (world.NOW + MONTH).isoformat()]
    text = "\n".join([*lines, '{"receipts":1,"workers":1}'])
    assert after["proof"] == hashlib.sha256(text.encode()).hexdigest(), "anybody can reckon it again"


async def test_a_report_about_an_erasure_that_is_not_known_is_put_aside(registry: Harness) -> None:
    event = identity.PersonErased(erasure_id=uuid7(), removed={}, at=world.NOW)
    handler = report_consumers()[0].handlers[event.type]
    with pytest.raises(Poison):
        async with registry.database.work(Scope.everything()) as work:
            await handler(work, world.envelope(event))


async def test_the_purge_is_on_the_trail_with_its_proof(registry: Harness, clock: FixedClock) -> None:
    worker = await world.enrolled(registry)
    await erase(registry, world.at(BOOTH), worker["id"])
    clock.pass_time(MONTH)
    await purge_some(registry.database)
    [row] = await world.rows(registry, "SELECT detail::text AS d FROM audit_entries WHERE action = 'worker.purge'")
    [seen] = await erasures(registry, world.at(BOOTH))
    assert msgspec.json.decode(row["d"]) == {"erasure_id": seen["id"], "proof": seen["proof"]}


@pytest.mark.parametrize("path", [TWIN, NEXT_BOOTH])
async def test_outside_the_scope_there_is_nothing_to_erase_to_undo_or_to_see(registry: Harness, path: str) -> None:
    worker = await world.enrolled(registry)
    assert (await erase(registry, world.at(path), worker["id"])).status_code == 404
    erasure = (await erase(registry, world.at(DISTRICT), worker["id"])).json()
    assert (await undo(registry, world.at(path), erasure["id"])).status_code == 404
    assert await erasures(registry, world.at(path)) == []


async def test_a_person_erases_their_own_record_wherever_it_stands_and_takes_it_back(registry: Harness) -> None:
    worker, me = await world.enrolled(registry, **HER), uuid4()
    await world.enrolled(registry)
    await world.rows(registry, "UPDATE workers SET person_id = $1 WHERE id = $2", me, UUID(worker["id"]))
    before = await stored(registry)
    answer = await mine(registry, "POST", me)
    assert answer.status_code == 201, answer.text
    [own] = answer.json()["items"]
    assert (own["worker_id"], own["by_the_person"], own["status"]) == (worker["id"], True, "waiting")
    assert (await mine(registry, "GET", me)).json()["items"] == [own]
    assert (await mine(registry, "GET", uuid4())).json()["items"] == []
    assert (await mine(registry, "POST", uuid4(), "/undoings")).status_code == 404
    assert (await mine(registry, "POST", me, "/undoings")).status_code == 200
    assert await stored(registry) == before


async def test_who_is_not_on_record_has_nothing_to_erase(registry: Harness) -> None:
    await world.enrolled(registry)
    assert (await mine(registry, "POST", uuid4())).status_code == 404


async def test_who_asked_for_themselves_is_not_named_after_the_purge(registry: Harness, clock: FixedClock) -> None:
    await world.enrolled(registry)
    me = uuid4()
    await world.rows(registry, "UPDATE workers SET person_id = $1", me)
    await mine(registry, "POST", me)
    clock.pass_time(MONTH)
    await purge_some(registry.database)
    assert (await mine(registry, "GET", me)).json()["items"] == []
    [seen] = await erasures(registry, world.at(BOOTH))
    assert (seen["by_the_person"], seen["asked_by"]) == (True, None)


async def test_an_erasure_follows_a_unit_that_moves(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    await erase(registry, world.at(BOOTH), worker["id"])
    await world.move(registry, MANDAL, "in.mp.d070.v3.m5.")
    assert await erasures(registry, world.at(DISTRICT, tree_version=2)) == []
    [seen] = await erasures(registry, world.at(TWIN, tree_version=2))
    assert (await undo(registry, world.at(TWIN, tree_version=2), seen["id"])).status_code == 200
    assert await world.value(registry, "SELECT path FROM workers") == "in.mp.d070.v3.m5.b1."


async def test_a_receipt_goes_with_its_erased_record_and_at_no_other_time(registry: Harness) -> None:
    await captured(registry)
    async with registry.database.work(Scope.everything()) as work:
        assert await work.raw.execute("DELETE FROM receipts") == "DELETE 0"


async def test_on_its_date_what_people_wrote_about_the_record_goes_as_well(
    registry: Harness, clock: FixedClock
) -> None:
    worker_id = await glass.staged(registry, **HER)
    opening = await glass.opened(registry, worker_id)
    await glass.end(registry, opening, glass.OPENER)
    await glass.review(registry, opening, glass.SUPERIOR)
    officer = world.at(TWIN)
    case = await cases.looked_at(registry, world.at(TWIN_BOOTH), booth=TWIN_BOOTH)
    await cases.decided(registry, officer, case, outcome="one-of-ours", worker_id=worker_id)
    other = await cases.opened(registry, world.at(TWIN_BOOTH), booth=TWIN_BOOTH)
    await erase(registry, world.at(TWIN_BOOTH), worker_id)
    clock.pass_time(MONTH)
    await purge_some(registry.database)
    removed = (await erasures(registry, world.at(TWIN_BOOTH)))[0]["removed"]
    assert removed.items() >= {"cases": 1, "break_glass_openings": 1, "case_steps": 1}.items()
    kept = await world.rows(registry, "SELECT reason, note FROM break_glass_openings")
    assert [tuple(row) for row in kept] == [("", None)]
    claims = "SELECT id::text, claim IS NULL, outcome FROM cases ORDER BY opened_at, id"
    assert {row[0]: (row[1], row[2]) for row in await world.rows(registry, claims)} == {
        case["id"]: (True, "one-of-ours"),
        other["id"]: (False, None),
    }
    assert await world.value(registry, "SELECT count(note) FROM case_steps WHERE case_id = $1", UUID(case["id"])) == 0
