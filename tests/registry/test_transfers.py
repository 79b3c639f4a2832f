"""A worker goes from one unit to another when those agree who have to: whole, once, with all that is theirs."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from sangathan_chassis.scope import Scope
from sangathan_contracts.registry import TransferAsked, TransferEnded, WorkerTransferred
from sangathan_registry.domain.transfers import PolicyError, Side, TransferPolicy
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness
from tests.registry import world
from tests.registry.card_desk import issued
from tests.registry.test_rehoming import merge
from tests.registry.transfers import PHONE, answer, ask, asked, listed, read, request
from tests.registry.world import (
    BOOTH,
    DISTRICT,
    FAR_BOOTH,
    MANDAL,
    NATION,
    NEXT_BOOTH,
    NEXT_MANDAL,
    STATE,
    TWIN,
    TWIN_BOOTH,
    VIDHAN_SABHA,
)


async def seen(service: Harness, path: str) -> set[str]:
    return {one["id"] for one in (await world.listed(service, world.at(path))).json()["items"]}


async def events(service: Harness, type_: Any) -> list[tuple[str, Any]]:
    rows = await world.rows(service, "SELECT subject, body FROM outbox WHERE type = $1 ORDER BY seq", type_.type)
    return [(row["subject"], msgspec.json.decode(row["body"], type=type_)) for row in rows]


async def test_both_sides_agree_and_the_worker_is_at_the_new_unit_alone(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    transfer = await asked(registry, worker["id"])
    assert (await seen(registry, BOOTH), await seen(registry, FAR_BOOTH)) == ({worker["id"]}, set())
    agreed = await answer(registry, world.at(FAR_BOOTH), transfer)
    assert (agreed.status_code, agreed.json()["state"]) == (200, "agreed"), agreed.text
    assert (await seen(registry, BOOTH), await seen(registry, FAR_BOOTH)) == (set(), {worker["id"]})
    assert (await world.read(registry, world.at(BOOTH), worker["id"])).status_code == 404
    now = (await world.read(registry, world.at(FAR_BOOTH), worker["id"])).json()
    assert (now["unit_id"], now["version"], now["phone"]) == (str(world.unit_id(FAR_BOOTH)), 2, PHONE)


async def test_all_that_belongs_to_the_record_goes_along(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    await world.enrolled(registry, booth=NEXT_BOOTH)
    await world.matched(registry)
    await issued(registry, worker["id"])
    await answer(registry, world.at(FAR_BOOTH), await asked(registry, worker["id"]))
    for table in ("workers", "consents", "worker_keys", "cards", "worker_revisions"):
        key = "id" if table == "workers" else "worker_id"
        found = await world.rows(registry, f"SELECT path FROM {table} WHERE {key} = $1", UUID(worker["id"]))  # noqa: S608
        assert {row["path"] for row in found} == {FAR_BOOTH}, table
    assert await world.value(registry, "SELECT count(*) FROM match_queue") == 1, "compared with whoever is near now"
    [pair] = await world.rows(registry, "SELECT path, one_path, other_path FROM duplicates")
    assert {pair["one_path"], pair["other_path"]} == {NEXT_BOOTH, FAR_BOOTH}


async def test_the_counters_of_both_units_and_of_all_above_agree(registry: Harness) -> None:
    first = await world.enrolled(registry)
    await world.enrolled(registry, phone="+916000000002")
    await answer(registry, world.at(TWIN_BOOTH), await asked(registry, first["id"], TWIN_BOOTH))
    expected = {NATION: 2, STATE: 2, DISTRICT: 1, MANDAL: 1, BOOTH: 1, TWIN: 1, TWIN_BOOTH: 1}
    assert {path: await world.counted(registry, world.at(NATION), path) for path in expected} == expected


async def test_history_trail_and_events_say_who_when_from_where_and_where_to(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    giver, receiver = world.at(BOOTH), world.at(FAR_BOOTH)
    transfer = str((await ask(registry, giver, worker["id"], FAR_BOOTH)).json()["id"])
    await answer(registry, receiver, transfer)
    path = f"/v1/workers/{worker['id']}/history"
    [change] = (await registry.ask("GET", path, action="worker.read", person=receiver)).json()["changes"]
    assert (change["act"], change["person_id"], change["office"], change["left_unit_id"]) == (
        *("transferred", str(receiver.person_id), receiver.office, str(world.unit_id(BOOTH))),
    )
    for reader, acts in ((giver, ["transfer.answer", "transfer.ask"]), (receiver, ["transfer.answer", "transfer.ask"])):
        trail = (await registry.ask("GET", "/v1/audit-entries", action="audit.read", person=reader)).json()["items"]
        noted = [entry for entry in trail if entry["purpose"] == f"transfer {transfer}"]
        assert [entry["action"] for entry in noted] == acts
    [(subject, gone)] = await events(registry, WorkerTransferred)
    assert subject.endswith(FAR_BOOTH[:-1])
    assert (str(gone.worker_id), str(gone.transfer_id), gone.version) == (worker["id"], transfer, 2)
    assert (gone.from_unit_id, gone.to_unit_id) == (world.unit_id(BOOTH), world.unit_id(FAR_BOOTH))
    [(_, waits)] = await events(registry, TransferAsked)
    assert waits.waits_for == ("receiving",)
    [(_, over)] = await events(registry, TransferEnded)
    assert (over.state, over.decided_by) == ("agreed", receiver.person_id)


async def test_within_one_mandal_the_giving_side_is_enough(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    done = await ask(registry, world.at(BOOTH), worker["id"], NEXT_BOOTH)
    assert done.json()["state"] == "agreed"
    assert await seen(registry, NEXT_BOOTH) == {worker["id"]}
    back = await request(registry, world.at(BOOTH), BOOTH, phone=PHONE)
    assert (back.json()["outcome"], back.json()["transfer"]["waits_for"]) == ("asked", ["giving"])
    assert await seen(registry, NEXT_BOOTH) == {worker["id"]}, "a number alone takes nobody in"


@pytest.mark.parametrize("path", [VIDHAN_SABHA, DISTRICT, STATE])
async def test_an_office_above_both_units_decides_alone(registry: Harness, path: str) -> None:
    worker = await world.enrolled(registry)
    done = await ask(registry, world.at(path), worker["id"], FAR_BOOTH)
    assert (done.json()["state"], done.json()["asked_from"]) == ("agreed", "above")
    assert await seen(registry, FAR_BOOTH) == {worker["id"]}


async def test_an_office_above_both_answers_what_waits(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    transfer = await asked(registry, worker["id"])
    assert (await answer(registry, world.at(DISTRICT), transfer)).json()["state"] == "agreed"


async def test_the_side_that_asked_does_not_agree_for_the_other(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    transfer = await asked(registry, worker["id"])
    for person in (world.at(BOOTH), world.at(MANDAL)):
        for said in ("agree", "decline"):
            assert (await answer(registry, person, transfer, said)).status_code == 403
    assert (await answer(registry, world.at(FAR_BOOTH), transfer, "take-back")).status_code == 403
    assert await seen(registry, BOOTH) == {worker["id"]}


@pytest.mark.parametrize(
    ("path", "said", "state"), [(NEXT_MANDAL, "decline", "declined"), (BOOTH, "take-back", "taken-back")]
)
async def test_a_transfer_is_declined_or_taken_back_and_then_over(
    registry: Harness, path: str, said: str, state: str
) -> None:
    worker = await world.enrolled(registry)
    transfer = await asked(registry, worker["id"])
    for _ in range(2):
        ended = await answer(registry, world.at(path), transfer, said)
        assert (ended.status_code, ended.json()["state"]) == (200, state)
    late = await answer(registry, world.at(FAR_BOOTH), transfer)
    assert (late.status_code, late.json()["type"]) == (409, "urn:sangathan:problem:transfer-over")
    assert await seen(registry, BOOTH) == {worker["id"]}
    assert await asked(registry, worker["id"]) != transfer, "and can be asked anew"


async def test_what_nobody_answers_lapses_by_its_date(registry: Harness, clock: FixedClock) -> None:
    worker = await world.enrolled(registry)
    transfer = await asked(registry, worker["id"])
    clock.pass_time(timedelta(days=30))
    assert (await read(registry, world.at(BOOTH), transfer)).json()["state"] == "lapsed"
    assert (await answer(registry, world.at(FAR_BOOTH), transfer)).status_code == 409
    assert await listed(registry, world.at(FAR_BOOTH), waiting="true") == []
    assert await asked(registry, worker["id"]) != transfer


async def test_asked_twice_it_is_one_transfer_and_asked_from_both_sides_it_is_agreed(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    transfer = await asked(registry, worker["id"])
    assert await asked(registry, worker["id"]) == transfer
    met = (await request(registry, world.at(FAR_BOOTH), FAR_BOOTH, phone=PHONE)).json()
    assert (met["outcome"], met["transfer"]["id"]) == ("agreed", transfer)
    assert await seen(registry, FAR_BOOTH) == {worker["id"]}


async def test_a_transfer_asked_before_a_correction_still_works(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    transfer = await asked(registry, worker["id"])
    path, headers = (
        f"/v1/workers/{worker['id']}",
        {"If-Match": (await world.read(registry, world.at(BOOTH), worker["id"])).headers["etag"]},
    )
    await registry.ask(
        "PATCH", path, action="worker.change", person=world.at(BOOTH), json={"birth_year": 1986}, headers=headers
    )
    assert (await answer(registry, world.at(FAR_BOOTH), transfer)).json()["state"] == "agreed"
    assert (await world.read(registry, world.at(FAR_BOOTH), worker["id"])).json()["version"] == 3


async def test_two_who_agree_at_once_move_and_count_once(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    transfer = await asked(registry, worker["id"])
    both = await asyncio.gather(
        *(answer(registry, world.at(path), transfer) for path in (FAR_BOOTH, NEXT_MANDAL, DISTRICT))
    )
    assert [one.status_code for one in both] == [200, 200, 200]
    assert await world.value(registry, "SELECT version FROM workers") == 2
    assert len(await events(registry, WorkerTransferred)) == 1
    assert await world.counted(registry, world.at(STATE), FAR_BOOTH) == 1


async def test_of_two_transfers_the_first_agreed_one_counts_and_the_other_lapses(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    first, second = await asked(registry, worker["id"]), await asked(registry, worker["id"], TWIN_BOOTH)
    await answer(registry, world.at(TWIN_BOOTH), second)
    late = await answer(registry, world.at(FAR_BOOTH), first)
    assert (late.status_code, await seen(registry, FAR_BOOTH)) == (409, set())
    assert (await read(registry, world.at(FAR_BOOTH), first)).json()["state"] == "lapsed"


async def test_a_transfer_follows_its_units_when_they_move_and_merge(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    transfer = await asked(registry, worker["id"], TWIN_BOOTH)
    await world.move(registry, MANDAL, "in.mp.d07.v1.m9.")
    await world.move(registry, "in.mp.d070.v3.m1.", "in.mp.d070.v3.m9.", tree_version=3)
    [row] = await world.rows(registry, "SELECT path, to_path FROM transfers")
    assert tuple(row.values()) == ("in.mp.d07.v1.m9.b1.", "in.mp.d070.v3.m9.b1.")
    receiver = world.at("in.mp.d070.v3.m9.b1.", unit=world.unit_id(TWIN_BOOTH), tree_version=3)
    assert (await answer(registry, receiver, transfer)).json()["state"] == "agreed"


async def test_a_transfer_out_of_a_booth_that_was_merged_is_its_successors(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    transfer = await asked(registry, worker["id"])
    await merge(registry, BOOTH, NEXT_BOOTH)
    assert [one["id"] for one in await listed(registry, world.at(NEXT_BOOTH))] == [transfer]
    assert (await answer(registry, world.at(FAR_BOOTH), transfer)).json()["state"] == "agreed"
    assert await seen(registry, FAR_BOOTH) == {worker["id"]}


async def test_a_transfer_into_a_booth_that_was_merged_goes_to_its_successor(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    transfer = await asked(registry, worker["id"])
    await merge(registry, FAR_BOOTH, TWIN_BOOTH)
    assert (await answer(registry, world.at(TWIN_BOOTH), transfer)).json()["state"] == "agreed"
    assert await seen(registry, TWIN_BOOTH) == {worker["id"]}


async def test_at_every_moment_the_worker_is_at_exactly_one_unit(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    going = True
    sights: list[int] = []

    async def look() -> None:
        while going:
            async with registry.database.read(Scope.subtree(STATE)) as connection:
                sights.append(await connection.fetchval("SELECT count(*) FROM workers WHERE status = 'active'"))
                assert len(await connection.fetch("SELECT FROM consents c JOIN workers w USING (path)")) == 1

    async def go() -> None:
        nonlocal going
        for to in (FAR_BOOTH, BOOTH) * 3:
            assert (await ask(registry, world.at(STATE), worker["id"], to)).json()["state"] == "agreed"
        going = False

    await asyncio.gather(look(), go())
    assert set(sights) == {1}


def test_the_policy_asks_the_lowest_unit_above_both_that_it_names() -> None:
    policy = TransferPolicy.load()
    both = {Side.GIVING, Side.RECEIVING}
    assert policy.needed(["nation", "state", "district", "vidhan-sabha", "mandal"]) == {Side.GIVING}
    assert policy.needed(["nation", "state", "district", "vidhan-sabha", "mandal", "shakti-kendra"]) == {Side.GIVING}
    assert policy.needed(["nation", "state"]) == both
    assert policy.needed([]) == both


@pytest.mark.parametrize(
    "text",
    ["", "otherwise = []", 'otherwise = ["receiving"]', 'otherwise = ["giving"]\nnever = 1', 'otherwise = "giving"'],
)
def test_a_policy_that_lets_a_number_be_enough_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "transfers.toml"
    file.write_text(text)
    with pytest.raises(PolicyError):
        TransferPolicy.load(file)
