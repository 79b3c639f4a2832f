"""A request through another's eyes: the answer is theirs, the trail is the looker's, and nothing is changed."""

from dataclasses import replace

from sangathan_testkit.harness import Harness
from tests.registry import world
from tests.registry.world import BOOTH, MANDAL, NEXT_BOOTH, STATE

LOOKER = world.at(STATE)


async def test_the_answer_is_what_the_other_would_see(registry: Harness) -> None:
    await world.enrolled(registry, BOOTH)
    await world.enrolled(registry, NEXT_BOOTH)
    answer = await world.listed(registry, replace(LOOKER, looks_through=world.at(BOOTH)))
    assert [one["unit_id"] for one in answer.json()["items"]] == [str(world.unit_id(BOOTH))]


async def test_a_vistarak_is_looked_through_down_to_their_own_captures(registry: Harness) -> None:
    await world.enrolled(registry, BOOTH)
    vistarak = world.at(MANDAL, "vistarak")
    answer = await world.listed(registry, replace(LOOKER, looks_through=vistarak))
    assert answer.json()["items"] == []


async def test_who_looked_through_whose_eyes_is_on_the_trail(registry: Harness) -> None:
    other = world.at(BOOTH)
    await world.listed(registry, replace(LOOKER, looks_through=other))
    [row] = await world.rows(
        registry,
        "SELECT person_id, appointment_id, office, subject_id, path, detail->>'action' AS did FROM audit_entries"
        " WHERE action = 'appointment.view-as'",
    )
    assert tuple(row.values()) == (
        LOOKER.person_id,
        LOOKER.appointment_id,
        "state-president",
        other.person_id,
        BOOTH,
        "worker.list",
    )


async def test_every_look_is_on_the_trail(registry: Harness) -> None:
    looking = replace(LOOKER, looks_through=world.at(BOOTH))
    for _turn in range(2):
        await world.listed(registry, looking)
        await world.searched(registry, looking, name="नमूना")
    count = await world.value(registry, "SELECT count(*) FROM audit_entries WHERE action = 'appointment.view-as'")
    assert count == 4


async def test_nothing_is_changed_through_other_eyes(registry: Harness) -> None:
    answer = await world.enrol(registry, replace(LOOKER, looks_through=world.at(BOOTH)))
    assert (answer.status_code, await world.size(registry, "workers")) == (403, 0)
