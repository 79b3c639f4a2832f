"""Which records are compared at all: a name that everybody bears is followed only where there is nothing better."""

from itertools import islice, product
from uuid import UUID

from sangathan_chassis.scope import Scope
from sangathan_registry.store import keys
from sangathan_testkit.harness import Harness
from tests.registry import world
from tests.registry.world import BOOTH, FAR_BOOTH, STATE, TWIN_BOOTH, a_record

BORN = 1980
MORE_THAN_ANYBODY_REVIEWS = 102


async def near(service: Harness, worker_id: str) -> set[UUID]:
    """With whom the record is compared."""
    await world.matched(service)
    me = UUID(worker_id)
    async with service.database.work(Scope.everything()) as work:
        return {one for pair in await keys.near(work.raw, [me]) for one in pair} - {me}


async def crowd(service: Harness) -> None:
    """Many born in one year with one surname, all by other names and phones, in a booth of their own."""
    given = islice(product("bdgjklmnprst", repeat=2), MORE_THAN_ANYBODY_REVIEWS)
    names = [f"{a}a{b}a Namuna".capitalize() for a, b in given]
    records = [
        a_record(TWIN_BOOTH, name_hi=None, name_en=name, birth_year=BORN, phone=f"+91{6_100_000_000 + number}")
        for number, name in enumerate(names)
    ]
    answer = await world.synced(service, world.at(STATE), records)
    assert {one["outcome"] for one in answer.json()["results"]} == {"accepted"}


async def enrolled(service: Harness, booth: str, name: str) -> str:
    worker = await world.enrolled(service, booth=booth, name_hi=None, name_en=name, birth_year=BORN, phone=None)
    return str(worker["id"])


async def test_whoever_has_a_rarer_name_is_not_compared_with_everybody_of_the_surname(registry: Harness) -> None:
    await crowd(registry)
    one, same = [await enrolled(registry, booth, "Chhagan Namuna") for booth in (BOOTH, FAR_BOOTH)]
    assert await near(registry, one) == {UUID(same)}


async def test_whoever_has_only_the_surname_is_compared_with_some_who_bear_it(registry: Harness) -> None:
    await crowd(registry)
    one = await enrolled(registry, BOOTH, "Namuna")
    assert len(await near(registry, one)) > 1
