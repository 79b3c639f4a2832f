"""What tests ask of break-glass: people in office above and beside, and the acts in the words of its API."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from httpx import Response

from sangathan_chassis.scope import Scope
from sangathan_contracts.identity import AppointmentEnded, AppointmentState
from sangathan_registry.subscribers.tree import tree_handlers
from sangathan_testkit.harness import Harness, Person
from tests.registry import world

REASON: Final = "Hurt on the road; the family must be reached"
OPENER: Final = world.at(world.NEXT_MANDAL, field_classes=("open", "contact"))
SUPERIOR: Final = world.at(world.VIDHAN_SABHA)
OWNER: Final = world.at(world.TWIN_BOOTH)
_PLACE: Final = "/v1/break-glass-openings"


async def in_office(service: Harness, person: Person, **more: Any) -> None:
    """Lets the registry's replica know of the person's appointment."""
    values = {"valid_from": world.NOW - timedelta(days=30), "valid_to": None, "ended_at": None, "delegated_from": None}
    held = values | more
    await world.rows(
        service,
        "INSERT INTO appointment_replica (appointment_id, person_id, office, unit_id, valid_from, valid_to, version,"
        " ended_at, delegated_from) VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8)",
        person.appointment_id,
        person.person_id,
        person.office,
        person.unit_id,
        *(held[name] for name in values),
    )


async def staged(service: Harness, **worker: Any) -> str:
    """A worker at a far booth whose president is in office, an opener elsewhere, and somebody above the opener."""
    for person in (OPENER, SUPERIOR, OWNER):
        await in_office(service, person)
    return str((await world.enrolled(service, booth=world.TWIN_BOOTH, **worker))["id"])


async def is_person(service: Harness, worker_id: str, person_id: UUID) -> None:
    """Says that the worker can sign in, as this person."""
    await world.rows(service, "UPDATE workers SET person_id = $2 WHERE id = $1", UUID(worker_id), person_id)


async def broken(service: Harness, person: Person = OPENER, **body: Any) -> Response:
    json = {"reason": REASON} | body
    return await service.ask("POST", _PLACE, action="break-glass.open", person=person, json=json)


async def opened(service: Harness, worker_id: str, **body: Any) -> str:
    answer = await broken(service, worker_id=worker_id, **body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def record(service: Harness, opening_id: str, person: Person = OPENER) -> Response:
    path = f"{_PLACE}/{opening_id}/worker"
    return await service.ask("GET", path, action="break-glass.read", person=person)


async def end(service: Harness, opening_id: str, person: Person) -> Response:
    path = f"{_PLACE}/{opening_id}/endings"
    return await service.ask("POST", path, action="break-glass.end", person=person, json={})


async def review(service: Harness, opening_id: str, person: Person, verdict: str = "justified") -> Response:
    path = f"{_PLACE}/{opening_id}/reviews"
    json = {"verdict": verdict, "note": "The hospital's call was checked"}
    return await service.ask("POST", path, action="break-glass.review", person=person, json=json)


async def listed(service: Harness, person: Person, **params: Any) -> list[Any]:
    answer = await service.ask("GET", _PLACE, action="break-glass.list", person=person, params=params)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def one(service: Harness, opening_id: str, person: Person) -> Response:
    return await service.ask("GET", f"{_PLACE}/{opening_id}", action="break-glass.list", person=person)


async def appointment_ends(service: Harness, person: Person) -> None:
    """Does what the consumer does with identity's event."""
    assert person.unit_id is not None
    state = AppointmentState(
        appointment_id=person.appointment_id,
        person_id=person.person_id,
        office=person.office,
        unit_id=person.unit_id,
        valid_from=world.NOW,
        valid_to=None,
        version=2,
        ended_at=world.NOW,
    )
    event = AppointmentEnded(appointment=state)
    async with service.database.work(Scope.everything()) as work:
        await tree_handlers(service.app.state.parts.replica)[event.type](work, world.envelope(event))
