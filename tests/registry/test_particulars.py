"""Address, PIN, EPIC and age: read as people write them, kept, shown by class, and followed through every act."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from sangathan_registry.domain import merging
from sangathan_registry.domain.addresses import read_address, read_epic, read_pin
from sangathan_registry.domain.age import corrected_age, is_adult_by_date, wrong_about_age
from sangathan_registry.domain.particulars import Particulars
from sangathan_testkit.harness import Harness, Person
from tests.registry import card_desk, test_duplicates, test_erasures, world
from tests.registry.world import BOOTH, MANDAL, PRIVATE, STATE

AT = datetime(2022, 1, 20, 9, 0, tzinfo=UTC)
BORN = date(1985, 3, 12)


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("मकान 12\nनमूना टोला", "मकान 12\nनमूना टोला"),
        ("  House   12 ,\r\n\r\n Namuna Tola\t ", "House 12 ,\nNamuna Tola"),
        ("क\u093c", "क\u093c"),
        ("x" * 300, "x" * 300),
        ("x" * 301, None),
        ("...\n-", None),
        ("", None),
        ("House\x0012", None),
        ("House \u202e12", None),
        ("House \ufffd12", None),
    ],
)
def test_an_address_keeps_its_lines_and_loses_what_nobody_reads(sent: str, read: str | None) -> None:
    assert read_address(sent) == read


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("470661", "470661"),
        ("४७० ६६१", "470661"),
        ("470-661", "470661"),
        ("070661", None),
        ("47066", None),
        ("4706611", None),
        ("४७०६६a", None),
        ("٤٧٠٦٦١", None),
    ],
)
def test_a_pin_has_six_digits_in_either_script_and_does_not_begin_with_0(sent: str, read: str | None) -> None:
    assert read_pin(sent) == read


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("ABC1234566", "ABC1234566"),
        ("abc 123-4566", "ABC1234566"),
        ("xyz१२३४५६७", "XYZ1234567"),
        ("AB1234566", None),
        ("ABCD123456", None),
        ("MP/01/001/123456", None),
        ("ÀBC1234566", None),
        ("aß1234566", None),
    ],
)
def test_an_epic_has_three_letters_and_seven_digits(sent: str, read: str | None) -> None:
    assert read_epic(sent) == read


def test_a_day_of_birth_settles_by_itself_who_is_18() -> None:
    assert is_adult_by_date(date(2004, 1, 20), AT)
    assert not is_adult_by_date(date(2004, 1, 21), AT)
    # In India the 20th begins while it is the 19th in Greenwich.
    assert is_adult_by_date(date(2004, 1, 20), datetime(2022, 1, 19, 18, 30, tzinfo=UTC))
    assert not is_adult_by_date(date(2004, 1, 20), datetime(2022, 1, 19, 18, 29, tzinfo=UTC))
    assert not is_adult_by_date(date(2004, 2, 29), datetime(2022, 2, 28, 9, tzinfo=UTC))
    assert is_adult_by_date(date(2004, 2, 29), datetime(2022, 3, 1, 9, tzinfo=UTC))
    assert not is_adult_by_date(date(1899, 12, 31), AT)
    assert not is_adult_by_date(BORN, datetime.max.replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("known", "wrong"),
    [
        ((BORN, None, None), None),
        ((BORN, 1985, None), None),
        ((BORN, 1986, None), "birth_year"),
        ((BORN, None, "35-44"), "age_band"),
        ((date(2004, 1, 20), 2004, None), None),
        ((date(2004, 1, 21), 2004, None), "birth_date"),
        ((None, 2004, None), "birth_year"),
        ((None, 2003, None), None),
        ((None, 1985, "35-44"), "age_band"),
        ((None, None, "18-24"), None),
        ((None, None, None), "birth_year"),
        ((None, None, "13-17"), "birth_year"),
    ],
)
def test_the_most_exact_that_is_known_says_who_is_too_young(known: tuple[Any, Any, Any], wrong: str | None) -> None:
    assert wrong_about_age(*known, AT) == wrong


def test_a_correction_of_the_age_ends_what_was_less_exact() -> None:
    assert corrected_age({"birth_date": BORN}) == {"birth_date": BORN, "birth_year": None, "age_band": None}
    assert corrected_age({"birth_year": 1985}) == {"birth_year": 1985, "age_band": None}
    assert corrected_age({"birth_date": None}) == {"birth_date": None}
    assert corrected_age({"name_en": "Ramesh"}) == {"name_en": "Ramesh"}


def known(**fields: Any) -> Particulars:
    return Particulars(**{"name_hi": None, "name_en": "R", "relation_type": None, "relation_name": None} | {
        "gender": None, "birth_year": None, "phone": None
    } | fields)  # fmt: skip


@pytest.mark.parametrize(
    ("kept", "merged", "taken"),
    [
        ({"birth_year": 1985}, {"birth_year": 1985, "birth_date": "1985-03-12"}, {"birth_date": "1985-03-12"}),
        ({"birth_year": 1986}, {"birth_year": 1985, "birth_date": "1985-03-12"}, {}),
        ({"age_band": "35-44"}, {"birth_year": 1985, "birth_date": "1985-03-12"}, {}),
        ({}, {"age_band": "35-44"}, {"age_band": "35-44"}),
        ({"address": "one"}, {"address": "other", "pin": "470661"}, {}),
        ({}, {"pin": "470661", "epic": "ABC1234566"}, {"pin": "470661", "epic": "ABC1234566"}),
    ],
)
def test_a_merge_takes_over_what_fits_together_and_gives_it_back(
    kept: dict[str, Any], merged: dict[str, Any], taken: dict[str, Any]
) -> None:
    before = known(**kept)
    assert merging.adopted(before, known(**merged)) == taken
    assert merging.given_back(merging.with_adopted(before, taken), taken) == before


async def whole(service: Harness, worker_id: str, person: Person | None = None) -> dict[str, Any]:
    answer = await world.read(service, person or world.at(BOOTH), worker_id)
    assert answer.status_code == 200, answer.text
    return {name: answer.json()[name] for name in (*PRIVATE, "age_band", "relation_name")}


async def test_every_field_is_read_again_as_the_callers_classes_allow(registry: Harness) -> None:
    sent = PRIVATE | {"pin": "४७० ६६१", "epic": "abc 1234566", "birth_year": None}
    worker = await world.enrolled(registry, **sent)
    assert {name: worker[name] for name in PRIVATE} == PRIVATE
    more = {"age_band": None, "relation_name": "पूर्वज नमूना"}
    assert await whole(registry, worker["id"]) == PRIVATE | more
    hidden = dict.fromkeys(PRIVATE)
    assert await whole(registry, worker["id"], world.at(BOOTH, field_classes=("open",))) == hidden | more
    contact = {name: PRIVATE[name] for name in ("address", "pin")}
    seen = await whole(registry, worker["id"], world.at(BOOTH, field_classes=("open", "contact")))
    assert seen == hidden | contact | more
    sensitive = {name: PRIVATE[name] for name in ("epic", "birth_date", "birth_year")}
    seen = await whole(registry, worker["id"], world.at(BOOTH, field_classes=("open", "sensitive")))
    assert seen == hidden | sensitive | more
    [item] = (await world.listed(registry, world.at(BOOTH))).json()["items"]
    assert not {"address", "pin", "epic", "birth_date", "age_band"} & item.keys()
    assert (item["relation_name"], item["phone"]) == ("पूर्वज नमूना", "+916000000001")


async def test_a_record_of_a_device_keeps_them_and_a_bad_one_says_what_would_do(registry: Harness) -> None:
    sender, good = world.at(STATE), world.a_record(**PRIVATE)
    band = world.a_record(birth_year=None, age_band="18-24")
    bad = world.a_record(birth_year=None, birth_date="2004-01-21", pin="070661", epic="A1", address="...")
    answer = await world.synced(registry, sender, [good, band, bad])
    results = answer.json()["results"]
    assert [one["outcome"] for one in results] == ["accepted", "accepted", "rejected"]
    said = {one["pointer"]: one["detail"] for one in results[2]["errors"]}
    assert sorted(said) == ["/epic"]
    mended = bad | {"epic": None}
    errors = (await world.synced(registry, sender, [mended])).json()["results"][0]["errors"]
    said = {one["pointer"]: one["detail"] for one in errors}
    assert sorted(said) == ["/address", "/birth_date", "/pin"]
    assert "six digits" in said["/pin"]
    assert not any("070661" in one for one in said.values())
    again = mended | {"address": "नमूना टोला", "birth_date": "2004-01-20", "pin": "470661"}
    assert (await world.synced(registry, sender, [again])).json()["results"][0]["outcome"] == "accepted"
    assert await world.size(registry, "rejected_records") == 0
    assert await whole(registry, good["id"]) == PRIVATE | {"age_band": None, "relation_name": "पूर्वज नमूना"}
    assert (await whole(registry, band["id"]))["age_band"] == "18-24"
    assert (await whole(registry, again["id"]))["birth_year"] == 2004


async def corrected(service: Harness, worker_id: str, **body: Any) -> Any:
    tag = (await world.read(service, world.at(BOOTH), worker_id)).headers["etag"]
    return await service.ask(
        "PATCH",
        f"/v1/workers/{worker_id}",
        action="worker.change",
        person=world.at(BOOTH),
        json=body,
        headers={"if-match": tag},
    )


async def test_a_correction_makes_the_age_more_exact_and_history_tells_it_by_class(registry: Harness) -> None:
    worker = await world.enrolled(registry, birth_year=None, age_band="35-44")
    assert (await corrected(registry, worker["id"], birth_year=1985)).status_code == 200
    assert (await corrected(registry, worker["id"], birth_date="1985-03-12", address="एक")).status_code == 200
    refused = await corrected(registry, worker["id"], birth_year=1986)
    assert (refused.status_code, world.pointers(refused)) == (422, ["/birth_year"])
    refused = await corrected(registry, worker["id"], age_band="25-34")
    assert (refused.status_code, world.pointers(refused)) == (422, ["/age_band"])
    assert (await corrected(registry, worker["id"], address="दो", pin="470661")).status_code == 200
    assert (await corrected(registry, worker["id"], address=None, birth_date=None)).status_code == 200
    seen = await whole(registry, worker["id"])
    assert (seen["birth_date"], seen["birth_year"], seen["address"], seen["pin"]) == (None, 1985, None, "470661")
    asked = f"/v1/workers/{worker['id']}/history"

    async def told(**more: Any) -> list[dict[str, tuple[Any, Any]]]:
        answer = await registry.ask("GET", asked, action="worker.read", person=world.at(BOOTH, **more))
        changes = [one["changes"] for one in answer.json()["changes"]]
        return [{one["field"]: (one["before"], one["after"]) for one in change} for change in changes]

    assert await told() == [
        {"address": ("दो", None), "birth_date": ("1985-03-12", None)},
        {"address": ("एक", "दो"), "pin": (None, "470661")},
        {"address": (None, "एक"), "birth_date": (None, "1985-03-12")},
        {"birth_year": (None, 1985), "age_band": ("35-44", None)},
    ]
    blind = await told(field_classes=("open",))
    assert {pair for change in blind for pair in change.values()} == {(None, None)}


async def test_a_merge_and_its_undoing_and_an_erasure_and_its_undoing_keep_them_exactly(registry: Harness) -> None:
    one = await world.enrolled(registry, relation_type=None, relation_name=None)
    other = await world.enrolled(registry, **PRIVATE, name_hi=None)
    before = [await whole(registry, worker["id"]) for worker in (one, other)]
    await world.matched(registry)
    [pair] = await test_duplicates.pairs(registry, world.at(BOOTH))
    sides = {pair[side]["id"]: pair[side] for side in ("one", "other")}
    assert sides[other["id"]]["address"] == PRIVATE["address"]
    await test_duplicates.decide(registry, world.at(BOOTH), pair["id"], one["id"])
    merged = await whole(registry, one["id"])
    assert merged == PRIVATE | {"age_band": None, "relation_name": "पूर्वज नमूना"}
    erasure = (await test_erasures.erase(registry, world.at(MANDAL), one["id"])).json()["id"]
    assert await world.value(registry, "SELECT count(sealed) FROM workers") == 0
    await test_erasures.undo(registry, world.at(MANDAL), erasure)
    assert await whole(registry, one["id"]) == merged
    assert (await test_duplicates.undo(registry, world.at(BOOTH), pair["id"])).status_code == 200
    assert [await whole(registry, worker["id"]) for worker in (one, other)] == before


async def test_the_number_of_the_card_that_is_good_stands_in_the_record_and_in_its_tag(registry: Harness) -> None:
    worker = await world.enrolled(registry)
    bare = await world.read(registry, world.at(BOOTH), worker["id"])
    assert bare.json()["member_number"] is None
    card = (await card_desk.issue(registry, world.at(MANDAL), worker["id"])).json()
    blind = world.at(BOOTH, field_classes=("open",))
    assert (await world.read(registry, blind, worker["id"])).json()["member_number"] == card["number"]
    known_before = {"if-none-match": bare.headers["etag"]}
    now = await world.read(registry, world.at(BOOTH), worker["id"], known_before)
    assert (now.status_code, now.json()["member_number"]) == (200, card["number"])
    changed = await corrected(registry, worker["id"], gender="female")
    assert (changed.status_code, changed.json()["member_number"]) == (200, card["number"])
