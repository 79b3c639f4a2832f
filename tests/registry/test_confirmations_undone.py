"""What was confirmed by a number that a merge had lent is confirmed no more when the merge is undone."""

from typing import Any
from uuid import UUID

import pytest

from sangathan_testkit.harness import Harness
from tests.registry import asking, world
from tests.registry.asking import Phones
from tests.registry.test_duplicates import IN_ENGLISH, decide, pairs, undo
from tests.registry.world import BOOTH


async def confirmed(service: Harness) -> dict[str, bool]:
    found = await world.rows(service, "SELECT worker_id, confirmed_at IS NOT NULL AS said FROM consents")
    return {str(row["worker_id"]): row["said"] for row in found}


@pytest.mark.parametrize("own", [None, "+916000000077"])
async def test_a_confirmation_by_the_number_of_the_other_record_goes_with_the_merge(
    registry: Harness, own: str | None
) -> None:
    one = await world.enrolled(registry)
    other = await world.enrolled(registry, **IN_ENGLISH | {"phone": own})
    await world.matched(registry)
    before = await asking.counted(registry, BOOTH)
    [pair] = await pairs(registry, world.at(BOOTH))
    await decide(registry, world.at(BOOTH), pair["id"], other["id"])
    phones = Phones()
    await asking.write_to_new(registry, phones)
    answer = await asking.confirm(registry, phone=own or asking.PHONE, code=phones.code, confirmed=True)
    assert answer.status_code == 200, answer.text
    assert await confirmed(registry) == {one["id"]: False, other["id"]: True}
    assert (await undo(registry, world.at(BOOTH), pair["id"])).status_code == 200
    assert await confirmed(registry) == {one["id"]: False, other["id"]: own is not None}
    after: dict[str, Any] = await asking.counted(registry, BOOTH)
    assert after == (before if own is None else {"waiting": 1, "confirmed": 1})
    states = await world.rows(registry, "SELECT state FROM confirmations WHERE worker_id = $1", UUID(other["id"]))
    assert [row["state"] for row in states] == ["unreached" if own is None else "confirmed"]
