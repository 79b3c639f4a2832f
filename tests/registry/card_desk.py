"""What the tests of cards ask, and how they check one as a page without network would."""

from typing import Any, Final
from uuid import UUID

from httpx import Response

from sangathan_cards import cose
from sangathan_cards.status_list import StatusList, read_list
from sangathan_cards.verdict import Checked, check
from sangathan_testkit.harness import Harness, Person
from tests.registry import world

WHY: Final = "First card"


async def issue(service: Harness, person: Person, worker_id: str) -> Response:
    path = f"/v1/workers/{worker_id}/cards"
    return await service.ask("POST", path, action="card.issue", person=person, json={"why": WHY})


async def issued(service: Harness, worker_id: str) -> dict[str, Any]:
    answer = await issue(service, world.at(world.NATION), worker_id)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def listed(service: Harness, person: Person, worker_id: str) -> Response:
    return await service.ask("GET", f"/v1/workers/{worker_id}/cards", action="card.read", person=person)


async def face(service: Harness, person: Person, card_id: str, **params: str | int) -> Response:
    return await service.ask("GET", f"/v1/cards/{card_id}/face", action="card.read", person=person, params=params)


async def end(service: Harness, person: Person, card_id: str) -> Response:
    path = f"/v1/cards/{card_id}/endings"
    return await service.ask("POST", path, action="card.issue", person=person, json={"why": "Lost on the way"})


async def code(service: Harness, card_id: str) -> str:
    """The text of the QR code."""
    answer = await face(service, world.at(world.NATION), card_id, format="txt")
    assert answer.status_code == 200, answer.text
    return answer.text


async def verified(service: Harness, text: str) -> dict[str, Any]:
    """What anybody with a network is told."""
    answer = await service.ask("POST", "/v1/card-verifications", action="card.verify", json={"qr": text})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def keys(service: Harness) -> dict[bytes, bytes]:
    answer = await service.ask("GET", "/v1/card-keys", action="key.read")
    assert answer.headers["content-type"] == "application/cose-key-set"
    return cose.read_keys(answer.content)


async def fetched_list(service: Harness, tag: str = "") -> Response:
    headers = {"if-none-match": tag} if tag else {}
    return await service.ask("GET", "/v1/card-status-list", action="card.verify", headers=headers)


async def statuses(service: Harness) -> StatusList:
    return read_list((await fetched_list(service)).content, await keys(service))


async def checked(service: Harness, text: str) -> Checked:
    """What a page says without network, from keys and list fetched just before."""
    return check(text, await keys(service), await statuses(service), int(world.NOW.timestamp()))


async def rows(service: Harness) -> list[dict[str, Any]]:
    """Every card and every mark in the list, as stored."""
    cards = await world.rows(service, "SELECT * FROM cards ORDER BY id")
    ends = await world.rows(service, "SELECT * FROM card_ends ORDER BY status_index")
    return [dict(row) for row in (*cards, *ends)]


async def merged(service: Harness, keep: str) -> str:
    """Merges the one pair there is; gives its id."""
    await world.matched(service)
    person = world.at(world.STATE)
    [pair] = (await service.ask("GET", "/v1/duplicates", action="duplicate.review", person=person)).json()["items"]
    path = f"/v1/duplicates/{pair['id']}/decisions"
    done = await service.ask("POST", path, action="duplicate.review", person=person, json={"keep": keep})
    assert done.status_code == 200, done.text
    return str(pair["id"])


async def undone(service: Harness, pair: str) -> None:
    path, body = f"/v1/duplicates/{pair}/undoings", {"reason": "They are brothers"}
    done = await service.ask("POST", path, action="duplicate.review", person=world.at(world.STATE), json=body)
    assert done.status_code == 200, done.text


async def appoint(service: Harness, worker_id: str, office: str, path: str) -> None:
    """Lets the worker hold an office, as identity's events would."""
    statement = """
    WITH who AS (UPDATE workers SET person_id = gen_random_uuid() WHERE id = $1 RETURNING person_id)
    INSERT INTO appointment_replica (appointment_id, person_id, office, unit_id, valid_from, version)
    SELECT gen_random_uuid(), person_id, $2, $3, $4, 1 FROM who
    """
    await world.rows(service, statement, UUID(worker_id), office, world.unit_id(path), world.NOW)
