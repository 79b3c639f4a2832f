"""Whatever happens to units and offices outside a scope changes no byte of what is answered inside it."""

import itertools
from collections.abc import Sequence
from typing import Any, Final

from httpx import Response
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sangathan_testkit.harness import Harness, Person
from tests.identity import world

NATION: Final = world.holder(world.NATION)
MINE: Final = tuple(world.holder(path) for path in (world.DISTRICT, world.TWIN, "in.mp.d07.v1.", world.STATE))
# Beside d07 and d070 there are to be units whose codes begin with theirs, and theirs with others'.
CODES: Final = ("d0", "d07", "d0700", "d071", "v1", "v10", "m1", "b1")
ACTS: Final = ("create", "rename", "move", "close", "appoint", "end", "suspend")
_numbers = itertools.count(1)

Acts = Sequence[tuple[str, int, str]]


async def ask(identity: Harness, operation: str, person: Person, action: str, **more: Any) -> Response:
    method, path = operation.split()
    return await identity.ask(method, path, action=action, person=person, **more)


async def pages(identity: Harness, person: Person, path: str, action: str, **params: str | int) -> list[bytes]:
    """Every page of a list, whole."""
    found = []
    asked: dict[str, str | int] = {"limit": 2, **params}
    while True:
        reply = await ask(identity, f"GET {path}", person, action, params=asked)
        assert reply.status_code == 200, reply.text
        found.append(reply.content)
        if not reply.json()["next"]:
            return found
        asked["cursor"] = reply.json()["next"]


async def answers(identity: Harness, person: Person) -> list[bytes]:
    """All that this office-bearer may read of the tree, of who holds which office, and of the trail."""
    unit = f"/v1/units/{person.unit_id}"
    sheet = await ask(identity, "GET /v1/unit-exports", person, "unit.export")
    single = await ask(identity, f"GET {unit}", person, "unit.read")
    return [
        sheet.content,
        single.content,
        single.headers["etag"].encode(),
        *await pages(identity, person, "/v1/units", "unit.read"),
        *await pages(identity, person, "/v1/units", "unit.read", level="booth"),
        *await pages(identity, person, f"{unit}/history", "unit.read"),
        *await pages(identity, person, "/v1/appointments", "appointment.list"),
        *await pages(identity, person, "/v1/appointments", "appointment.list", standing="past"),
        *await pages(identity, person, "/v1/vacancies", "vacancy.list", office="booth-president"),
        *await pages(identity, person, "/v1/identity-audit-entries", "audit.read"),
    ]


async def outside(identity: Harness, mine: Person) -> list[dict[str, Any]]:
    """The open units that are neither the own one, nor beneath, nor above it."""
    found: list[dict[str, Any]] = []
    asked: dict[str, str | int] = {"limit": 200}
    reply = await ask(identity, "GET /v1/units", NATION, "unit.read", params=asked)
    found = [one for one in reply.json()["items"] if not one["closed_at"]]
    return [one for one in found if not one["path"].startswith(mine.path) and not mine.path.startswith(one["path"])]


async def create(identity: Harness, parent: str, level: str, code: str) -> Response:
    body = {"parent_id": parent, "level": level, "code": code, "name_hi": "नया", "name_en": "New"}
    return await ask(identity, "POST /v1/units", NATION, "unit.create", json=body)


async def act(identity: Harness, mine: Person, doing: tuple[str, int, str]) -> bool:
    """Does something outside as the nation's president; tells whether it could be."""
    what, number, code = doing
    units = await outside(identity, mine)
    if not units:
        # All have been closed by now: a new state, so that there is something again.
        return (await create(identity, str(NATION.unit_id), "state", f"s{next(_numbers)}")).is_success
    unit = units[number % len(units)]
    path = f"/v1/units/{unit['id']}"
    if what == "create":
        done = await create(identity, unit["id"], "booth", code)
    elif what == "rename":
        tag = {"if-match": f'"{unit["version"]}"'}
        body = {"name_en": f"Renamed {number}"}
        done = await ask(identity, f"PATCH {path}", NATION, "unit.rename", json=body, headers=tag)
    elif what == "move":
        body = {"parent_id": units[(number // 7) % len(units)]["id"], "code": f"{code}x{next(_numbers)}"}
        done = await ask(identity, f"POST {path}/moves", NATION, "unit.move", json=body)
    elif what == "close":
        done = await ask(identity, f"POST {path}/closings", NATION, "unit.close")
    else:
        done = await act_on_office(identity, unit, what, number)
    return done.is_success


async def act_on_office(identity: Harness, unit: dict[str, Any], what: str, number: int) -> Response:
    if what == "appoint":
        person = {"name_hi": "नमूना", "name_en": "Namuna", "phone": f"+91600100{next(_numbers):04}"}
        body = {"person": person, "office": world.HEADS[unit["level"]], "unit_id": unit["id"]}
        return await ask(identity, "POST /v1/appointments", NATION, "appointment.make", json=body)
    params: dict[str, str | int] = {"unit_id": unit["id"]}
    held = await ask(identity, "GET /v1/appointments", NATION, "appointment.list", params=params)
    if not held.json()["items"]:
        return Response(404)
    one = held.json()["items"][number % len(held.json()["items"])]
    if what == "end":
        return await ask(identity, f"POST /v1/appointments/{one['id']}/endings", NATION, "appointment.end")
    path = f"/v1/persons/{one['person_id']}/suspensions"
    return await ask(identity, f"POST {path}", NATION, "person.suspend", json={"reason": "a test"})


@settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.sampled_from(MINE),
    st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 999), st.sampled_from(CODES)), min_size=1, max_size=8),
)
async def test_nothing_outside_changes_a_byte_of_an_answer(identity: Harness, mine: Person, acts: Acts) -> None:
    before = await answers(identity, mine)
    for doing in acts:
        await act(identity, mine, doing)
    assert await answers(identity, mine) == before


async def test_each_of_the_acts_can_be(identity: Harness) -> None:
    """An act that is always refused would prove nothing."""
    could = [any([await act(identity, MINE[0], (what, number, "x9")) for number in range(12)]) for what in ACTS]
    assert dict(zip(ACTS, could, strict=True)) == dict.fromkeys(ACTS, True)
