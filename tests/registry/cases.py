"""Cases as tests open, handle and decide them."""

from typing import Any, Final
from uuid import uuid4

from httpx import Response

from sangathan_testkit.harness import Harness, Person
from tests.registry import world
from tests.registry.world import BOOTH

CLAIMED: Final = {
    "name": "कोई बहरूपिया",
    "phone": "+91 60000 00099",
    "office": "बूथ अध्यक्ष",
    "place": "Booth 171",
}
WHAT: Final = "He said that he is our booth president\nand threatened the shopkeeper."
CONTACT: Final = "Shopkeeper at the crossing, 6000000077"


def a_case(booth: str = BOOTH, **changes: Any) -> dict[str, Any]:
    return {
        "unit_id": str(world.unit_id(booth)),
        "claim": dict(CLAIMED),
        "what": WHAT,
        "happened_on": "2022-01-19",
    } | changes


async def open_case(service: Harness, person: Person, **changes: Any) -> Response:
    return await service.ask("POST", "/v1/cases", action="case.open", person=person, json=a_case(**changes))


async def opened(service: Harness, person: Person, **changes: Any) -> dict[str, Any]:
    answer = await open_case(service, person, **changes)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def report(service: Harness, **changes: Any) -> Response:
    body = {"claim": dict(CLAIMED), "what": WHAT, "contact": CONTACT} | changes
    return await service.ask("POST", "/v1/case-reports", action="case.report", json=body)


async def read(service: Harness, person: Person, case_id: str, **headers: str) -> Response:
    path = f"/v1/cases/{case_id}"
    return await service.ask("GET", path, action="case.read", person=person, headers=headers)


async def step(service: Harness, person: Person, case: dict[str, Any], **body: Any) -> Response:
    body = {"step": "looked-at"} | body
    path, headers = f"/v1/cases/{case['id']}/steps", {"If-Match": f'"{case["version"]}"'}
    return await service.ask("POST", path, action="case.handle", person=person, json=body, headers=headers)


async def decide(service: Harness, person: Person, case: dict[str, Any], **body: Any) -> Response:
    body = {"outcome": "impostor", "reasons": "Nobody at the booth knows him"} | body
    path, headers = f"/v1/cases/{case['id']}/decisions", {"If-Match": f'"{case["version"]}"'}
    return await service.ask("POST", path, action="case.decide", person=person, json=body, headers=headers)


async def looked_at(service: Harness, person: Person, **changes: Any) -> dict[str, Any]:
    case = await opened(service, person, **changes)
    answer = await step(service, person, case)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def decided(service: Harness, person: Person, case: dict[str, Any], **body: Any) -> dict[str, Any]:
    answer = await decide(service, person, case, **body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def matches(service: Harness, person: Person, case_id: str) -> Response:
    return await service.ask("GET", f"/v1/cases/{case_id}/matches", action="case.read", person=person)


async def reporter(service: Harness, person: Person, case_id: str) -> Response:
    return await service.ask("GET", f"/v1/cases/{case_id}/reporter", action="case.contact", person=person)


async def statement(service: Harness, person: Person, statement_id: str, format: str = "jws") -> Response:  # noqa: A002 - the API's name.
    path = f"/v1/case-statements/{statement_id}"
    return await service.ask("GET", path, action="case.read", person=person, params={"format": format})


async def verify(service: Harness, text: str) -> Any:
    body = {"statement": text}
    answer = await service.ask("POST", "/v1/statement-verifications", action="statement.verify", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def put_holder(service: Harness, path: str, office: str = "booth-president") -> Any:
    """Somebody who holds an office at the unit, as identity's events would have told."""
    person_id = uuid4()
    await world.rows(
        service,
        "INSERT INTO appointment_replica (appointment_id, person_id, office, unit_id, valid_from, version)"
        " VALUES ($1, $2, $3, $4, $5, 1)",
        uuid4(),
        person_id,
        office,
        world.unit_id(path),
        world.NOW,
    )
    return person_id
