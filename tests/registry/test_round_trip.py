"""What was taken out as a file is brought in again as it stood, and makes no second record of anybody."""

from datetime import timedelta

from sangathan_chassis.sealing import Sealer
from sangathan_registry.commands.purge_erased import purge_some
from sangathan_testkit.clock import FixedClock
from sangathan_testkit.harness import Harness
from tests.registry import lists, world
from tests.registry.test_erasures import erase
from tests.registry.test_exports import fetch, made
from tests.registry.world import BOOTH, MANDAL, NEXT_BOOTH

BACK = {"unit_id": str(world.unit_id(MANDAL)), "person": world.at(MANDAL)}
SHOWN = ("name_hi", "name_en", "phone", "relation_type", "relation_name", "gender", "birth_year", "unit_id", "outcome")


async def test_an_exported_file_comes_back_as_the_records_stood(
    registry: Harness, sealer: Sealer, clock: FixedClock
) -> None:
    kept = await world.enrolled(registry, booth=BOOTH, name_en="Kamala Namuna", phone="+916000000001")
    lost = await world.enrolled(registry, booth=NEXT_BOOTH, name_en="Ramesh Namuna", phone="+916000000002")
    file = (await fetch(registry, await made(registry, sealer))).content
    assert b"'+916000000001" in file
    trial = await lists.tried(registry, file, **BACK)
    assert [{name: one[name] for name in SHOWN} for one in trial["sample"]] == [
        {name: one[name] for name in SHOWN[:-1]} | {"outcome": "already-there"} for one in (kept, lost)
    ]
    # Elsewhere nobody knows these ids, and everybody is new.
    await world.rows(registry, "UPDATE workers SET id = gen_random_uuid() WHERE id = $1", kept["id"])
    await erase(registry, world.at(MANDAL), lost["id"])
    clock.pass_time(timedelta(days=60))
    await purge_some(registry.database)
    again = await lists.tried(registry, file, **BACK)
    assert [one["outcome"] for one in again["sample"]] == ["accepted", "rejected"]
    assert again["sample"][1]["faults"][0]["reason"] == "erased"
