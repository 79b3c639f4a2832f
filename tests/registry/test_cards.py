"""A worker has one good card; whoever is shown it learns that it is good, and little more."""

from typing import Any
from uuid import uuid4

import pytest

from sangathan_cards.verdict import Verdict
from sangathan_testkit.harness import Harness
from tests.registry import card_desk as desk
from tests.registry import world
from tests.registry.world import BOOTH, DISTRICT, MANDAL, NEXT_BOOTH, STATE, TWIN, TWIN_BOOTH

NOTHING: dict[str, Any] = {"name": None, "unit": None, "offices": []}


@pytest.fixture
async def worker(registry: Harness) -> str:
    return str((await world.enrolled(registry))["id"])


async def test_a_card_is_good_with_and_without_network(registry: Harness, worker: str) -> None:
    card = await desk.issued(registry, worker)
    text = await desk.code(registry, card["id"])
    said = await desk.checked(registry, text)
    assert said.verdict is Verdict.VALID
    assert said.card is not None
    assert (said.card.number, said.card.name_hi, said.card.name_en) == (card["number"], "** र** न**", "Ra** Na**")
    assert (await desk.verified(registry, text))["verdict"] == "valid"


async def test_a_stranger_is_told_masked_name_unit_and_offices_of_today_and_nothing_more(
    registry: Harness, worker: str
) -> None:
    text = await desk.code(registry, (await desk.issued(registry, worker))["id"])
    await desk.appoint(registry, worker, "mandal-president", MANDAL)
    said = await desk.verified(registry, text)
    assert said == {
        "verdict": "valid",
        "name": {"hi": "** र** न**", "en": "Ra** Na**"},
        "unit": {"hi": "इकाई", "en": f"Unit {BOOTH}"},
        "offices": [
            {"office": {"hi": "मंडल अध्यक्ष", "en": "Mandal President"}, "unit": {"hi": "इकाई", "en": f"Unit {MANDAL}"}}
        ],
        "expires_at": "2025-01-19T09:00:00Z",
        "checked_at": "2022-01-20T09:00:00Z",
    }


async def test_an_office_that_has_ended_is_not_told(registry: Harness, worker: str) -> None:
    text = await desk.code(registry, (await desk.issued(registry, worker))["id"])
    await desk.appoint(registry, worker, "mandal-president", MANDAL)
    await world.rows(registry, "UPDATE appointment_replica SET valid_to = $1", world.NOW)
    assert (await desk.verified(registry, text))["offices"] == []


async def test_a_second_card_ends_the_first_and_keeps_the_number(registry: Harness, worker: str) -> None:
    first = await desk.issued(registry, worker)
    old = await desk.code(registry, first["id"])
    second = await desk.issued(registry, worker)
    assert second["number"] == first["number"]
    assert (await desk.checked(registry, old)).verdict is Verdict.REVOKED
    said = await desk.verified(registry, old)
    assert {name: said[name] for name in NOTHING} == NOTHING
    assert said["verdict"] == "revoked"
    assert (await desk.checked(registry, await desk.code(registry, second["id"]))).verdict is Verdict.VALID
    items = (await desk.listed(registry, world.at(BOOTH), worker)).json()["items"]
    assert [(one["status"], one["end_reason"]) for one in items] == [("good", None), ("ended", "reissued")]


async def test_a_lost_card_is_ended_once(registry: Harness, worker: str) -> None:
    card = await desk.issued(registry, worker)
    text = await desk.code(registry, card["id"])
    first = (await desk.end(registry, world.at(BOOTH), card["id"])).json()
    again = (await desk.end(registry, world.at(BOOTH), card["id"])).json()
    assert first == again
    assert (first["status"], first["end_reason"]) == ("ended", "ended")
    assert (await desk.checked(registry, text)).verdict is Verdict.REVOKED
    assert (await desk.face(registry, world.at(BOOTH), card["id"])).status_code == 409


async def test_a_withdrawn_workers_card_has_ended_and_keeps_nothing(registry: Harness, worker: str) -> None:
    for _ in range(2):
        card = await desk.issued(registry, worker)
    text = await desk.code(registry, card["id"])
    await world.withdraw(registry, world.at(BOOTH), worker)
    assert (await desk.checked(registry, text)).verdict is Verdict.REVOKED
    assert (await desk.verified(registry, text))["name"] is None
    kept = await world.rows(registry, "SELECT number, sealed, end_reason FROM cards ORDER BY status_index")
    assert [tuple(row) for row in kept] == [(None, None, "reissued"), (None, None, "withdrawn")]
    assert (await desk.issue(registry, world.at(BOOTH), worker)).status_code == 409


@pytest.mark.parametrize("path", [NEXT_BOOTH, TWIN])
async def test_outside_the_scope_there_is_no_card(registry: Harness, worker: str, path: str) -> None:
    card = (await desk.issued(registry, worker))["id"]
    person = world.at(path)
    pairs = [
        (await desk.issue(registry, person, worker), await desk.issue(registry, person, str(uuid4()))),
        (await desk.listed(registry, person, worker), await desk.listed(registry, person, str(uuid4()))),
        (await desk.face(registry, person, card), await desk.face(registry, person, str(uuid4()))),
        (await desk.end(registry, person, card), await desk.end(registry, person, str(uuid4()))),
    ]
    for answer, missing in pairs:
        assert answer.status_code == 404
        assert {**answer.json(), "trace_id": ""} == {**missing.json(), "trace_id": ""}
    assert (await desk.verified(registry, await desk.code(registry, card)))["verdict"] == "valid"


async def test_cards_and_what_is_done_with_them_are_on_the_trail_and_announced(registry: Harness, worker: str) -> None:
    card = await desk.issued(registry, worker)
    await desk.face(registry, world.at(BOOTH), card["id"])
    await desk.end(registry, world.at(BOOTH), card["id"])
    trail = await world.rows(
        registry, "SELECT action, purpose FROM audit_entries WHERE action LIKE 'card.%' ORDER BY id"
    )
    assert [tuple(row) for row in trail] == [
        ("card.issue", desk.WHY),
        ("card.read", None),
        ("card.issue", "Lost on the way"),
    ]
    events = await world.rows(registry, "SELECT type FROM outbox WHERE type LIKE 'registry.card.%' ORDER BY seq")
    assert [row[0] for row in events] == ["registry.card.issued.v1", "registry.card.ended.v1"]


async def test_cards_follow_a_unit_that_moves(registry: Harness, worker: str) -> None:
    card = (await desk.issued(registry, worker))["id"]
    await world.move(registry, MANDAL, "in.mp.d070.v3.m5.")
    assert (await desk.face(registry, world.at(DISTRICT, tree_version=2), card)).status_code == 404
    assert (await desk.face(registry, world.at(TWIN, tree_version=2), card, format="txt")).status_code == 200


IN_ENGLISH: dict[str, Any] = {"name_hi": None, "name_en": "Ramesh Namoona", "gender": None}


@pytest.fixture
async def other(registry: Harness) -> str:
    """A second record of the same person."""
    return str((await world.enrolled(registry, booth=TWIN_BOOTH, **IN_ENGLISH))["id"])


async def test_of_two_records_with_cards_the_kept_ones_stays_good_and_undoing_is_exact(
    registry: Harness, worker: str, other: str
) -> None:
    texts = [await desk.code(registry, (await desk.issued(registry, one))["id"]) for one in (worker, other)]
    before = await desk.rows(registry)
    pair = await desk.merged(registry, keep=worker)
    assert [(await desk.checked(registry, text)).verdict for text in texts] == [Verdict.VALID, Verdict.REVOKED]
    await desk.undone(registry, pair)
    assert await desk.rows(registry) == before
    assert [(await desk.checked(registry, text)).verdict for text in texts] == [Verdict.VALID, Verdict.VALID]


async def test_the_only_card_goes_over_to_the_kept_record_and_undoing_is_exact(
    registry: Harness, worker: str, other: str
) -> None:
    card = await desk.issued(registry, other)
    text = await desk.code(registry, card["id"])
    before = await desk.rows(registry)
    pair = await desk.merged(registry, keep=worker)
    assert [one["id"] for one in (await desk.listed(registry, world.at(STATE), worker)).json()["items"]] == [card["id"]]
    assert (await desk.verified(registry, text))["unit"]["en"] == f"Unit {BOOTH}"
    assert (await desk.face(registry, world.at(TWIN), card["id"])).status_code == 404
    await desk.undone(registry, pair)
    assert await desk.rows(registry) == before


async def test_a_card_issued_between_merge_and_undoing_ends_and_the_number_goes_back(
    registry: Harness, worker: str, other: str
) -> None:
    card = await desk.issued(registry, other)
    pair = await desk.merged(registry, keep=worker)
    between = await desk.issued(registry, worker)
    assert between["number"] == card["number"]
    await desk.undone(registry, pair)
    items = (await desk.listed(registry, world.at(STATE), other)).json()["items"]
    assert [(one["id"], one["end_reason"]) for one in items] == [
        (between["id"], "merge-undone"),
        (card["id"], "reissued"),
    ]
    assert (await desk.listed(registry, world.at(STATE), worker)).json()["items"] == []
    assert (await desk.issued(registry, other))["number"] == card["number"]
    assert (await desk.issued(registry, worker))["number"] != card["number"]


async def test_who_was_merged_gets_no_card_of_their_own(registry: Harness, worker: str, other: str) -> None:
    await desk.merged(registry, keep=worker)
    assert (await desk.issue(registry, world.at(STATE), other)).status_code == 409


async def test_the_withdrawal_of_a_kept_record_forgets_the_merged_ones_cards(
    registry: Harness, worker: str, other: str
) -> None:
    for one in (worker, other):
        await desk.issued(registry, one)
    await desk.merged(registry, keep=worker)
    await world.withdraw(registry, world.at(BOOTH), worker)
    assert await world.value(registry, "SELECT count(*) FROM cards WHERE number IS NOT NULL OR sealed IS NOT NULL") == 0
    assert await world.size(registry, "card_ends") == 2


async def test_a_merge_whose_record_was_erased_and_brought_back_is_undone_without_the_old_cards(
    registry: Harness, worker: str, other: str
) -> None:
    for one in (worker, other):
        await desk.issued(registry, one)
    pair = await desk.merged(registry, keep=worker)
    person, action = world.at(STATE), "worker.erase"
    await registry.ask("POST", f"/v1/workers/{worker}/erasures", action=action, person=person, json={})
    assert (await desk.issue(registry, person, worker)).status_code == 409
    [erasure] = (await registry.ask("GET", "/v1/erasures", action=action, person=person)).json()["items"]
    path = f"/v1/erasures/{erasure['id']}/undoings"
    assert (await registry.ask("POST", path, action=action, person=person, json={})).is_success
    await desk.undone(registry, pair)
    assert await world.value(registry, "SELECT count(*) FROM cards WHERE ended_at IS NULL OR number IS NOT NULL") == 0
