"""Whoever signed in as a record that was merged reaches the one that was kept, exactly as long as the merge stands."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import Response

from sangathan_registry.commands.purge_erased import purge_some
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness, Person
from tests.registry import world
from tests.registry.test_duplicates import IN_ENGLISH, decide, pairs, undo
from tests.registry.world import BOOTH

MONTH = timedelta(days=31)


@dataclass
class Merged:
    """Two sign-ins of one person, whose records have been merged."""

    registry: Harness
    kept: str
    other: str
    pair: str
    first: Person
    second: Person

    async def ask(self, who: Person, path: str, action: str, body: Any = None) -> Response:
        method = "GET" if body is None else "POST"
        return await self.registry.ask(method, f"/v1/my-{path}", action=action, person=who, json=body)

    async def records(self, who: Person) -> list[str]:
        answer = await self.ask(who, "record", "record.own")
        return [item["record"]["id"] for item in answer.json()["items"]] if answer.is_success else []

    async def erasures(self, who: Person, path: str = "", body: Any = None) -> list[str]:
        answer = await self.ask(who, f"erasures{path}", "erasure.ask-own", body)
        return [one["status"] for one in answer.json()["items"]] if answer.is_success else []

    async def grievances(self, who: Person) -> list[str]:
        answer = await self.ask(who, "grievances", "grievance.own")
        return [one["kind"] for one in answer.json()["items"]]

    async def part(self) -> None:
        answer = await undo(self.registry, world.at(BOOTH), self.pair)
        assert answer.status_code == 200, answer.text


async def signs_in_as(registry: Harness, worker_id: str) -> Person:
    person = Person(person_id=uuid4())
    await world.rows(registry, "UPDATE workers SET person_id = $1 WHERE id = $2", person.person_id, UUID(worker_id))
    return person


@pytest.fixture
async def merged(registry: Harness) -> Merged:
    kept = (await world.enrolled(registry))["id"]
    other = (await world.enrolled(registry, **IN_ENGLISH))["id"]
    first, second = await signs_in_as(registry, kept), await signs_in_as(registry, other)
    await world.matched(registry)
    [pair] = await pairs(registry, world.at(BOOTH))
    assert (await decide(registry, world.at(BOOTH), pair["id"], kept)).is_success
    return Merged(registry, kept, other, pair["id"], first, second)


async def test_both_sign_ins_read_the_kept_record_until_the_merge_is_undone(merged: Merged) -> None:
    for who in (merged.first, merged.second):
        assert await merged.records(who) == [merged.kept]
    assert await merged.records(Person(person_id=uuid4())) == []
    await merged.part()
    assert await merged.records(merged.first) == [merged.kept]
    assert await merged.records(merged.second) == [merged.other]


async def test_a_record_merged_further_is_followed_to_the_end(merged: Merged) -> None:
    last = (await world.enrolled(merged.registry, phone="+916000000044", birth_year=1950))["id"]
    await world.rows(
        merged.registry,
        "UPDATE workers SET status = 'merged', merged_into = $1 WHERE id = $2",
        UUID(last),
        UUID(merged.kept),
    )
    for who in (merged.first, merged.second):
        assert await merged.records(who) == [last]


async def test_the_second_sign_in_has_the_record_erased_and_either_takes_it_back(merged: Merged) -> None:
    assert await merged.erasures(merged.second, body={}) == ["waiting"]
    assert await merged.records(merged.first) == []
    assert await merged.erasures(merged.first) == await merged.erasures(merged.second) == ["waiting"]
    assert await merged.erasures(Person(person_id=uuid4())) == []
    assert await merged.erasures(merged.second, "/undoings", {}) == ["undone"]
    assert await merged.records(merged.second) == [merged.kept]
    await merged.part()
    assert await merged.records(merged.second) == [merged.other]


async def test_after_the_purge_neither_has_anything_left_to_see(merged: Merged, clock: FixedClock) -> None:
    await merged.erasures(merged.second, body={})
    clock.pass_time(MONTH)
    assert await purge_some(merged.registry.database) == 1
    assert await merged.erasures(merged.first) == await merged.erasures(merged.second) == []


async def test_a_held_record_is_not_erased_by_way_of_what_was_merged_into_it(merged: Merged) -> None:
    emptied = (
        "UPDATE workers SET person_id = NULL, name_hi = NULL, name_en = NULL, sealed = NULL, relation_type = NULL,"
        " gender = NULL, birth_year = NULL, phone_index = NULL, name_key = '', name_key_en = '', status = 'held'"
        " WHERE id = $1"
    )
    await world.rows(merged.registry, emptied, UUID(merged.kept))
    answer = await merged.ask(merged.second, "erasures", "erasure.ask-own", {})
    assert answer.status_code == 404


async def test_what_either_has_asked_is_seen_by_both_and_afterwards_by_who_asked(
    merged: Merged, clock: FixedClock
) -> None:
    told = {"kind": "access", "told": "What do you keep of me?"}
    for who, kind in ((merged.first, "correction"), (merged.second, "access")):
        answer = await merged.ask(who, "grievances", "grievance.own", told | {"kind": kind})
        assert answer.status_code == 201, answer.text
    for who in (merged.first, merged.second):
        assert await merged.grievances(who) == ["access", "correction"]
    await merged.part()
    assert await merged.grievances(merged.first) == ["correction"]
    assert await merged.grievances(merged.second) == ["access"]
    await merged.erasures(merged.second, body={})
    clock.pass_time(MONTH)
    await purge_some(merged.registry.database)
    left = await world.rows(merged.registry, "SELECT person_id, told FROM grievances ORDER BY id")
    assert [(row["person_id"], row["told"] is None) for row in left] == [
        (merged.first.person_id, False),
        (None, True),
    ]


async def test_who_looked_at_the_kept_record_is_told_to_both_until_the_merge_is_undone(merged: Merged) -> None:
    async def looked(who: Person) -> set[str | None]:
        entries = (await merged.ask(who, "registry-audit-entries", "audit.read-own")).json()["items"]
        return {one["worker_id"] for one in entries if one["action"] == "worker.read"}

    assert (await world.read(merged.registry, world.at(BOOTH), merged.kept)).status_code == 200
    for who in (merged.first, merged.second):
        assert await looked(who) == {merged.kept}
    assert await looked(Person(person_id=uuid4())) == set()
    await merged.part()
    assert (await looked(merged.first), await looked(merged.second)) == ({merged.kept}, set())


async def test_the_access_file_holds_what_is_kept_under_either_sign_in(merged: Merged) -> None:
    for who, office in ((merged.first, "booth-president"), (merged.second, "mandal-president")):
        await world.rows(
            merged.registry,
            "INSERT INTO appointment_replica (appointment_id, person_id, office, unit_id, valid_from, version)"
            " VALUES ($1, $2, $3, $4, $5, 1)",
            uuid4(),
            who.person_id,
            office,
            world.unit_id(BOOTH),
            world.NOW,
        )
    for who in (merged.first, merged.second):
        answer = await merged.ask(who, "access-file", "access-file.own")
        assert answer.status_code == 200, answer.text
        assert {one["office"] for one in answer.json()["offices"]} == {"booth-president", "mandal-president"}
    await merged.part()
    answer = await merged.ask(merged.second, "access-file", "access-file.own")
    assert [one["office"] for one in answer.json()["offices"]] == ["mandal-president"]


@pytest.mark.parametrize("by", ["first", "second", "nobody"])
async def test_what_was_confirmed_signed_in_meanwhile_is_asked_again_when_the_merge_is_undone(
    merged: Merged, by: str
) -> None:
    if by != "nobody":
        who = merged.first if by == "first" else merged.second
        answer = await merged.ask(who, "consents/confirmations", "consent.own", {})
        assert answer.status_code == 200, answer.text
        [entry] = await world.rows(
            merged.registry, "SELECT person_id FROM audit_entries WHERE action = 'consent.confirm'"
        )
        assert entry["person_id"] == who.person_id
    before = await world.rows(merged.registry, "SELECT worker_id, confirmed_at IS NOT NULL AS said FROM consents")
    assert any(row["said"] for row in before) == (by != "nobody")
    await merged.part()
    assert await world.value(merged.registry, "SELECT count(*) FROM consents WHERE confirmed_at IS NOT NULL") == 0


async def test_a_confirmation_from_before_the_merge_stands(registry: Harness) -> None:
    kept = (await world.enrolled(registry))["id"]
    other = (await world.enrolled(registry, **IN_ENGLISH))["id"]
    first = await signs_in_as(registry, kept)
    await signs_in_as(registry, other)
    merged = Merged(registry, kept, other, "", first, first)
    await merged.ask(first, "consents/confirmations", "consent.own", {})
    await world.rows(registry, "UPDATE consents SET confirmed_at = confirmed_at - interval '1 day'")
    await world.matched(registry)
    [pair] = await pairs(registry, world.at(BOOTH))
    assert (await decide(registry, world.at(BOOTH), pair["id"], kept)).is_success
    assert (await undo(registry, world.at(BOOTH), pair["id"])).is_success
    assert await world.value(registry, "SELECT count(*) FROM consents WHERE confirmed_at IS NOT NULL") == 1
