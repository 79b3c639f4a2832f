"""What tests ask of transfers, in the words of the API."""

from typing import Any, Final

from httpx import Response

from sangathan_testkit.harness import Harness, Person
from tests.registry import world

PHONE: Final = "+916000000001"


async def ask(service: Harness, person: Person, worker_id: str, to: str) -> Response:
    body = {"to_unit_id": str(world.unit_id(to)), "cause": "moved-home"}
    path = f"/v1/workers/{worker_id}/transfers"
    return await service.ask("POST", path, action="transfer.ask", person=person, json=body)


async def request(service: Harness, person: Person, to: str, **named: str) -> Response:
    body = {"to_unit_id": str(world.unit_id(to)), "cause": "moved-home", **named}
    return await service.ask("POST", "/v1/transfers", action="transfer.ask", person=person, json=body)


async def answer(service: Harness, person: Person, transfer_id: str, said: str = "agree") -> Response:
    path = f"/v1/transfers/{transfer_id}/answers"
    return await service.ask("POST", path, action="transfer.answer", person=person, json={"answer": said})


async def read(service: Harness, person: Person, transfer_id: str) -> Response:
    return await service.ask("GET", f"/v1/transfers/{transfer_id}", action="transfer.read", person=person)


async def listed(service: Harness, person: Person, **params: Any) -> list[dict[str, Any]]:
    found = await service.ask("GET", "/v1/transfers", action="transfer.read", person=person, params=params)
    assert found.status_code == 200, found.text
    return list(found.json()["items"])


async def asked(service: Harness, worker_id: str, to: str = world.FAR_BOOTH) -> str:
    """What the giving booth has asked of a booth in another mandal."""
    found = await ask(service, world.at(world.BOOTH), worker_id, to)
    assert (found.status_code, found.json()["state"]) == (201, "asked"), found.text
    return str(found.json()["id"])
