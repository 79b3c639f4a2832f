"""Neither side of a transfer sees more of the other, or of the worker, than it needs."""

from uuid import uuid4

from sangathan_testkit.harness import Harness
from tests.registry import world
from tests.registry.card_desk import issued
from tests.registry.transfers import PHONE, answer, ask, asked, listed, read, request
from tests.registry.world import BOOTH, FAR_BOOTH, MANDAL, NEXT_BOOTH, NEXT_MANDAL, STATE, TWIN, TWIN_BOOTH


async def test_who_asks_by_a_number_learns_no_name_and_no_id_before_the_other_side_agrees(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    card = await issued(registry, worker["id"])
    receiver = world.at(TWIN_BOOTH)
    sent = (await request(registry, receiver, TWIN_BOOTH, membership_number=card["number"])).json()
    assert sent["outcome"] == "asked"
    shown = sent["transfer"]
    assert (shown["worker_id"], shown["name_hi"], shown["name_en"]) == (None, None, None)
    assert shown["from_unit"]["id"] == str(world.unit_id(BOOTH)), "as the question whether somebody is one of ours says"
    giver = (await read(registry, world.at(BOOTH), shown["id"])).json()
    assert (giver["worker_id"], giver["name_en"]) == (worker["id"], worker["name_en"])
    await answer(registry, world.at(BOOTH), shown["id"])
    after = (await read(registry, receiver, shown["id"])).json()
    assert (after["state"], after["worker_id"]) == ("agreed", worker["id"])
    assert (await read(registry, world.at(BOOTH), shown["id"])).json()["name_en"] is None


async def test_who_is_asked_by_the_giving_side_sees_the_name_and_no_record(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    transfer = await asked(registry, worker["id"])
    shown = (await read(registry, world.at(FAR_BOOTH), transfer)).json()
    assert (shown["name_en"], shown["from_unit"]["id"]) == (worker["name_en"], str(world.unit_id(BOOTH)))
    assert PHONE not in str(shown)
    assert (await world.read(registry, world.at(FAR_BOOTH), worker["id"])).status_code == 404
    await answer(registry, world.at(FAR_BOOTH), transfer, "decline")
    assert (await read(registry, world.at(FAR_BOOTH), transfer)).json()["name_en"] is None


async def test_numbers_cannot_be_tried_out_by_asking_for_transfers(registry: Harness) -> None:
    receiver = world.at(TWIN_BOOTH)
    for _ in range(3):
        missed = await request(registry, receiver, TWIN_BOOTH, phone="+916000000099")
        assert (missed.status_code, missed.json()) == (200, {"outcome": "not-on-record", "transfer": None})
    refused = await request(registry, receiver, TWIN_BOOTH, phone="+916000000099")
    assert (refused.status_code, refused.json()["type"]) == (429, "urn:sangathan:problem:questions-used-up")
    question = {"phone": "+916000000099"}
    other = await registry.ask("POST", "/v1/worker-questions", action="worker.ask", person=receiver, json=question)
    assert other.status_code == 429, "it is one allowance"


async def test_a_number_that_several_share_moves_nobody(registry: Harness) -> None:
    for booth in (BOOTH, NEXT_BOOTH):
        await world.enrolled(registry, booth=booth)
    sent = await request(registry, world.at(TWIN_BOOTH), TWIN_BOOTH, phone=PHONE)
    assert sent.json() == {"outcome": "several-on-record", "transfer": None}


async def test_nobody_else_sees_or_answers_a_transfer(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    transfer = await asked(registry, worker["id"])
    for path in (NEXT_BOOTH, TWIN, "in.nx."):
        assert await listed(registry, world.at(path)) == []
        assert (await read(registry, world.at(path), transfer)).status_code == 404
        assert (await answer(registry, world.at(path), transfer)).status_code == 404
        assert (await ask(registry, world.at(path), worker["id"], path)).status_code == 404
    for path in (BOOTH, FAR_BOOTH, MANDAL, NEXT_MANDAL, STATE):
        assert [one["id"] for one in await listed(registry, world.at(path))] == [transfer]


async def test_a_worker_is_not_asked_for_into_a_unit_outside_the_own(registry: Harness) -> None:
    await world.enrolled(registry)
    outside = await request(registry, world.at(TWIN_BOOTH), FAR_BOOTH, phone=PHONE)
    missing = await registry.ask(
        "POST",
        "/v1/transfers",
        action="transfer.ask",
        person=world.at(TWIN_BOOTH),
        json={"to_unit_id": str(uuid4()), "cause": "moved-home", "phone": PHONE},
    )
    assert (outside.status_code, missing.status_code) == (404, 404)
    without_trace = [{k: v for k, v in one.json().items() if k != "trace_id"} for one in (outside, missing)]
    assert without_trace[0] == without_trace[1]


async def test_who_is_withdrawn_or_there_already_goes_nowhere(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    there = await ask(registry, world.at(BOOTH), worker["id"], BOOTH)
    assert (there.status_code, there.json()["type"]) == (409, "urn:sangathan:problem:there-already")
    transfer = await asked(registry, worker["id"])
    await world.withdraw(registry, world.at(BOOTH), worker["id"])
    assert (await answer(registry, world.at(FAR_BOOTH), transfer)).status_code == 409
    assert (await ask(registry, world.at(BOOTH), worker["id"], FAR_BOOTH)).status_code == 409
    assert (await read(registry, world.at(FAR_BOOTH), transfer)).json()["name_en"] is None


async def test_a_bent_request_is_answered_with_its_places(registry: Harness) -> None:
    person = world.at(TWIN_BOOTH)
    for named in ({}, {"phone": PHONE, "membership_number": "1000000161"}, {"membership_number": "1234567891"}):
        sent = await request(registry, person, TWIN_BOOTH, **named)
        assert (sent.status_code, set(world.pointers(sent))) == (422, {"/membership_number"})


async def test_the_person_reads_their_transfers_in_the_access_file(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    await answer(registry, world.at(FAR_BOOTH), await asked(registry, worker["id"]))
    path = f"/v1/workers/{worker['id']}/access-file"
    file = (await registry.ask("GET", path, action="worker.access-file", person=world.at(FAR_BOOTH))).json()
    [one] = file["transfers"]
    assert (one["state"], one["cause"], one["asked_office"]) == ("agreed", "moved-home", "booth-president")
