"""What a body is told when a field cannot be taken: of that field, and nothing else's sentence."""

import gc
import importlib
import json
import pkgutil
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

import sangathan_registry.api as routes
from sangathan_registry.api.bodies import Body
from sangathan_registry.domain.accepted_hindi import SENTENCES
from sangathan_registry.domain.name_key import is_devanagari
from sangathan_registry.domain.particulars import ACCEPTED
from sangathan_testkit.harness import Harness, Person

for one in pkgutil.iter_modules(routes.__path__):
    importlib.import_module(f"{routes.__name__}.{one.name}")
TYPES = sorted({body.type for body in gc.get_objects() if isinstance(body, Body)}, key=lambda type_: type_.__name__)


def told(type_: type[msgspec.Struct], sent: dict[str, Any]) -> dict[str, str]:
    faults = Body(type_).attempt(json.dumps(sent).encode())
    assert isinstance(faults, list)
    return {fault.pointer: fault.detail for fault in faults}


def fields() -> Iterator[Any]:
    for type_ in TYPES:
        for field in msgspec.structs.fields(type_):
            yield pytest.param(type_, field.encode_name, id=f"{type_.__name__}.{field.encode_name}")


@pytest.mark.parametrize(("type_", "field"), list(fields()))
def test_every_field_says_what_it_takes(type_: type[msgspec.Struct], field: str) -> None:
    faults = told(type_, {field: 1.5 if field == "records" else [True]})
    said = [detail for pointer, detail in faults.items() if pointer.startswith(f"/{field}")]
    assert said
    assert ACCEPTED[""] not in said


@pytest.mark.parametrize(
    ("name", "field", "says"),
    [
        ("ImportIn", "basis", "5 to 300"),
        ("UndoingIn", "reason", "not one person"),
        ("OpeningIn", "reason", "cannot wait"),
        ("DecisionIn", "decision", "accepted or dismissed"),
        ("SheetsIn", "records", "1 to 40"),
        ("DriveIn", "name", "both languages"),
        ("AssignmentEndIn", "valid_to", "null for at once"),
        ("CodeWantedIn", "phone", "that the code came to"),
    ],
)
def test_a_field_of_a_common_name_says_what_it_takes_here(name: str, field: str, says: str) -> None:
    type_ = next(one for one in TYPES if one.__name__ == name)
    assert says in told(type_, {field: 1.5})[f"/{field}"]


def test_a_field_that_is_not_there_is_told_which_are() -> None:
    type_ = next(one for one in TYPES if one.__name__ == "StepIn")
    assert told(type_, {"note": "x"})["/note"] == "no such field; there are: step, remark, unit_id"


def test_every_sentence_is_there_in_hindi() -> None:
    assert SENTENCES.keys() == set(ACCEPTED.values())
    assert sum(map(is_devanagari, SENTENCES.values())) == len(SENTENCES)


async def test_what_a_field_takes_is_told_in_the_language_of_the_title(registry: Harness) -> None:
    told = {}
    for language in ("hi-IN,hi", "en"):
        answer = await registry.ask(
            "POST",
            "/v1/worker-questions",
            action="worker.ask",
            person=Person("in.mp.d07."),
            json={"phone": 5, "nobody": 1},
            headers={"Accept-Language": language},
        )
        told[language] = {one["pointer"]: one["detail"] for one in answer.json()["errors"]}
    assert told["en"]["/phone"] == ACCEPTED["phone"]
    assert told["hi-IN,hi"]["/phone"] == SENTENCES[ACCEPTED["phone"]]
    assert told["hi-IN,hi"]["/nobody"] == told["en"]["/nobody"]
