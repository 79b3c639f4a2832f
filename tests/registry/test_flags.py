"""What looks odd in a drive: flagged and never blocked, decided by people, and counted as it comes."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sangathan_chassis.ids import uuid7
from sangathan_registry.commands.flag_drives import flag_some, flag_unconfirmed
from sangathan_registry.commands.purge_erased import purge_some
from sangathan_registry.domain.flags import Limits
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness, Person
from tests.registry import world
from tests.registry.test_drives import begun, ends, post
from tests.registry.test_erasures import erase
from tests.registry.test_fences import HEADER, brought_in
from tests.registry.world import BOOTH, DISTRICT, MANDAL, NEXT_BOOTH, NEXT_MANDAL, STATE, TWIN_BOOTH, a_record

HERE = {"latitude": 23.0, "longitude": 79.0, "accuracy_m": 20}
ELSEWHERE = {"latitude": 23.2, "longitude": 79.0, "accuracy_m": 20}
ROUGH = {"latitude": 23.0, "longitude": 79.0, "accuracy_m": 50_000}


def another(booth: str = BOOTH, **changes: Any) -> dict[str, Any]:
    """A record by which nothing but what is said stands out."""
    name = f"Namuna {uuid4().hex.translate(LETTERS)}"
    return a_record(booth, **{"name_hi": None, "name_en": name, "phone": None, **changes})


LETTERS = str.maketrans("0123456789", "ghijklmnop")


async def looked_at(service: Harness) -> None:
    while await world.size(service, "drive_flag_queue"):
        await flag_some(service.database)


async def flags(service: Harness, drive_id: str, person: Person, **params: Any) -> list[dict[str, Any]]:
    url = f"/v1/drives/{drive_id}/flags"
    answer = await service.ask("GET", url, action="flag.review", person=person, params=params)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def numbers(service: Harness, drive_id: str, path: str) -> tuple[int, int, int]:
    url = f"/v1/drives/{drive_id}/flag-counts"
    params: dict[str, str | int] = {"unit_id": str(world.unit_id(path))}
    answer = await service.ask("GET", url, action="flag.review", person=world.at(STATE), params=params)
    assert answer.status_code == 200, answer.text
    unit, children = answer.json()["unit"], answer.json()["children"]
    if path != BOOTH:
        assert unit["flagged"] == sum(one["flagged"] for one in children), "what lies below adds up"
    return unit["flagged"], unit["settled"], unit["open"]


async def test_outside_the_fence_or_without_a_place_is_flagged_and_never_blocked(registry: Harness) -> None:
    drive_id = await begun(registry)
    await brought_in(registry, world.at(DISTRICT), f"{HEADER}{BOOTH},23.0,79.0,400,\n")
    places = [HERE, ELSEWHERE, ROUGH, None]
    records = [another(evidence=place) for place in places] + [another(NEXT_BOOTH, evidence=ELSEWHERE)]
    answer = await world.synced(registry, world.at(MANDAL), records, drive_id=drive_id)
    assert [one[0] for one in ends(answer)] == ["accepted"] * 5
    found = {one["record_id"]: one["rule"] for one in await flags(registry, drive_id, world.at(MANDAL))}
    assert found == {records[1]["id"]: "outside-fence", records[2]["id"]: "no-place", records[3]["id"]: "no-place"}
    again = await world.synced(registry, world.at(MANDAL), records, drive_id=drive_id)
    assert {one[0] for one in ends(again)} == {"already-there"}
    assert await numbers(registry, drive_id, MANDAL) == (3, 0, 3)


async def test_the_place_is_sealed_and_only_the_flag_is_in_the_clear(registry: Harness) -> None:
    drive_id = await begun(registry)
    await brought_in(registry, world.at(DISTRICT), f"{HEADER}{BOOTH},23.0,79.0,400,\n")
    at = {"latitude": 23.18765, "longitude": 79.98765, "accuracy_m": 20}
    await world.synced(registry, world.at(BOOTH), [another(evidence=at)], drive_id=drive_id)
    kept = "SELECT c::text || f::text || q::text FROM captures c, drive_flags f, drive_flag_queue q"
    text = await world.value(registry, kept)
    for place in ("23.18765", "79.98765", b"23.18765".hex(), b"79.98765".hex()):
        assert place not in text


async def test_paper_is_keyed_where_an_office_is_and_not_held_against_the_fence(registry: Harness) -> None:
    drive_id, vistarak = await begun(registry), uuid4()
    await brought_in(registry, world.at(DISTRICT), f"{HEADER}{BOOTH},23.0,79.0,400,\n")
    assigned = "INSERT INTO assignments VALUES ($1, $1, $2, $3, $4, '2022-01-15', NULL, NULL, now())"
    await world.rows(registry, assigned, uuid7(), vistarak, world.unit_id(BOOTH), BOOTH)
    body = {"drive_id": drive_id, "vistarak_id": str(vistarak), "records": [another(serial="A-1")]}
    assert ends(await post(registry, "/v1/paper-entries", "paper.enter", world.at(MANDAL), body))[0][0] == "accepted"
    assert await flags(registry, drive_id, world.at(MANDAL)) == []


async def test_a_device_whose_clock_is_far_off_is_flagged_once_a_day(registry: Harness) -> None:
    drive_id, device = await begun(registry), str(uuid7())
    ahead = {**world.CONSENT, "given_at": "2031-01-20T09:00:00Z"}
    for _ in range(2):
        record = another(captured_at="2031-01-20T09:00:00Z", consent=ahead)
        sent = {"drive_id": drive_id, "device_id": device, "sent_at": "2031-01-20T09:30:00Z"}
        await world.synced(registry, world.at(BOOTH), [record], **sent)
    [flag] = await flags(registry, drive_id, world.at(BOOTH))
    assert (flag["rule"], flag["about"], flag["subject_id"], flag["record_id"]) == (
        "clock-skew",
        "device",
        device,
        None,
    )
    assert flag["seen"] > flag["allowed"] == Limits().clock_skew_minutes


async def test_too_many_in_an_hour_by_one_person_or_device_are_one_flag_that_grows(registry: Harness) -> None:
    drive_id = await begun(registry, limits={"per_vistarak_hour": 3, "per_device_hour": 5})
    sender, device = world.at(MANDAL), str(uuid7())
    for many in (3, 2, 4):
        records = [another() for _ in range(many)]
        await world.synced(registry, sender, records, drive_id=drive_id, device_id=device)
        await looked_at(registry)
    await world.synced(registry, world.at(MANDAL), [another()], drive_id=drive_id, device_id=str(uuid7()))
    await looked_at(registry)
    found = {
        one["rule"]: (one["subject_id"], one["seen"], one["allowed"])
        for one in await flags(registry, drive_id, world.at(MANDAL))
    }
    assert found == {"vistarak-pace": (str(sender.person_id), 9, 3), "device-pace": (device, 9, 5)}
    assert await numbers(registry, drive_id, DISTRICT) == (2, 0, 2)


async def test_too_many_at_one_place_are_named_once(registry: Harness) -> None:
    drive_id = await begun(registry, limits={"per_place_day": 3})
    for _ in range(6):
        near = {**HERE, "latitude": 23.0 + 0.0001}
        await world.synced(registry, world.at(BOOTH), [another(evidence=near)], drive_id=drive_id)
        await looked_at(registry)
    [flag] = await flags(registry, drive_id, world.at(BOOTH))
    assert (flag["rule"], flag["seen"], flag["allowed"]) == ("place-crowded", 4, 3)


async def test_a_phone_that_too_many_share_flags_each_of_them_at_its_own_unit(registry: Harness) -> None:
    drive_id = await begun(registry, limits={"per_phone": 2})
    records = [another(path, phone="+916000000555") for path in (BOOTH, NEXT_BOOTH, BOOTH)]
    for record in records:
        await world.synced(registry, world.at(MANDAL), [record], drive_id=drive_id)
        await looked_at(registry)
    found = await flags(registry, drive_id, world.at(MANDAL), rule="phone-shared")
    assert {one["record_id"] for one in found} == {one["id"] for one in records}
    assert len(await flags(registry, drive_id, world.at(NEXT_BOOTH))) == 1


async def test_records_that_are_the_same_but_for_their_id_are_flagged(registry: Harness) -> None:
    drive_id = await begun(registry)
    one = another(phone="+916000000777")
    same = {**one, "id": str(uuid7())}
    bare = another()
    twin = {**bare, "id": str(uuid7())}
    other = {**bare, "id": str(uuid7()), "captured_at": "2022-01-20T12:31:00+05:30"}
    await world.synced(registry, world.at(BOOTH), [one, same, bare, other], drive_id=drive_id)
    await looked_at(registry)
    await world.synced(registry, world.at(BOOTH), [twin], drive_id=drive_id)
    await looked_at(registry)
    found = await flags(registry, drive_id, world.at(BOOTH), rule="identical")
    assert {flag["record_id"] for flag in found} == {one["id"], same["id"], bare["id"], twin["id"]}


async def test_who_has_not_confirmed_after_the_days_of_the_drive_is_flagged(
    registry: Harness, clock: FixedClock
) -> None:
    drive_id = await begun(registry, limits={"unconfirmed_days": 3})
    records = [another() for _ in range(3)]
    await world.synced(registry, world.at(BOOTH), records, drive_id=drive_id)
    confirmed = "UPDATE consents SET confirmed_at = now() WHERE worker_id = $1"
    await world.rows(registry, confirmed, UUID(records[0]["id"]))
    await world.withdraw(registry, world.at(BOOTH), records[1]["id"])
    for days, found in ((2, []), (2, [records[2]["id"]]), (2, [records[2]["id"]])):
        clock.pass_time(timedelta(days=days))
        after: UUID | None = UUID(int=0)
        while after is not None:
            after = await flag_unconfirmed(registry.database, after)
        late = await flags(registry, drive_id, world.at(MANDAL), rule="unconfirmed")
        assert [one["record_id"] for one in late] == found
    assert (late[0]["seen"], late[0]["allowed"]) == (6, 3)


async def flagged(service: Harness) -> tuple[str, dict[str, Any]]:
    drive_id = await begun(service)
    await brought_in(service, world.at(DISTRICT), f"{HEADER}{BOOTH},23.0,79.0,400,\n")
    await world.synced(service, world.at(BOOTH), [another()], drive_id=drive_id)
    [flag] = await flags(service, drive_id, world.at(MANDAL))
    return drive_id, flag


async def decided(service: Harness, person: Person, flag: dict[str, Any], finding: str) -> Any:
    body = {"finding": finding, "why": "A camp at the school"}
    return await post(service, f"/v1/drive-flags/{flag['id']}/findings", "flag.review", person, body)


async def test_people_decide_with_a_reason_on_the_trail_and_the_record_stays(registry: Harness) -> None:
    drive_id, flag = await flagged(registry)
    assert (await decided(registry, world.at(TWIN_BOOTH), flag, "fine")).status_code == 404
    assert (await decided(registry, world.at(MANDAL), flag, "look-into-it")).json()["finding"] == "look-into-it"
    assert await numbers(registry, drive_id, MANDAL) == (1, 0, 1)
    for _ in range(2):
        assert (await decided(registry, world.at(MANDAL), flag, "withdrawn")).status_code == 200
    assert (await decided(registry, world.at(MANDAL), flag, "fine")).status_code == 409
    assert await numbers(registry, drive_id, STATE) == (1, 1, 0)
    assert await flags(registry, drive_id, world.at(MANDAL)) == []
    assert len(await flags(registry, drive_id, world.at(MANDAL), settled=True)) == 1
    worker = await world.read(registry, world.at(BOOTH), flag["record_id"])
    assert (worker.json()["status"], worker.json()["version"]) == ("active", 1)
    noted = "SELECT worker_id, purpose FROM audit_entries WHERE action = 'flag.review' AND outcome = 'done' ORDER BY id"
    entries = [tuple(row) for row in await world.rows(registry, noted)]
    assert entries == [(UUID(flag["record_id"]), "A camp at the school")] * 2


async def test_nobody_decides_about_what_they_did_themselves(registry: Harness) -> None:
    drive_id = await begun(registry, limits={"per_vistarak_hour": 1})
    sender = world.at(BOOTH)
    await world.synced(registry, sender, [another(), another()], drive_id=drive_id)
    await looked_at(registry)
    [flag] = await flags(registry, drive_id, sender)
    assert (await decided(registry, sender, flag, "fine")).status_code == 403
    assert (await decided(registry, world.at(MANDAL), flag, "fine")).status_code == 200


async def test_pages_of_flags_hold_each_once(registry: Harness) -> None:
    drive_id = await begun(registry)
    text = f"{HEADER}{BOOTH},23.0,79.0,400,\n{NEXT_BOOTH},23.0,79.0,400,\n"
    await brought_in(registry, world.at(DISTRICT), text)
    records = [another(path) for path in (BOOTH, NEXT_BOOTH, BOOTH)]
    await world.synced(registry, world.at(MANDAL), records, drive_id=drive_id)
    url, seen, cursor = f"/v1/drives/{drive_id}/flags", [], None
    while True:
        params: dict[str, str | int] = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        page = await registry.ask("GET", url, action="flag.review", person=world.at(MANDAL), params=params)
        seen += [one["record_id"] for one in page.json()["items"]]
        if (cursor := page.json()["next"]) is None:
            break
    assert sorted(seen) == sorted(one["id"] for one in records)


async def test_flags_and_their_numbers_follow_a_unit_that_moves_and_say_no_name(registry: Harness) -> None:
    drive_id, flag = await flagged(registry)
    assert set(flag) >= {"record_id", "unit_id"}
    assert not {name for name in flag if "name" in name or "phone" in name}
    await world.move(registry, MANDAL, NEXT_MANDAL + "m1.")
    person = Person(path=STATE, unit_id=world.unit_id(STATE), tree_version=2)
    url = f"/v1/drives/{drive_id}/flag-counts"
    params: dict[str, str | int] = {"unit_id": str(world.unit_id(NEXT_MANDAL))}
    answer = await registry.ask("GET", url, action="flag.review", person=person, params=params)
    assert answer.json()["unit"]["open"] == 1


async def test_what_was_written_about_an_erased_person_is_gone_and_the_numbers_stay(
    registry: Harness, clock: FixedClock
) -> None:
    drive_id, flag = await flagged(registry)
    await decided(registry, world.at(MANDAL), flag, "fine")
    await erase(registry, world.at(BOOTH), flag["record_id"])
    clock.pass_time(timedelta(days=31))
    assert await purge_some(registry.database) == 1
    assert await world.value(registry, "SELECT reason FROM drive_flags") is None
    assert await numbers(registry, drive_id, MANDAL) == (1, 1, 0)


async def test_the_person_reads_in_their_access_file_what_looked_odd(registry: Harness) -> None:
    _, flag = await flagged(registry)
    path = f"/v1/workers/{flag['record_id']}/access-file"
    answer = await registry.ask("GET", path, action="worker.access-file", person=world.at(BOOTH))
    assert [one["rule"] for one in answer.json()["flags"]] == ["no-place"]


async def limited(service: Harness, drive_id: str, person: Person, **limits: Any) -> Any:
    path, body = f"/v1/drives/{drive_id}/limit-changes", {"limits": limits, "why": "Camps at schools"}
    return await post(service, path, "drive.make", person, body)


async def test_limits_change_while_a_drive_runs_and_stay_on_record_with_who_when_and_why(registry: Harness) -> None:
    drive_id, state = await begun(registry, limits={"per_vistarak_hour": 1}), world.at(STATE)
    await world.synced(registry, world.at(MANDAL), [another(), another()], drive_id=drive_id)
    await looked_at(registry)
    assert len(await flags(registry, drive_id, world.at(MANDAL))) == 1
    changed = await limited(registry, drive_id, state, per_vistarak_hour=3)
    assert changed.status_code == 201, changed.text
    await world.synced(registry, world.at(NEXT_MANDAL), [another("in.mp.d07.v1.m2.b3.")] * 1, drive_id=drive_id)
    await world.synced(
        registry,
        world.at(NEXT_MANDAL),
        [another("in.mp.d07.v1.m2.b3."), another("in.mp.d07.v1.m2.b3.")],
        drive_id=drive_id,
    )
    await looked_at(registry)
    assert await flags(registry, drive_id, world.at(NEXT_MANDAL)) == [], "what comes now is held against the new limit"
    assert len(await flags(registry, drive_id, world.at(MANDAL))) == 1, "what was flagged stays"
    again = await limited(registry, drive_id, state, per_vistarak_hour=3)
    below = await registry.ask(
        "GET", f"/v1/drives/{drive_id}/limit-changes", action="flag.review", person=world.at(MANDAL)
    )
    assert below.json() == again.json(), "the same again is no change, and whoever is below reads it"
    [one] = below.json()["items"]
    assert (one["person_id"], one["office"], one["why"]) == (str(state.person_id), state.office, "Camps at schools")
    assert (one["before"]["per_vistarak_hour"], one["after"]["per_vistarak_hour"]) == (1, 3)
    assert below.json()["limits"]["per_phone"] == Limits().per_phone


async def test_limits_are_changed_only_where_the_drive_was_set_up_and_while_it_takes_records(
    registry: Harness, clock: FixedClock
) -> None:
    drive_id = await begun(registry)
    assert (await limited(registry, drive_id, world.at(MANDAL), per_phone=9)).status_code == 404
    assert (await limited(registry, drive_id, world.at("in.nx."), per_phone=9)).status_code == 404
    assert (await limited(registry, drive_id, world.at(STATE), per_phone=0)).status_code == 422
    assert (await limited(registry, drive_id, world.at(STATE), per_nothing=1)).status_code == 422
    clock.pass_time(timedelta(days=60))
    over = await limited(registry, drive_id, world.at(STATE), per_phone=9)
    assert (over.status_code, over.json()["type"].rpartition(":")[2]) == (409, "drive-over")
