"""Values that are well-formed and wrong: Hindi digits, future dates, units and people that do not exist.

Each is refused by a problem that points at it, and nothing is written. Hindi digits are read where people type them.
"""

from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from tests.system.demo_system import PASSWORD, DemoSystem

HINDI: Final = str.maketrans("0123456789", "०१२३४५६७८९")
FAR: Final = "2999-01-01T00:00:00+05:30"
DAY: Final = "2022-01-20T10:00:00+05:30"
NOBODY: Final = "00000000-0000-4000-8000-000000000000"
WORDS: Final = {"hi": "नमूना", "en": "Namuna"}
CONSENT: Final = {"purpose": "membership", "notice_version": "1", "language": "hi", "how": "written", "given_at": DAY}


@dataclass(frozen=True)
class Bent:
    """A body that would be accepted but for ``bend``; in it BOOTH, STATE and BEARER stand for what the demo has."""

    path: str
    body: dict[str, Any]
    bend: dict[str, Any]
    pointer: str
    statuses: frozenset[int] = field(default=frozenset({422}))


MISSING: Final = frozenset({404, 422})
WORKER: Final = {"unit_id": "BOOTH", "name_en": "Namuna Vyakti", "birth_year": 1980, "consent": CONSENT}
ROW: Final = {"unit_id": "BOOTH", "date": "2022-01-05", "venue_hi": "नमूना", "venue_en": "Namuna"}
PLAN: Final = {"name_hi": "नमूना", "name_en": "Namuna", "unit_id": "STATE", "level": "district", "rows": [ROW]}
OFFICE: Final = {"person_id": "BEARER", "office": "booth-president", "unit_id": "BOOTH"}
UNIT: Final = {"parent_id": "STATE", "level": "district", "code": "d990", "name_hi": "नमूना", "name_en": "Namuna"}
CAST: Final = {"unit_id": "BOOTH", "title_hi": "नमूना", "title_en": "Namuna", "body_hi": "नमूना", "body_en": "Namuna"}
DRIVE: Final = {"unit_id": "BOOTH", "name": WORDS, "starts_at": DAY, "ends_at": "2022-01-30T00:00:00+05:30"} | {
    "grace_until": "2022-03-30T00:00:00+05:30"
}
ASSIGNMENT: Final = {"unit_id": "BOOTH", "person_id": "BEARER", "valid_from": DAY}

BENT: Final = (
    Bent("workers", WORKER, {"birth_year": "१९८०"}, "/birth_year"),
    Bent("workers", WORKER, {"birth_year": 2999}, "/birth_year"),
    Bent("workers", WORKER, {"phone": "१२३"}, "/phone"),
    Bent("workers", WORKER, {"name_hi": "नमूना १"}, "/name_hi"),
    Bent("workers", WORKER, {"name_en": "a\x00b"}, "/name_en"),
    Bent("workers", WORKER, {"consent": {**CONSENT, "given_at": FAR}}, "/consent/given_at"),
    Bent("workers", WORKER, {"consent": {**CONSENT, "given_at": DAY.translate(HINDI)}}, "/consent/given_at"),
    Bent("workers", WORKER, {"unit_id": NOBODY}, "/unit_id", MISSING),
    Bent("drives", DRIVE, {"starts_at": DAY.translate(HINDI)}, "/starts_at"),
    Bent("drives", DRIVE, {"grace_until": "2022-02-30T00:00:00+05:30"}, "/grace_until"),
    Bent("drives", DRIVE, {"unit_id": NOBODY}, "/unit_id", MISSING),
    Bent("assignments", ASSIGNMENT, {"unit_id": NOBODY}, "/unit_id", MISSING),
    Bent("assignments", ASSIGNMENT, {"person_id": NOBODY}, "/person_id", MISSING),
    Bent("appointments", OFFICE, {"unit_id": NOBODY}, "/unit_id", MISSING),
    Bent("appointments", OFFICE, {"person_id": NOBODY}, "/person_id"),
    Bent("appointments", OFFICE, {"valid_from": FAR}, "/valid_from"),
    Bent("appointments", OFFICE, {"valid_from": DAY.translate(HINDI)}, "/valid_from"),
    Bent("units", UNIT, {"parent_id": NOBODY}, "/parent_id", MISSING),
    Bent("units", UNIT, {"code": "d९९०"}, "/code"),
    Bent("broadcasts", CAST, {"unit_id": NOBODY}, "/unit_id", MISSING),
    Bent("broadcasts", CAST, {"title_hi": "\x00"}, "/title_hi"),
    Bent("workshop-plans", PLAN, {"unit_id": NOBODY}, "/unit_id", MISSING),
    Bent("workshop-plans", PLAN, {"rows": [{**ROW, "unit_id": NOBODY}]}, "/rows/0/unit_id"),
    Bent("workshop-plans", PLAN, {"rows": [{**ROW, "date": "2999-01-05"}]}, "/rows/0/date"),
    Bent("workshop-plans", PLAN, {"rows": [{**ROW, "date": "२०२२-०१-०५"}]}, "/rows/0/date"),
    Bent("sign-in-codes", {"phone": "BEARER"}, {"phone": "१२३४५६७८"}, "/phone"),
)


def filled(demo: DemoSystem, value: Any) -> Any:
    """The body with the demo's own ids in it."""
    if isinstance(value, dict):
        return {name: filled(demo, one) for name, one in value.items()}
    if isinstance(value, list):
        return [filled(demo, one) for one in value]
    booth, state = demo.truth.level("booth"), demo.truth.level("state")
    known = {"BOOTH": booth.unit.unit_id, "STATE": state.unit.unit_id, "BEARER": booth.sign_in.person_id}
    return known.get(value, value) if isinstance(value, str) else value


def signed_in(demo: DemoSystem) -> dict[str, str]:
    return {"Authorization": f"Bearer {demo.token('state')}"}


def test_bent_values_are_pointed_at_and_nothing_is_written(demo: DemoSystem) -> None:
    faults = []
    with demo.nothing_written():
        for one in BENT:
            reply = demo.http.post(
                f"/v1/{one.path}", json=filled(demo, {**one.body, **one.bend}), headers=signed_in(demo)
            )
            pointers = [error["pointer"] for error in reply.json().get("errors", [])]
            if reply.status_code not in one.statuses or one.pointer not in pointers:
                faults.append(f"{one.path} {one.bend}: {reply.status_code} {reply.text[:300]}")
            if not reply.headers["content-type"].startswith("application/problem+json"):
                faults.append(f"{one.path} {one.bend}: {reply.headers['content-type']}")
    assert faults == [], "\n".join(faults)


@pytest.mark.parametrize(
    "path", ["workers?unit_id=", "unit-counts?unit_id=", "units?parent_id=", "broadcasts?unit_id="]
)
def test_a_unit_that_does_not_exist_is_not_found(demo: DemoSystem, path: str) -> None:
    reply = demo.http.get(f"/v1/{path}{NOBODY}", headers=signed_in(demo))
    assert reply.status_code == 404
    assert reply.json()["type"].endswith("not-found")


def test_a_limit_in_hindi_digits_is_refused_with_its_place(demo: DemoSystem) -> None:
    reply = demo.http.get("/v1/workers?limit=५", headers=signed_in(demo))
    assert (reply.status_code, [one["pointer"] for one in reply.json()["errors"]]) == (422, ["#query/limit"])


def test_a_phone_in_hindi_digits_is_read_wherever_people_type_one(demo: DemoSystem) -> None:
    bearer = demo.truth.level("booth").sign_in
    phone = bearer.phone.translate(HINDI)
    entered = demo.http.post("/v1/sign-in", json={"phone": phone, "password": PASSWORD})
    assert entered.status_code == 200
    found = demo.http.post("/v1/worker-searches", json={"phone": phone}, headers=signed_in(demo))
    assert bearer.phone in {one["phone"] for one in found.json()["items"]}
    asked = demo.http.post("/v1/worker-questions", json={"phone": phone}, headers=signed_in(demo))
    assert asked.json()["one_of_ours"] is True
