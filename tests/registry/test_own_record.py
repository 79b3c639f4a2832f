"""A worker who signs in reads their own record, photo and card, wherever the record stands, and nobody else's."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import Response

from sangathan_testkit.harness import Harness, Person
from tests.registry import card_desk as desk
from tests.registry import world
from tests.registry.test_card_faces import BEGINNINGS
from tests.registry.test_photos import put
from tests.registry.world import BOOTH


async def own(service: Harness, what: str, me: UUID, **params: Any) -> Response:
    person = Person(person_id=me)
    return await service.ask("GET", f"/v1/my-{what}", action="record.own", person=person, params=params)


@pytest.fixture
async def me(registry: Harness) -> UUID:
    person_id = uuid4()
    await world.enrolled(registry)
    await world.rows(registry, "UPDATE workers SET person_id = $1", person_id)
    return person_id


async def test_the_own_record_is_read_unmasked_with_unit_photo_and_cards(registry: Harness, me: UUID) -> None:
    [bare] = (await own(registry, "record", me)).json()["items"]
    assert (bare["photo"], bare["cards"]) == (None, [])
    record = bare["record"]
    await put(registry, record["id"])
    card = await desk.issued(registry, record["id"])
    [item] = (await own(registry, "record", me)).json()["items"]
    assert (record["phone"], record["birth_year"]) == ("+916000000001", 1985)
    assert (item["unit"]["name_en"], item["photo"]) == (f"Unit {BOOTH}", "/v1/my-photo")
    assert [(one["id"], one["number"], one["status"]) for one in item["cards"]] == [
        (card["id"], card["number"], "good")
    ]


async def test_the_own_card_is_shown_in_every_form_and_both_languages_and_noted(registry: Harness, me: UUID) -> None:
    [item] = (await own(registry, "record", me)).json()["items"]
    card = await desk.issued(registry, item["record"]["id"])
    faces = {
        (form, language): (await own(registry, "card", me, format=form, language=language)).content
        for form in BEGINNINGS
        for language in ("hi", "en")
    }
    assert all(face.startswith(BEGINNINGS[form]) for (form, _), face in faces.items())
    assert len(set(faces.values())) == len(faces)
    assert (await own(registry, "card", me, format="txt")).text == await desk.code(registry, card["id"])
    noted = await world.rows(registry, "SELECT worker_id FROM audit_entries WHERE action = 'record.own'")
    assert {str(row["worker_id"]) for row in noted} == {item["record"]["id"]}
    assert len(noted) == len(faces) + 1


async def test_with_a_photo_in_the_record_there_is_one_on_the_card(registry: Harness, me: UUID) -> None:
    [item] = (await own(registry, "record", me)).json()["items"]
    card = await desk.issued(registry, item["record"]["id"])
    before = (await own(registry, "card", me)).content
    await put(registry, item["record"]["id"])
    assert (await own(registry, "card", me)).content != before
    sees = world.at(BOOTH, field_classes=("open", "photo"))
    assert (await desk.face(registry, sees, card["id"])).content == (await own(registry, "card", me)).content
    blind = world.at(BOOTH, field_classes=("open",))
    assert (await desk.face(registry, blind, card["id"])).content == before


@pytest.mark.parametrize("what", ["record", "card", "photo"])
async def test_who_is_on_no_record_has_none_of_it(registry: Harness, me: UUID, what: str) -> None:
    assert me.version == 4
    assert (await own(registry, what, uuid4())).status_code == 404


async def test_without_a_good_card_there_is_none_to_show(registry: Harness, me: UUID) -> None:
    assert (await own(registry, "card", me)).status_code == 404
    [item] = (await own(registry, "record", me)).json()["items"]
    card = await desk.issued(registry, item["record"]["id"])
    await desk.end(registry, world.at(BOOTH), card["id"])
    assert (await own(registry, "card", me)).status_code == 404
