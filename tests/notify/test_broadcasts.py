"""Everybody at a unit and below hears what is said to it; the numbers rise in the order of commits."""

import asyncio
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec
import pytest

from sangathan_chassis.scope import Scope
from sangathan_contracts.identity import UnitMoved, UnitState
from sangathan_contracts.notify import BroadcastSent
from sangathan_notify.api.broadcasts import BroadcastOut, SentOut
from sangathan_testkit.databases import rolled_back
from tests.notify.stage import PATHS, Stage, president, unit_id, words

HEARD = {
    "in.": list(PATHS),
    "in.mp.": ["in.", "in.mp.", "in.mp.d07.", "in.mp.d07.v1.", "in.mp.d070."],
    "in.mp.d07.": ["in.", "in.mp.", "in.mp.d07.", "in.mp.d07.v1."],
    "in.mp.d07.v1.": ["in.", "in.mp.", "in.mp.d07.", "in.mp.d07.v1."],
    "in.mp.d070.": ["in.", "in.mp.", "in.mp.d070."],
    "in.nx.": ["in.", "in.nx."],
}


@pytest.mark.parametrize("path", PATHS)
async def test_each_hears_what_was_said_above_here_and_below(stage: Stage, path: str) -> None:
    await stage.everywhere()
    assert await stage.hear(path) == HEARD[path]


@pytest.mark.parametrize("path", PATHS)
async def test_the_second_wall_alone_says_the_same(stage: Stage, path: str) -> None:
    await stage.everywhere()
    async with stage.service.database.read(Scope.subtree(path)) as connection:
        rows = await connection.fetch("SELECT path FROM broadcasts ORDER BY seq")
    assert [row["path"] for row in rows] == HEARD[path]


@pytest.mark.parametrize("scope", [Scope.nothing(), Scope.nothing(uuid4())])
async def test_the_second_wall_shows_nothing_without_a_unit(stage: Stage, scope: Scope) -> None:
    await stage.everywhere()
    async with stage.service.database.read(scope) as connection:
        assert await connection.fetchval("SELECT count(*) FROM broadcasts") == 0


async def test_an_unset_scope_shows_nothing(stage: Stage) -> None:
    await stage.everywhere()
    assert await stage.service.database.pool.fetchval("SELECT count(*) FROM broadcasts") == 0


async def test_a_broadcast_is_announced_at_its_unit_with_its_words(stage: Stage) -> None:
    answer = await stage.speak(president("in.mp."), words("in.mp.d07."))
    sent = SentOut.model_validate_json(answer.content)
    row = await stage.service.database.pool.fetchrow(
        "SELECT subject, body FROM outbox WHERE type = $1", BroadcastSent.type
    )
    assert row is not None
    event = msgspec.json.decode(row["body"], type=BroadcastSent)
    assert row["subject"] == f"ev.{BroadcastSent.type}.in.mp.d07"
    assert (event.seq, event.path, event.body_en) == (sent.seq, "in.mp.d07.", "for in.mp.d07.")


async def test_a_broadcast_reads_as_documented(stage: Stage) -> None:
    await stage.speak(president("in.mp."), words("in.mp.d07.", body_hi="पहली पंक्ति\nदूसरी पंक्ति"))
    (read,) = [BroadcastOut.model_validate(one) for one in (await stage.page("in.mp.")).json()["items"]]
    assert (read.unit_name_en, read.body_hi) == ("Unit in.mp.d07.", "पहली पंक्ति\nदूसरी पंक्ति")


@pytest.mark.parametrize("path", ["in.", "in.mp.", "in.mp.d070.", "in.nx.", "in.mp.d99."])
async def test_nobody_speaks_upwards_sideways_or_to_a_unit_that_is_not_there(stage: Stage, path: str) -> None:
    answer = await stage.speak(president("in.mp.d07."), words(path))
    assert answer.status_code == 404
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/unit_id"]
    assert await stage.hear("in.") == []


async def test_the_second_wall_alone_keeps_anybody_from_speaking_upwards(stage: Stage) -> None:
    statement = (
        "INSERT INTO broadcasts (id, seq, unit_id, path, title_hi, title_en, body_hi, body_en, sent_by, sent_at)"
        " VALUES ($1, 1, $1, 'in.mp.', 'अ', 'a', 'अ', 'a', $1, now())"
    )
    async with rolled_back(stage.service.database, Scope.subtree("in.mp.d07.")) as work:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await work.raw.execute(statement, uuid4())


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"title_hi": " "}, "/title_hi"),
        ({"title_en": "a\nb"}, "/title_en"),
        ({"title_en": "x" * 121}, "/title_en"),
        ({"body_en": "a\u0000b"}, "/body_en"),
        ({"body_hi": "\udc00"}, "/body_hi"),
        ({"body_en": "x" * 4001}, "/body_en"),
        ({"body_hi": None}, "/body_hi"),
        ({"unit_id": "d07"}, "/unit_id"),
        ({"urgent": True}, "/urgent"),
    ],
)
async def test_a_faulty_field_is_pointed_at_and_nothing_is_said(
    stage: Stage, change: dict[str, Any], pointer: str
) -> None:
    answer = await stage.speak(president("in.mp."), words("in.mp.", **change))
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert await stage.hear("in.mp.") == []


async def test_more_than_eight_kilobytes_is_too_long(stage: Stage) -> None:
    answer = await stage.speak(president("in.mp."), words("in.mp.", body_hi="क" * 2800))
    assert answer.status_code == 422
    assert answer.json()["type"].endswith(":broadcast-too-long")


async def test_many_speaking_at_once_get_numbers_without_gap_in_the_order_of_their_events(stage: Stage) -> None:
    answers = await asyncio.gather(*(stage.speak(president("in."), words(path)) for path in PATHS * 3))
    assert sorted(answer.json()["seq"] for answer in answers) == list(range(1, 19))
    rows = await stage.service.database.pool.fetch(
        "SELECT body FROM outbox WHERE type = $1 ORDER BY seq", BroadcastSent.type
    )
    assert [msgspec.json.decode(row["body"], type=BroadcastSent).seq for row in rows] == list(range(1, 19))


async def test_a_refused_broadcast_uses_up_no_number(stage: Stage) -> None:
    await stage.speak(president("in.mp.d07."), words("in.mp."))
    answer = await stage.speak(president("in.mp."), words("in.mp."))
    assert answer.json()["seq"] == 1


async def test_a_client_resumes_after_its_last_number(stage: Stage) -> None:
    await stage.everywhere()
    assert await stage.hear("in.mp.d07.", after=2) == ["in.mp.d07.", "in.mp.d07.v1."]


@pytest.mark.parametrize(("order", "expected"), [("oldest", HEARD["in.mp."]), ("newest", HEARD["in.mp."][::-1])])
async def test_pages_join_in_either_order(stage: Stage, order: str, expected: list[str]) -> None:
    await stage.everywhere()
    seen: list[str] = []
    cursor: dict[str, str] = {}
    for _ in range(3):
        page = (await stage.page("in.mp.", order=order, limit=2, **cursor)).json()
        seen += [one["body_en"].removeprefix("for ") for one in page["items"]]
        cursor = {"cursor": page["next"]}
    assert page["next"] is None
    assert seen == expected


@pytest.mark.parametrize(
    "params", [{"after": -1}, {"after": "x"}, {"order": "best"}, {"cursor": "bent"}, {"limit": 201}]
)
async def test_a_bent_query_is_refused(stage: Stage, params: dict[str, Any]) -> None:
    assert (await stage.page("in.mp.", **params)).status_code == 422


async def test_what_was_said_to_a_unit_moves_with_it(stage: Stage) -> None:
    await stage.everywhere()
    unit = UnitState(
        unit_id=unit_id("in.mp.d07."),
        parent_id=unit_id("in.nx."),
        level="level",
        code="d07",
        path="in.nx.d07.",
        name_hi="इकाई",
        name_en="Unit",
        version=2,
    )
    event = UnitMoved(unit=unit, old_path="in.mp.d07.", tree_version=2)
    await stage.tell(stage.service.app.state.parts.replica.on_unit_moved, event)
    for path, heard in (("in.nx.", ["in.", "in.nx.", "in.nx.d07.", "in.nx.d07.v1."]), ("in.mp.", HEARD["in.mp.d070."])):
        async with stage.service.database.read(Scope.subtree(path)) as connection:
            rows = await connection.fetch("SELECT path FROM broadcasts")
        assert sorted(row["path"] for row in rows) == heard
